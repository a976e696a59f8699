-- pages that no other page links or redirects to, and how they were found
WITH led_to AS MATERIALIZED (
  SELECT to_id AS id FROM links WHERE from_id <> to_id
  UNION
  SELECT redirect_to FROM outcomes WHERE redirect_to IS NOT NULL
)
SELECT u.url, CASE u.via WHEN 0 THEN 'seed' WHEN 3 THEN 'sitemap' ELSE 'link' END AS found_by, f.status
FROM outcomes AS o
JOIN urls AS u ON u.id = o.url_id
LEFT JOIN fetches AS f ON f.id = o.fetch_id
WHERE o.kind = 0 AND o.url_id NOT IN (SELECT id FROM led_to)
ORDER BY o.url_id;
