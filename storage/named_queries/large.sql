-- the 100 largest pages (bytes of the decoded body)
SELECT u.url, f.bytes_body AS bytes, f.bytes_wire, f.mime, f.truncated
FROM outcomes AS o
JOIN fetches AS f ON f.id = o.fetch_id
JOIN urls AS u ON u.id = o.url_id
WHERE o.kind = 0 AND f.bytes_body > 0
ORDER BY f.bytes_body DESC, o.url_id
LIMIT 100;
