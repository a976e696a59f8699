-- how much of each recipe's fields its records have, and what changed since the count before
SELECT
  c.recipe, c.shape, c.field, c.records, c.filled,
  round(1.0 * c.filled / max(c.records, 1), 4) AS rate,
  round(1.0 * b.filled / max(b.records, 1), 4) AS rate_before,
  c.types, c.distinct_values, c.shortest, c.longest, round(c.mean_length, 1) AS mean_length
FROM (SELECT recipe, max(pass) AS pass FROM coverage GROUP BY recipe) AS newest
JOIN coverage AS c ON c.recipe = newest.recipe AND c.pass = newest.pass
LEFT JOIN coverage AS b ON b.recipe = c.recipe AND b.shape = c.shape AND b.field = c.field AND b.pass = (
  SELECT max(pass) FROM coverage WHERE recipe = c.recipe AND pass < c.pass)
ORDER BY c.id;
