-- what was taken for a trap: rule and shape, URLs left out, an example, and the numbers that decided
WITH left_out AS MATERIALIZED (
  SELECT detail, count(*) AS urls, min(url_id) AS first FROM outcomes WHERE kind = 3 AND reason = 'trap' GROUP BY detail
),
first AS MATERIALIZED (
  SELECT min(id) AS id FROM events WHERE kind = 'trap' GROUP BY substr(detail, 1, instr(detail, '; ') - 1)
),
found AS (
  SELECT e.id, substr(e.detail, 1, instr(e.detail, '; ') - 1) AS trap, substr(e.detail, instr(e.detail, '; ') + 2) AS why
  FROM first JOIN events AS e ON e.id = first.id
)
SELECT f.trap, coalesce(l.urls, 0) AS left_out, u.url AS example, f.why
FROM found AS f
LEFT JOIN left_out AS l ON l.detail = f.trap
LEFT JOIN urls AS u ON u.id = l.first
ORDER BY f.id;
