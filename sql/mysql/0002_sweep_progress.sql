-- An index that holds the status of every row has an entry to move for each event that is sent. Here only rows that have failed
-- are kept apart, so an event that goes well leaves its entry where it was inserted. What is still queued is found by reading
-- on, in the order of time, from where the last sweep ended.
ALTER TABLE notifications ADD COLUMN requeued_at DATETIME(6) NULL;

ALTER TABLE notifications ADD COLUMN failed_status VARCHAR(15) CHARACTER SET ascii COLLATE ascii_bin
  GENERATED ALWAYS AS (CASE WHEN status IN ('FAILED_RETRYING', 'FAILED_DLQ') THEN status END) VIRTUAL;

ALTER TABLE notifications ADD COLUMN failed_or_queued_at DATETIME(6)
  GENERATED ALWAYS AS
  (CASE WHEN status IN ('FAILED_RETRYING', 'FAILED_DLQ') THEN updated_at ELSE COALESCE(requeued_at, created_at) END) VIRTUAL;

ALTER TABLE notifications ADD KEY failed_status_failed_or_queued_at (failed_status, failed_or_queued_at);

ALTER TABLE notifications DROP KEY status_updated_at;

CREATE TABLE IF NOT EXISTS sweep_progress (
  only_row TINYINT UNSIGNED NOT NULL PRIMARY KEY,
  swept_until DATETIME(6) NOT NULL
) ENGINE = InnoDB;

INSERT IGNORE INTO sweep_progress (only_row, swept_until) VALUES (1, '2000-01-01');
