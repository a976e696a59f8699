-- Runs
SELECT
  id,
  strftime('%Y-%m-%d %H:%M:%S', started_at_ms / 1000.0, 'unixepoch') AS started_utc,
  round((ended_at_ms - started_at_ms) / 1000.0, 1) AS seconds,
  coalesce(end_reason, 'running, or killed') AS ended
FROM runs
ORDER BY id;
