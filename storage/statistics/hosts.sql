-- Largest hosts
SELECT host, pages, pending, failed, robots FROM v_hosts ORDER BY pages DESC, host LIMIT 10;
