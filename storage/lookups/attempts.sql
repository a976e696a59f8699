-- the attempts to fetch a URL
SELECT attempt, strftime('%Y-%m-%dT%H:%M:%fZ', at_ms / 1000.0, 'unixepoch'), status, error, error_detail, total_ms
FROM fetches
WHERE url_id = ?1
ORDER BY id;
