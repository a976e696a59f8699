-- the robots.txt in force for an origin
SELECT r.state, r.status, r.error, r.body, strftime('%Y-%m-%dT%H:%M:%fZ', r.fetched_at_ms / 1000.0, 'unixepoch')
FROM hosts AS h
JOIN robots AS r ON r.host_id = h.id
WHERE h.name = ?1 AND r.origin = ?2
ORDER BY r.id DESC
LIMIT 1;
