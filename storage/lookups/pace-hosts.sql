-- the hosts that take longest: ?1 is the crawl's own delay and ?2 the mean time of a request, in milliseconds
SELECT host, pages, pending, max(coalesce(crawl_delay_ms, 0), ?1) + ?2 AS interval_ms
FROM v_hosts
ORDER BY (pages + pending) * interval_ms DESC, host
LIMIT 3;
