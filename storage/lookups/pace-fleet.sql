-- worker threads and connections of the newest run on average
SELECT avg(workers), avg(connections) FROM samples
WHERE run_id = (SELECT max(id) FROM runs) AND fetches > 0;
