-- MySQL commits each of these statements by itself, so a migration that was cut short is applied again from its beginning:
-- every statement has to bear that. A column or key that is there already, or gone, is no error then.
-- Times are UTC, by the clock of the database.
CREATE TABLE IF NOT EXISTS notifications (
  event_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  id VARCHAR(134) CHARACTER SET ascii COLLATE ascii_bin GENERATED ALWAYS AS (CONCAT('notif-', event_id)) VIRTUAL,
  event_type VARCHAR(255) NOT NULL,
  event_timestamp VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payload JSON NOT NULL,
  fingerprint BINARY(32) NOT NULL,
  status ENUM('QUEUED', 'SENT', 'FAILED_RETRYING', 'FAILED_DLQ') NOT NULL,
  attempt_count INT UNSIGNED NOT NULL,
  retries_from INT UNSIGNED NOT NULL,
  last_error TEXT NULL,
  last_attempt_timestamp DATETIME(6) NULL,
  claim_token BINARY(16) NULL,
  claimed_until DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (event_id),
  KEY status_updated_at (status, updated_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;

CREATE TABLE IF NOT EXISTS notification_attempts (
  event_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  attempt INT UNSIGNED NOT NULL,
  at DATETIME(6) NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (event_id, attempt)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;
