-- how long requests took
WITH bound(place, upto_ms, label) AS (
  VALUES (1, 10, 'under 10 ms'), (2, 20, '10 to 20'), (3, 50, '20 to 50'), (4, 100, '50 to 100'), (5, 200, '100 to 200'),
         (6, 500, '200 to 500'), (7, 1000, '0.5 to 1 s'), (8, 2000, '1 to 2 s'), (9, 5000, '2 to 5 s'),
         (10, 10000, '5 to 10 s'), (11, 9e999, 'over 10 s')
),
counted AS (
  SELECT CASE WHEN total_ms < 10 THEN 1 WHEN total_ms < 20 THEN 2 WHEN total_ms < 50 THEN 3 WHEN total_ms < 100 THEN 4
              WHEN total_ms < 200 THEN 5 WHEN total_ms < 500 THEN 6 WHEN total_ms < 1000 THEN 7
              WHEN total_ms < 2000 THEN 8 WHEN total_ms < 5000 THEN 9 WHEN total_ms < 10000 THEN 10 ELSE 11 END AS place,
         count(*) AS requests
  FROM fetches WHERE total_ms IS NOT NULL GROUP BY 1
)
SELECT b.label AS total_time, coalesce(c.requests, 0) AS requests
FROM bound AS b LEFT JOIN counted AS c ON c.place = b.place
WHERE EXISTS (SELECT 1 FROM counted)
ORDER BY b.place;
