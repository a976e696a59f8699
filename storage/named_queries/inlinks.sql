-- the pages that link to a URL, and what redirects to it: inlinks URL
SELECT s.url AS page, l.text, l.tag, l.rel
FROM urls AS t
JOIN links AS l ON l.to_id = t.id
JOIN urls AS s ON s.id = l.from_id
WHERE t.url = ?1
UNION ALL
SELECT s.url, NULL, 'redirect', NULL
FROM urls AS t
JOIN outcomes AS o ON o.redirect_to = t.id
JOIN urls AS s ON s.id = o.url_id
WHERE t.url = ?1;
