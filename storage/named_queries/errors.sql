-- pages that failed or answered 4xx or 5xx
SELECT url, status, error, fetched_at, total_ms FROM v_pages WHERE error IS NOT NULL OR status >= 400;
