-- the chosen pages and what they link or redirect to
WITH chosen AS MATERIALIZED (
  SELECT o.url_id AS id FROM outcomes AS o JOIN urls AS u ON u.id = o.url_id
  WHERE o.kind IN (0, 1, 2) AND (:all OR u.url IN (SELECT url FROM v_pages WHERE :where))
),
node AS MATERIALIZED (
  SELECT id FROM chosen
  UNION SELECT to_id FROM links WHERE tag <> 'recipe' AND from_id IN (SELECT id FROM chosen)
  UNION SELECT redirect_to FROM outcomes WHERE redirect_to IS NOT NULL AND url_id IN (SELECT id FROM chosen)
)
SELECT u.id, u.url, h.name AS host, u.depth, f.status, f.mime, p.title
FROM urls AS u
JOIN hosts AS h ON h.id = u.host_id
LEFT JOIN outcomes AS o ON o.url_id = u.id
LEFT JOIN fetches AS f ON f.id = o.fetch_id
LEFT JOIN pages AS p ON p.url_id = u.id
WHERE u.id IN (SELECT id FROM node)
ORDER BY u.id;
