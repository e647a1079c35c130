-- Times are microseconds since 1970-01-01 UTC.
CREATE TABLE notifications (
  event_id TEXT NOT NULL PRIMARY KEY CHECK (length(event_id) <= 128),
  id TEXT NOT NULL GENERATED ALWAYS AS ('notif-' || event_id) VIRTUAL,
  event_type TEXT NOT NULL CHECK (length(event_type) <= 255),
  event_timestamp TEXT NOT NULL CHECK (length(event_timestamp) <= 64),
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  fingerprint BLOB NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('QUEUED', 'SENT', 'FAILED_RETRYING', 'FAILED_DLQ')),
  attempt_count INTEGER NOT NULL,
  retries_from INTEGER NOT NULL,
  last_error TEXT,
  last_attempt_timestamp INTEGER,
  claim_token BLOB,
  claimed_until INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX notifications_unfinished ON notifications (updated_at) WHERE status IN ('QUEUED', 'FAILED_RETRYING');

CREATE TABLE notification_attempts (
  event_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (event_id, attempt)
) WITHOUT ROWID;
