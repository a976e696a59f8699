-- Known and not asked
SELECT reason, count(*) AS urls FROM v_skipped GROUP BY 1 ORDER BY 2 DESC, 1;
