-- how a URL became known: who led to it, nearest first, up to a seed
-- A parent is known before its child; what is not so is no crawl's, and is not followed.
WITH RECURSIVE chain(id, parent_id, step) AS (
  SELECT id, parent_id, 0 FROM urls WHERE id = ?1
  UNION ALL
  SELECT u.id, u.parent_id, chain.step + 1
  FROM chain JOIN urls AS u ON u.id = chain.parent_id
  WHERE chain.parent_id < chain.id AND chain.step < ?2
)
SELECT u.url, u.depth, u.via, u.tag
FROM chain JOIN urls AS u ON u.id = chain.id
WHERE chain.step > 0
ORDER BY chain.step;
