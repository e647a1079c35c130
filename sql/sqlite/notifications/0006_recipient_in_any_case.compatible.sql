-- Addresses are found however their capital and small letters are written. Few have capitals: those are in an index of their
-- own, and the others in the one that there was.
CREATE INDEX notifications_by_recipient_with_capitals ON notifications (lower(recipient), created_at)
  WHERE recipient <> lower(recipient);
