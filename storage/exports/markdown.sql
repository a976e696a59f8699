-- HTML pages that were answered with 2xx: their markdown where it is stored, and their body
WITH chosen AS MATERIALIZED (
  SELECT p.url_id, f.id AS fetch_id, f.digest
  FROM pages AS p
  JOIN outcomes AS o ON o.url_id = p.url_id
  JOIN fetches AS f ON f.id = o.fetch_id
  JOIN urls AS u ON u.id = p.url_id
  WHERE o.kind = 0 AND f.status BETWEEN 200 AND 299
    AND (:all OR u.url IN (SELECT url FROM v_pages WHERE :where))
  ORDER BY p.url_id LIMIT -1  -- without a limit SQLite takes the order of a subquery for idle
),
markdown AS MATERIALIZED (SELECT url_id, max(id) AS id FROM extracts WHERE kind = 'markdown' GROUP BY url_id),
body AS MATERIALIZED (SELECT digest, id FROM bodies)
SELECT u.url, h.name AS host, p.title, p.description, p.lang, p.canonical, f.status,
       strftime('%Y-%m-%dT%H:%M:%fZ', f.at_ms / 1000.0, 'unixepoch') AS fetched_at, f.charset,
       m.value AS markdown, z.size, CASE WHEN m.id IS NULL THEN z.zstd END AS zstd
FROM chosen AS c
CROSS JOIN fetches AS f ON f.id = c.fetch_id
CROSS JOIN urls AS u ON u.id = c.url_id
CROSS JOIN hosts AS h ON h.id = u.host_id
CROSS JOIN pages AS p ON p.url_id = c.url_id
LEFT JOIN markdown AS k ON k.url_id = c.url_id
LEFT JOIN extracts AS m ON m.id = k.id
LEFT JOIN body AS b ON b.digest = c.digest
LEFT JOIN bodies AS z ON z.id = b.id;
