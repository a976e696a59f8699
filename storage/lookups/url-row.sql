-- what is known of a URL
SELECT u.url, u.admission, u.detail, u.depth, u.hops_left, u.via, u.redirect_hops, u.tag,
  o.kind, o.reason, o.detail, (SELECT t.url FROM urls AS t WHERE t.id = o.redirect_to)
FROM urls AS u
LEFT JOIN outcomes AS o ON o.url_id = u.id
WHERE u.id = ?1;
