-- Newest first is the order of an index of its own, which the sweeper shares: what is queued it finds by reading on in it, and
-- what has failed or was queued again it finds in a table that an event which goes well never gets into.
CREATE TABLE IF NOT EXISTS watched_notifications (
  event_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  since DATETIME(6) NOT NULL,
  PRIMARY KEY (event_id),
  KEY since (since)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;

INSERT IGNORE INTO watched_notifications (event_id, since)
  SELECT event_id, updated_at FROM notifications WHERE status IN ('QUEUED', 'FAILED_RETRYING');

ALTER TABLE notifications ADD COLUMN recipient VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '';

ALTER TABLE notifications ADD COLUMN next_attempt_at DATETIME(6) NULL;

UPDATE notifications SET recipient = LEFT(JSON_UNQUOTE(JSON_EXTRACT(payload, '$.email')), 254) WHERE recipient = '';

ALTER TABLE notifications ADD KEY created_at (created_at);

ALTER TABLE notifications ADD KEY recipient_created_at (recipient, created_at);

ALTER TABLE notifications DROP KEY failed_status_failed_or_queued_at;

ALTER TABLE notifications DROP COLUMN failed_or_queued_at;

ALTER TABLE notifications DROP COLUMN failed_status;

ALTER TABLE notifications DROP COLUMN requeued_at;

ALTER TABLE notification_attempts ADD COLUMN duration_us BIGINT UNSIGNED NULL;

-- One row for each event that died and for each different message that is none; `identity` tells them apart. An event
-- that dies again after a replay is in its row again. `to_remove`: the queue may still hold messages that have been replayed or discarded.
CREATE TABLE IF NOT EXISTS dead_letters (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  identity VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NULL,
  event_type VARCHAR(255) NOT NULL,
  reason VARCHAR(64) NOT NULL,
  error VARCHAR(2048) NOT NULL,
  attempt_count INT UNSIGNED NOT NULL,
  traceparent VARCHAR(255) NOT NULL,
  first_failed_at VARCHAR(64) NOT NULL,
  body MEDIUMBLOB NULL,
  body_bytes BIGINT UNSIGNED NOT NULL,
  edited_body MEDIUMBLOB NULL,
  original_payload JSON NULL,
  state ENUM('DEAD', 'REPLAYED', 'DISCARDED') NOT NULL,
  deaths INT UNSIGNED NOT NULL,
  died_at DATETIME(6) NOT NULL,
  closed_at DATETIME(6) NULL,
  closed_by VARCHAR(64) NULL,
  discard_reason VARCHAR(1024) NULL,
  to_remove BOOLEAN NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY identity (identity),
  KEY state_died_at (state, died_at),
  KEY died_at (died_at),
  KEY event_id (event_id),
  KEY to_remove (to_remove)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT IGNORE INTO dead_letters (identity, event_id, event_type, reason, error, attempt_count, traceparent, first_failed_at, body,
    body_bytes, state, deaths, died_at, to_remove)
  SELECT CONCAT('event:', event_id), event_id, event_type, 'retries_exhausted', COALESCE(LEFT(last_error, 2048), ''), attempt_count,
    '', '', NULL, 0, 'DEAD', 1, updated_at, FALSE
  FROM notifications WHERE status = 'FAILED_DLQ';

CREATE TABLE IF NOT EXISTS replays (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  state ENUM('RUNNING', 'DONE', 'CANCELLED') NOT NULL,
  rate INT UNSIGNED NOT NULL,
  total INT UNSIGNED NOT NULL,
  requested_by VARCHAR(64) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  ended_at DATETIME(6) NULL,
  PRIMARY KEY (id),
  KEY state (state)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;

CREATE TABLE IF NOT EXISTS replay_items (
  replay_id BIGINT UNSIGNED NOT NULL,
  dead_letter_id BIGINT UNSIGNED NOT NULL,
  deaths INT UNSIGNED NOT NULL,
  state ENUM('PENDING', 'PUBLISHING', 'REPLAYED', 'SKIPPED', 'CANCELLED') NOT NULL,
  PRIMARY KEY (replay_id, dead_letter_id),
  KEY replay_id_state (replay_id, state)
) ENGINE = InnoDB;

-- Who runs replays and takes dead letters out of their queue: one process at a time, until it stops renewing this.
CREATE TABLE IF NOT EXISTS leases (
  name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  holder BINARY(16) NOT NULL,
  held_until DATETIME(6) NOT NULL,
  PRIMARY KEY (name)
) ENGINE = InnoDB;
