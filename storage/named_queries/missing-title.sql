-- HTML pages without a title
SELECT u.url, f.status, p.word_count
FROM pages AS p
JOIN outcomes AS o ON o.url_id = p.url_id
JOIN fetches AS f ON f.id = o.fetch_id
JOIN urls AS u ON u.id = p.url_id
WHERE f.status BETWEEN 200 AND 299 AND coalesce(p.title, '') = ''
ORDER BY p.url_id;
