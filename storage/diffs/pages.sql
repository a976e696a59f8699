-- pages that only one of two crawls has, and those of both with what each has of them; newer is the second database
WITH old_page AS MATERIALIZED (
  SELECT u.url, f.status, CASE WHEN o.kind = 2 THEN o.reason END AS error, p.title, f.digest, :old_simhash AS simhash,
         (SELECT t.url FROM main.urls AS t WHERE t.id = o.redirect_to AND o.kind = 1) AS redirect_to
  FROM main.outcomes AS o
  JOIN main.urls AS u ON u.id = o.url_id
  LEFT JOIN main.fetches AS f ON f.id = o.fetch_id
  LEFT JOIN main.pages AS p ON p.url_id = o.url_id
  WHERE o.kind IN (0, 1, 2)
),
new_page AS MATERIALIZED (
  SELECT u.url, f.status, CASE WHEN o.kind = 2 THEN o.reason END AS error, p.title, f.digest, :new_simhash AS simhash,
         (SELECT t.url FROM newer.urls AS t WHERE t.id = o.redirect_to AND o.kind = 1) AS redirect_to
  FROM newer.outcomes AS o
  JOIN newer.urls AS u ON u.id = o.url_id
  LEFT JOIN newer.fetches AS f ON f.id = o.fetch_id
  LEFT JOIN newer.pages AS p ON p.url_id = o.url_id
  WHERE o.kind IN (0, 1, 2)
)
SELECT 'gone' AS change, a.url, a.status, NULL AS new_status, a.error, NULL AS new_error, a.title, NULL AS new_title,
       a.redirect_to, NULL AS new_redirect_to, a.digest, NULL AS new_digest, NULL AS simhash, NULL AS new_simhash
FROM old_page AS a WHERE a.url NOT IN (SELECT url FROM new_page)
UNION ALL
SELECT 'added', b.url, NULL, b.status, NULL, b.error, NULL, b.title, NULL, b.redirect_to, NULL, b.digest, NULL, NULL
FROM new_page AS b WHERE b.url NOT IN (SELECT url FROM old_page)
UNION ALL
SELECT 'changed', a.url, a.status, b.status, a.error, b.error, a.title, b.title, a.redirect_to, b.redirect_to,
       a.digest, b.digest, a.simhash, b.simhash
FROM old_page AS a JOIN new_page AS b ON b.url = a.url
WHERE a.status IS NOT b.status OR a.error IS NOT b.error OR a.title IS NOT b.title
   OR a.redirect_to IS NOT b.redirect_to OR a.digest IS NOT b.digest
ORDER BY 2;
