-- Totals
SELECT
  (SELECT count(*) FROM urls) AS known,
  (SELECT count(*) FROM outcomes WHERE kind IN (0, 2)) AS pages,
  (SELECT count(*) FROM outcomes WHERE kind = 1) AS redirects,
  (SELECT count(*) FROM outcomes WHERE kind = 2) AS failed,
  (SELECT count(*) FROM urls AS u WHERE u.admission = 0
    AND NOT EXISTS (SELECT 1 FROM outcomes AS o WHERE o.url_id = u.id)) AS pending,
  (SELECT count(*) FROM links) AS links,
  (SELECT count(*) FROM hosts) AS hosts;
