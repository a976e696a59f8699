-- reasons for which URLs were not asked, with an example of each
SELECT reason, coalesce(detail, '') AS detail, count(*) AS urls, min(url) AS example
FROM v_skipped GROUP BY reason, detail ORDER BY urls DESC, reason;
