-- How often the message was begun while nothing else was under way, without an end that is known.
ALTER TABLE messages ADD COLUMN begun_alone INTEGER NOT NULL DEFAULT 0;

-- Hand-overs up to this position of the main queue are charged to the messages when the process crashes: what was in hand at
-- a crash before. 0: none.
ALTER TABLE handed_out ADD COLUMN charged_until INTEGER NOT NULL DEFAULT 0;
