-- pages with the same content, largest groups first
WITH page AS MATERIALIZED (
  SELECT o.url_id, f.digest, f.bytes_body
  FROM outcomes AS o JOIN fetches AS f ON f.id = o.fetch_id
  WHERE o.kind = 0 AND f.digest IS NOT NULL AND f.bytes_body > 0
),
twice AS MATERIALIZED (SELECT digest, count(*) AS copies FROM page GROUP BY digest HAVING count(*) > 1)
SELECT t.copies, p.bytes_body AS bytes, u.url, lower(hex(t.digest)) AS digest
FROM twice AS t
JOIN page AS p ON p.digest = t.digest
JOIN urls AS u ON u.id = p.url_id
ORDER BY t.copies DESC, t.digest, p.url_id;
