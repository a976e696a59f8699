-- some bodies further, in the order of their storing
SELECT id, digest FROM bodies WHERE id > ?1 ORDER BY id LIMIT 500;
