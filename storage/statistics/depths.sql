-- Depths
SELECT u.depth AS depth, count(*) AS pages
FROM outcomes AS o
JOIN urls AS u ON u.id = o.url_id
WHERE o.kind IN (0, 2)
GROUP BY 1
ORDER BY 1
LIMIT 20;
