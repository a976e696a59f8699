-- links of the chosen pages
SELECT from_url, to_url, rel, text, tag FROM v_links
WHERE :all OR from_url IN (SELECT url FROM v_pages WHERE :where);
