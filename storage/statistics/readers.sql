-- How pages were read
SELECT CASE WHEN p.by_tree = 1 THEN 'tree' ELSE 'scan' END AS reader, count(*) AS pages,
  round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS percent
FROM pages AS p
JOIN outcomes AS o ON o.url_id = p.url_id AND o.kind = 0
GROUP BY 1
ORDER BY 2 DESC;
