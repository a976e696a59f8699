-- Errors
SELECT reason AS error, count(*) AS pages
FROM outcomes
WHERE kind IN (1, 2) AND reason IS NOT NULL
GROUP BY 1
ORDER BY 2 DESC, 1;
