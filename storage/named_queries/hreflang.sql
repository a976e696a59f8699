-- translations that pages name, what they answered, and whether they name the page in return (crawl --extract translations)
WITH named AS MATERIALIZED (
  SELECT e.url_id, json_extract(t.value, '$.hreflang') AS lang, json_extract(t.value, '$.href') AS href
  FROM extracts AS e, json_each(e.value) AS t
  WHERE e.kind = 'translations'
),
pair AS MATERIALIZED (SELECT u.url AS source, n.href AS target FROM named AS n JOIN urls AS u ON u.id = n.url_id)
SELECT u.url, n.lang, n.href AS translation, f.status,
       (n.href, u.url) IN (SELECT source, target FROM pair) AS named_in_return
FROM named AS n
JOIN urls AS u ON u.id = n.url_id
LEFT JOIN urls AS t ON t.url = n.href
LEFT JOIN outcomes AS o ON o.url_id = t.id
LEFT JOIN fetches AS f ON f.id = o.fetch_id
ORDER BY n.url_id, n.lang;
