-- What a row remembers of its way beside the attempts; notification_row.hpp says what each is for. Programs of before go on
-- working beside it: they neither read nor write these columns.
-- No name may be one of `dead_letters`, with which they join this table.
ALTER TABLE notifications
  ADD COLUMN generation INT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN route VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN fanned_out BOOLEAN NOT NULL DEFAULT FALSE,
  ADD COLUMN lapsed_claims INT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN claimed_alone BOOLEAN NOT NULL DEFAULT FALSE,
  ADD COLUMN original_fingerprint BINARY(32) NULL,
  ADD COLUMN trace_context VARCHAR(255) NULL,
  ADD COLUMN failing_since DATETIME(6) NULL;

UPDATE notifications SET fanned_out = TRUE WHERE status IN ('FAILED_RETRYING', 'FAILED_DLQ') AND attempt_count > 0;
