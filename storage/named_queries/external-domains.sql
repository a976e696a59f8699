-- hosts outside the scope that pages link to, by number of links
SELECT h.name AS host, count(*) AS links, count(DISTINCT l.from_id) AS pages, min(t.url) AS example
FROM links AS l
JOIN urls AS t ON t.id = l.to_id
JOIN hosts AS h ON h.id = t.host_id
WHERE t.admission = 1 AND l.tag <> 'recipe'
GROUP BY h.id, h.name
ORDER BY links DESC, host;
