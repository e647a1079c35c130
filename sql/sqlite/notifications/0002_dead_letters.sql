ALTER TABLE notifications ADD COLUMN recipient TEXT NOT NULL DEFAULT '';
ALTER TABLE notifications ADD COLUMN next_attempt_at INTEGER;
UPDATE notifications SET recipient = COALESCE(json_extract(payload, '$.email'), '');
CREATE INDEX notifications_by_creation ON notifications (created_at);
CREATE INDEX notifications_by_recipient ON notifications (recipient, created_at);

ALTER TABLE notification_attempts ADD COLUMN duration_us INTEGER;

-- One row for each event that died and for each different message that is none; `identity` tells them apart. An event
-- that dies again after a replay is in its row again. `to_remove`: the queue may still hold messages that have been replayed or discarded.
CREATE TABLE dead_letters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  identity TEXT NOT NULL UNIQUE,
  event_id TEXT,
  event_type TEXT NOT NULL,
  reason TEXT NOT NULL,
  error TEXT NOT NULL,
  attempt_count INTEGER NOT NULL,
  traceparent TEXT NOT NULL,
  first_failed_at TEXT NOT NULL,
  body BLOB,
  body_bytes INTEGER NOT NULL,
  edited_body BLOB,
  original_payload TEXT,
  state TEXT NOT NULL CHECK (state IN ('DEAD', 'REPLAYED', 'DISCARDED')),
  deaths INTEGER NOT NULL,
  died_at INTEGER NOT NULL,
  closed_at INTEGER,
  closed_by TEXT,
  discard_reason TEXT,
  to_remove INTEGER NOT NULL
);

CREATE INDEX dead_letters_by_time ON dead_letters (state, died_at);
CREATE INDEX dead_letters_by_death ON dead_letters (died_at);
CREATE INDEX dead_letters_by_event ON dead_letters (event_id);
CREATE INDEX dead_letters_to_remove ON dead_letters (id) WHERE to_remove;

INSERT INTO dead_letters (identity, event_id, event_type, reason, error, attempt_count, traceparent, first_failed_at, body_bytes,
    state, deaths, died_at, to_remove)
  SELECT 'event:' || event_id, event_id, event_type, 'retries_exhausted', COALESCE(last_error, ''), attempt_count, '', '', 0, 'DEAD', 1,
    updated_at, 0
  FROM notifications WHERE status = 'FAILED_DLQ';

CREATE TABLE replays (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state TEXT NOT NULL CHECK (state IN ('RUNNING', 'DONE', 'CANCELLED')),
  rate INTEGER NOT NULL,
  total INTEGER NOT NULL,
  requested_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER
);

CREATE INDEX replays_running ON replays (id) WHERE state = 'RUNNING';

CREATE TABLE replay_items (
  replay_id INTEGER NOT NULL,
  dead_letter_id INTEGER NOT NULL,
  deaths INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('PENDING', 'PUBLISHING', 'REPLAYED', 'SKIPPED', 'CANCELLED')),
  PRIMARY KEY (replay_id, dead_letter_id)
) WITHOUT ROWID;

CREATE INDEX replay_items_by_state ON replay_items (replay_id, state);

-- Who runs replays and takes dead letters out of their queue: one process at a time, until it stops renewing this.
CREATE TABLE leases (
  name TEXT NOT NULL PRIMARY KEY,
  holder BLOB NOT NULL,
  held_until INTEGER NOT NULL
) WITHOUT ROWID;
