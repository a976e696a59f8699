-- pages that name another URL as their canonical one, and what that URL answered
SELECT u.url, p.canonical, f.status AS canonical_status
FROM pages AS p
JOIN urls AS u ON u.id = p.url_id
LEFT JOIN urls AS c ON c.url = p.canonical
LEFT JOIN outcomes AS o ON o.url_id = c.id
LEFT JOIN fetches AS f ON f.id = o.fetch_id
WHERE p.canonical <> '' AND p.canonical <> u.url
ORDER BY p.url_id;
