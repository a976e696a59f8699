-- records of the chosen pages
SELECT url, recipe, json FROM v_records WHERE :all OR url IN (SELECT url FROM v_pages WHERE :where);
