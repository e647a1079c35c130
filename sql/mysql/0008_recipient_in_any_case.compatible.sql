-- Addresses are found however their capital and small letters are written. The column takes no room in the rows, and the key
-- is built while programs work. Its name stays, which programs of before ask for: they find the same as before, but slowly.
ALTER TABLE notifications ADD COLUMN recipient_in_lower_case VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
  GENERATED ALWAYS AS (LOWER(recipient)) VIRTUAL;

ALTER TABLE notifications
  DROP KEY recipient_created_at,
  ADD KEY recipient_created_at (recipient_in_lower_case, created_at);
