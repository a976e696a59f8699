-- records of pages that both crawls have, where they differ; newer is the second database
WITH old_record AS MATERIALIZED (
  SELECT url, recipe, json_group_array(json(json)) AS list
  FROM (SELECT u.url, r.recipe, r.json FROM main.records AS r JOIN main.urls AS u ON u.id = r.url_id ORDER BY r.id)
  GROUP BY url, recipe
),
new_record AS MATERIALIZED (
  SELECT url, recipe, json_group_array(json(json)) AS list
  FROM (SELECT u.url, r.recipe, r.json FROM newer.records AS r JOIN newer.urls AS u ON u.id = r.url_id ORDER BY r.id)
  GROUP BY url, recipe
)
SELECT a.url, a.recipe, a.list, b.list AS new_list
FROM old_record AS a LEFT JOIN new_record AS b ON b.url = a.url AND b.recipe = a.recipe
WHERE a.list IS NOT b.list
UNION ALL
SELECT b.url, b.recipe, NULL, b.list
FROM new_record AS b WHERE (b.url, b.recipe) NOT IN (SELECT url, recipe FROM old_record)
ORDER BY 1, 2;
