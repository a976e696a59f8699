-- records of one recipe, a column for each field
SELECT * FROM :view WHERE :all OR page_url IN (SELECT url FROM v_pages WHERE :where);
