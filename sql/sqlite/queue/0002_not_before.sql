-- Milliseconds since 1970-01-01 UTC before which the message is not to be attempted, in whatever queue it is; 0: none.
ALTER TABLE messages ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;
