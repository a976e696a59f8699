-- pages whose texts are nearly the same: how many of 64 bits of their SimHashes differ, and both pages
--
-- Two values that differ in at most 3 bits share one of four pieces of 16 bits. So all values are put in order once for
-- each piece, and each is compared with the 4 that follow it there: the work grows with the pages, not with their pairs.
-- Pairs that differ in 4 to 6 bits are shown too, as far as they share a piece.
WITH page AS MATERIALIZED (
  SELECT p.url_id AS id, p.simhash AS h
  FROM pages AS p
  JOIN outcomes AS o ON o.url_id = p.url_id
  JOIN fetches AS f ON f.id = o.fetch_id
  WHERE p.simhash IS NOT NULL AND f.status BETWEEN 200 AND 299
),
value AS MATERIALIZED (SELECT h, min(id) AS id FROM page GROUP BY h),
piece(n, bits, h, id) AS (
  SELECT 0, h & 65535, h, id FROM value
  UNION ALL SELECT 1, h >> 16 & 65535, h, id FROM value
  UNION ALL SELECT 2, h >> 32 & 65535, h, id FROM value
  UNION ALL SELECT 3, h >> 48 & 65535, h, id FROM value
),
placed AS MATERIALIZED (SELECT row_number() OVER (ORDER BY n, bits, h) AS place, n, bits, h, id FROM piece),
step(n) AS (VALUES (1), (2), (3), (4)),
pair AS MATERIALIZED (
  SELECT DISTINCT min(a.id, b.id) AS id, max(a.id, b.id) AS other, (a.h | b.h) - (a.h & b.h) AS differ
  FROM placed AS a
  CROSS JOIN step
  JOIN placed AS b ON b.place = a.place + step.n
  WHERE b.n = a.n AND b.bits = a.bits
),
-- The bits that are set, counted in two halves of 32 bits, in pairs, fours and bytes of them.
half AS (
  SELECT id, other, differ & 4294967295 AS x FROM pair
  UNION ALL SELECT id, other, differ >> 32 & 4294967295 FROM pair
),
pairs AS (SELECT id, other, (x & 1431655765) + (x >> 1 & 1431655765) AS x FROM half),
fours AS (SELECT id, other, (x & 858993459) + (x >> 2 & 858993459) AS x FROM pairs),
bytes AS (SELECT id, other, (x & 252645135) + (x >> 4 & 252645135) AS x FROM fours),
near AS (
  SELECT id, other, sum(x * 16843009 >> 24 & 255) AS bits FROM bytes GROUP BY id, other HAVING bits <= 6
  UNION ALL
  SELECT v.id, p.id, 0 FROM value AS v JOIN page AS p ON p.h = v.h WHERE p.id <> v.id
)
SELECT n.bits, a.url, b.url AS other_url, p.title, q.title AS other_title
FROM near AS n
JOIN urls AS a ON a.id = n.id
JOIN urls AS b ON b.id = n.other
JOIN pages AS p ON p.url_id = a.id
JOIN pages AS q ON q.url_id = b.id
ORDER BY n.bits, a.id, b.id;
