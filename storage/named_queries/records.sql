-- records that recipes took from pages
SELECT url, recipe, json FROM v_records ORDER BY recipe, url;
