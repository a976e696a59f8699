-- every URL that is known and was not asked, with the reason
SELECT url, reason, detail, from_url FROM v_skipped;
