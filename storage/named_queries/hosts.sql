-- hosts by number of pages
SELECT host, pages, pending, failed, crawl_delay_ms, robots FROM v_hosts ORDER BY pages DESC, host;
