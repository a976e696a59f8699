-- pages that ask search engines to leave them out, by meta element or X-Robots-Tag
SELECT u.url, p.robots
FROM pages AS p
JOIN urls AS u ON u.id = p.url_id
WHERE p.robots LIKE '%noindex%' OR ' ' || replace(p.robots, ',', ' ') || ' ' LIKE '% none %'
ORDER BY p.url_id;
