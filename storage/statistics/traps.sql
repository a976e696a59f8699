-- Traps
-- A trap's event begins with its name, which is also the detail of the URLs that were left out for it.
WITH left_out AS MATERIALIZED (
  SELECT detail, count(*) AS urls FROM outcomes WHERE kind = 3 AND reason = 'trap' GROUP BY detail
)
SELECT t.trap, coalesce(l.urls, 0) AS left_out
FROM (SELECT DISTINCT substr(detail, 1, instr(detail, '; ') - 1) AS trap FROM events WHERE kind = 'trap') AS t
LEFT JOIN left_out AS l ON l.detail = t.trap
ORDER BY 2 DESC, 1;
