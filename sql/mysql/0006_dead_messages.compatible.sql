-- A replay of a message that is no notification's carries one more: what dies after it is told from a leftover of what was replayed.
ALTER TABLE dead_letters ADD COLUMN generation INT UNSIGNED NOT NULL DEFAULT 0;
