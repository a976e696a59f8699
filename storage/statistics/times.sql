-- Times of a request
WITH
  t AS MATERIALIZED (SELECT total_ms FROM fetches WHERE total_ms IS NOT NULL ORDER BY total_ms),
  n AS (SELECT count(*) AS n FROM t)
SELECT
  (SELECT n FROM n) AS requests,
  (SELECT round(total_ms, 1) FROM t LIMIT 1 OFFSET (SELECT n / 2 FROM n)) AS median_ms,
  (SELECT round(total_ms, 1) FROM t LIMIT 1 OFFSET (SELECT n * 95 / 100 FROM n)) AS p95_ms,
  (SELECT round(max(total_ms), 1) FROM t) AS longest_ms,
  (SELECT sum(bytes_wire) FROM fetches) AS bytes_received;
