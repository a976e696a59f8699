-- every redirect: its next hop, the end of its chain and what that answered
SELECT p.url, p.status, p.redirect_to, p.final_url, f.status AS final_status, p.error
FROM outcomes AS o
JOIN urls AS u ON u.id = o.url_id
JOIN v_pages AS p ON p.url = u.url
LEFT JOIN v_pages AS f ON f.url = p.final_url
WHERE o.kind = 1;
