-- redirects that lead to another redirect, the longest chains first
WITH RECURSIVE chain(start, id, hops) AS (
  SELECT url_id, redirect_to, 1 FROM outcomes WHERE kind = 1 AND redirect_to IS NOT NULL
  UNION ALL
  SELECT c.start, o.redirect_to, c.hops + 1
  FROM chain AS c JOIN outcomes AS o ON o.url_id = c.id
  WHERE o.kind = 1 AND o.redirect_to IS NOT NULL AND c.hops < 50
),
whole AS MATERIALIZED (
  SELECT start, max(hops) AS hops FROM chain GROUP BY start HAVING max(hops) > 1
)
SELECT s.url, w.hops, e.url AS ends_at
FROM whole AS w
JOIN chain AS c ON c.start = w.start AND c.hops = w.hops
JOIN urls AS s ON s.id = w.start
JOIN urls AS e ON e.id = c.id
ORDER BY w.hops DESC, w.start;
