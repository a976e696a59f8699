-- the URL that is spelled so
SELECT id FROM urls WHERE url = ?1 ORDER BY id;
