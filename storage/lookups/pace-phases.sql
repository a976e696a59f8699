-- where the time of requests went
SELECT count(*), sum(total_ms), sum(dns_ms), sum(connect_ms), sum(tls_ms), sum(ttfb_ms)
FROM fetches
WHERE total_ms IS NOT NULL;
