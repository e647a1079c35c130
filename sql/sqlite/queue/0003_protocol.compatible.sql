-- What a message knows of its notification beside the attempts, see `Message`. Nothing is known of those of before.
ALTER TABLE messages ADD COLUMN generation INTEGER;
ALTER TABLE messages ADD COLUMN route TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN renewals INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN fingerprint BLOB;
