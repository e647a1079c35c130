-- MySQL's type JSON keeps values, not their text: it writes numbers its own way and sorts keys. What clients sent is sent again as
-- it came, and JSON functions take text too. MySQL copies the tables for this. MariaDB, whose JSON is text, passes the comments
-- over and changes nothing.
ALTER TABLE notifications /*!50701 MODIFY COLUMN payload LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL */;

ALTER TABLE dead_letters /*!50701 MODIFY COLUMN original_payload LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL */;
