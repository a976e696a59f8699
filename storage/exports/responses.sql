-- responses whose header block is stored, in the order of their fetching; a body's first carrier has it
--
-- What is carried through sorting are ids alone: bodies are looked up at the end, by primary key.
WITH chosen AS MATERIALIZED (
  SELECT o.url_id, f.id AS fetch_id, f.digest,
         CASE WHEN f.digest IS NOT NULL THEN min(f.id) OVER (PARTITION BY f.digest) END AS first_id
  FROM outcomes AS o
  JOIN fetches AS f ON f.id = o.fetch_id
  JOIN urls AS u ON u.id = o.url_id
  WHERE o.kind IN (0, 1) AND f.headers IS NOT NULL
    AND (:all OR u.url IN (SELECT url FROM v_pages WHERE :where))
  ORDER BY f.id LIMIT -1  -- without a limit SQLite takes the order of a subquery for idle
),
body AS MATERIALIZED (SELECT digest, id FROM bodies)
SELECT u.url, f.at_ms, f.status, f.ip, f.http_version, f.mime, f.truncated, f.headers, f.digest, f.bytes_body,
       c.fetch_id, c.first_id, fu.url AS first_url, ff.at_ms AS first_at_ms, b.id AS body_id, z.size, z.zstd
FROM chosen AS c
CROSS JOIN fetches AS f ON f.id = c.fetch_id
CROSS JOIN urls AS u ON u.id = c.url_id
LEFT JOIN body AS b ON b.digest = c.digest
LEFT JOIN bodies AS z ON z.id = b.id AND c.first_id = c.fetch_id
LEFT JOIN fetches AS ff ON ff.id = c.first_id
LEFT JOIN urls AS fu ON fu.id = ff.url_id;
