-- pages of https that embed or load something by http (iframe, frame, link); images and scripts are not recorded
SELECT s.url, t.url AS insecure_url, l.tag, l.rel
FROM links AS l
JOIN urls AS s ON s.id = l.from_id
JOIN urls AS t ON t.id = l.to_id
WHERE l.tag IN ('iframe', 'frame', 'link') AND s.url LIKE 'https:%' AND t.url LIKE 'http:%'
  AND (l.tag <> 'link' OR l.rel LIKE '%stylesheet%' OR l.rel LIKE '%icon%' OR l.rel LIKE '%preload%'
       OR l.rel LIKE '%manifest%')
ORDER BY l.id;
