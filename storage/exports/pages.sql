-- pages
SELECT * FROM v_pages WHERE :where;
