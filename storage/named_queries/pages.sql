-- every page: status, size, title
SELECT url, status, error, bytes, total_ms, title FROM v_pages;
