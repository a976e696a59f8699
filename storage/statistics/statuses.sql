-- Statuses
-- Plain joins here and below instead of v_pages, whose titles and ends of redirects nobody asks for and which cost look-ups
-- for each row.
SELECT f.status AS status, count(*) AS pages
FROM outcomes AS o
JOIN fetches AS f ON f.id = o.fetch_id
WHERE o.kind < 3 AND f.status IS NOT NULL
GROUP BY 1
ORDER BY 1;
