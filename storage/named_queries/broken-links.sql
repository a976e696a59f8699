-- links to pages that failed or answered 4xx or 5xx, with the pages that carry them
WITH broken AS MATERIALIZED (
  SELECT o.url_id, f.status, o.reason
  FROM outcomes AS o LEFT JOIN fetches AS f ON f.id = o.fetch_id
  WHERE o.kind = 2 OR (o.kind = 0 AND f.status >= 400)
)
SELECT t.url AS broken_url, b.status, b.reason AS error, s.url AS page, l.text, l.tag
FROM broken AS b
JOIN links AS l ON l.to_id = b.url_id
JOIN urls AS t ON t.id = b.url_id
JOIN urls AS s ON s.id = l.from_id
ORDER BY b.url_id, l.id;
