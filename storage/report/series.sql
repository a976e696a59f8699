-- how the crawl went over time, in at most about 300 pieces
WITH placed AS (
  SELECT s.*, (row_number() OVER (ORDER BY s.id) - 1) * 300 / (SELECT max(count(*), 1) FROM samples) AS piece
  FROM samples AS s
)
SELECT run_id, min(at_ms) AS from_ms, max(at_ms) AS to_ms, min(pages) AS from_pages, max(pages) AS to_pages,
       avg(main_utilization) AS main, avg(worker_utilization) AS workers, max(pending) AS pending
FROM placed GROUP BY run_id, piece ORDER BY min(id);
