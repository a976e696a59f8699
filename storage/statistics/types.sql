-- Types
SELECT coalesce(f.mime, '') AS mime, count(*) AS pages, sum(f.bytes_body) AS bytes
FROM outcomes AS o
JOIN fetches AS f ON f.id = o.fetch_id
WHERE o.kind = 0
GROUP BY 1
ORDER BY 2 DESC, 1
LIMIT 10;
