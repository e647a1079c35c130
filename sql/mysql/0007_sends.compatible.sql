-- What the senders of an attempt made of it, as JSON: of the last attempt with the notification, of each failed one with the attempt.
-- Programs of before neither read nor write these columns.
ALTER TABLE notifications ADD COLUMN sends TEXT NULL;

ALTER TABLE notification_attempts ADD COLUMN sends TEXT NULL;
