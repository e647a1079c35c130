-- What a row remembers of its way beside the attempts; notification_row.hpp says what each is for. Programs of before go on
-- working with it: they neither read nor write these columns.
-- No name may be one of `dead_letters`, with which they join this table.
ALTER TABLE notifications ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notifications ADD COLUMN route TEXT NOT NULL DEFAULT '';
ALTER TABLE notifications ADD COLUMN fanned_out INTEGER NOT NULL DEFAULT FALSE;
ALTER TABLE notifications ADD COLUMN lapsed_claims INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notifications ADD COLUMN claimed_alone INTEGER NOT NULL DEFAULT FALSE;
ALTER TABLE notifications ADD COLUMN original_fingerprint BLOB;
ALTER TABLE notifications ADD COLUMN trace_context TEXT NOT NULL DEFAULT '';
ALTER TABLE notifications ADD COLUMN failing_since INTEGER;
UPDATE notifications SET fanned_out = TRUE WHERE status IN ('FAILED_RETRYING', 'FAILED_DLQ') AND attempt_count > 0;
