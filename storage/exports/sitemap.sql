-- pages that belong into a sitemap: answered with 200, not noindex, not a copy of another page
SELECT u.url, f.last_modified
FROM outcomes AS o
JOIN fetches AS f ON f.id = o.fetch_id
JOIN urls AS u ON u.id = o.url_id
LEFT JOIN pages AS p ON p.url_id = o.url_id
WHERE o.kind = 0 AND f.status = 200 AND coalesce(p.canonical, '') IN ('', u.url)
  AND coalesce(p.robots, '') NOT LIKE '%noindex%'
  AND ' ' || replace(coalesce(p.robots, ''), ',', ' ') || ' ' NOT LIKE '% none %'
  AND (:all OR u.url IN (SELECT url FROM v_pages WHERE :where))
ORDER BY o.url_id;
