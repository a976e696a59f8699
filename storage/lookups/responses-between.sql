-- attempts that decided their URL and whose header block is stored, after the one and up to the other
SELECT f.id, u.url, f.at_ms, f.status, f.ip, f.http_version, f.mime, f.truncated, f.headers, f.digest, f.bytes_body
FROM fetches AS f
CROSS JOIN outcomes AS o ON o.url_id = f.url_id AND o.fetch_id = f.id
CROSS JOIN urls AS u ON u.id = f.url_id
WHERE f.id > ?1 AND f.id <= ?2 AND o.kind IN (0, 1) AND f.headers IS NOT NULL
ORDER BY f.id;
