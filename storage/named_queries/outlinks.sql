-- where the links of a page lead, in document order, and what answered there: outlinks URL
SELECT t.url AS target, f.status, o.reason AS error, l.text, l.tag, l.rel
FROM urls AS s
JOIN links AS l ON l.from_id = s.id
JOIN urls AS t ON t.id = l.to_id
LEFT JOIN outcomes AS o ON o.url_id = t.id
LEFT JOIN fetches AS f ON f.id = o.fetch_id
WHERE s.url = ?1
ORDER BY l.id;
