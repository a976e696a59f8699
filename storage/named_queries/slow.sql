-- the 100 slowest pages and where their time went (milliseconds)
SELECT u.url, f.status, f.total_ms, f.dns_ms, f.connect_ms, f.tls_ms, f.ttfb_ms, f.bytes_wire
FROM (SELECT * FROM fetches WHERE total_ms IS NOT NULL ORDER BY total_ms DESC LIMIT 100) AS f
JOIN urls AS u ON u.id = f.url_id
ORDER BY f.total_ms DESC, f.id;
