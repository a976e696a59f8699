-- the first seeds, and what they redirect to, that could not be had
SELECT u.url, u.admission, o.reason, coalesce(u.detail, o.detail, f.error_detail)
FROM urls AS u
LEFT JOIN outcomes AS o ON o.url_id = u.id
LEFT JOIN fetches AS f ON f.id = o.fetch_id
WHERE u.via IN (0, 2) AND (u.admission <> 0 OR o.kind IN (2, 3))
ORDER BY u.id LIMIT 3;
