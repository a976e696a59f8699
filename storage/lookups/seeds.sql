-- the seeds, and where their redirects end
-- No chain that a crawl follows is longer than 50 hops.
WITH RECURSIVE chain(seed_id, id, hop) AS (
  SELECT id, id, 0 FROM urls WHERE via = 0
  UNION ALL
  SELECT chain.seed_id, o.redirect_to, chain.hop + 1
  FROM chain JOIN outcomes AS o ON o.url_id = chain.id
  WHERE o.redirect_to IS NOT NULL AND chain.hop < 50
)
SELECT s.url, e.url
FROM (SELECT seed_id, id, max(hop) FROM chain GROUP BY seed_id) AS c
JOIN urls AS s ON s.id = c.seed_id
JOIN urls AS e ON e.id = c.id
ORDER BY c.seed_id;
