-- means over the samples of the newest run, from the first response on
SELECT count(*), coalesce(max(at_ms) - min(at_ms), 0), avg(main_utilization), avg(worker_utilization), avg(commit_share),
  avg(transfers), avg(pending - in_flight), avg(ready_hosts)
FROM samples
WHERE run_id = (SELECT max(id) FROM runs) AND fetches > 0;
