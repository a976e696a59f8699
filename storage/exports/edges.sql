-- links between pages, each pair once with the number of links; redirects
WITH chosen AS MATERIALIZED (
  SELECT o.url_id AS id FROM outcomes AS o JOIN urls AS u ON u.id = o.url_id
  WHERE o.kind IN (0, 1, 2) AND (:all OR u.url IN (SELECT url FROM v_pages WHERE :where))
),
edge AS (
  SELECT from_id, to_id, count(*) AS links, 'link' AS kind
  FROM links WHERE tag <> 'recipe' AND from_id IN (SELECT id FROM chosen) GROUP BY from_id, to_id
  UNION ALL
  SELECT url_id, redirect_to, 1, 'redirect' FROM outcomes
  WHERE redirect_to IS NOT NULL AND url_id IN (SELECT id FROM chosen)
)
SELECT e.from_id, e.to_id, e.links, e.kind, s.url AS from_url, t.url AS to_url
FROM edge AS e
JOIN urls AS s ON s.id = e.from_id
JOIN urls AS t ON t.id = e.to_id;
