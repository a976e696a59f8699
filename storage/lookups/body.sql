-- a body
SELECT size, zstd FROM bodies WHERE id = ?1;
