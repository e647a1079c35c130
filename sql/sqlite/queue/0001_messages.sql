-- Times and delays are microseconds, times since 1970-01-01 UTC. The texts are as they were published, valid UTF-8 or not.
CREATE TABLE messages (
  position INTEGER PRIMARY KEY, -- messages of one queue leave it in this order
  queue TEXT NOT NULL,
  due_at INTEGER, -- when the message moves on to the main queue: in delay queues only
  delay INTEGER,
  deliveries INTEGER NOT NULL DEFAULT 0, -- hand-overs that ended with a crash
  event_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  attempt INTEGER,
  traceparent TEXT NOT NULL,
  first_failed_at TEXT NOT NULL,
  dead_letter_reason TEXT,
  last_error TEXT,
  body BLOB NOT NULL
);

CREATE INDEX messages_by_queue ON messages (queue, position);
CREATE INDEX messages_by_due_time ON messages (due_at, delay) WHERE due_at IS NOT NULL;

-- One row: the last position of the main queue that was handed out since the broker was opened, 0 if none was.
CREATE TABLE handed_out (position INTEGER NOT NULL);
INSERT INTO handed_out VALUES (0);

-- Always empty: what is written here for a moment shows that there is room on the disk again.
CREATE TABLE room (filler BLOB NOT NULL);
