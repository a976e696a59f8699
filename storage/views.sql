-- The views that people and tools hold on to: names, columns, order and meaning do not change. docs/storage_format.md.

-- One row per URL that was asked and has its verdict.
--
-- A redirect's end is found by walking outcomes.redirect_to, which costs a primary key look-up a hop and is done for
-- redirects alone. A walk that has not ended after 50 hops (the longest --max-redirects is below) goes in circles.
CREATE VIEW v_pages AS
SELECT
  url,
  CASE WHEN end_id IS NULL OR endless THEN url ELSE (SELECT e.url FROM urls AS e WHERE e.id = end_id) END AS final_url,
  status,
  CASE WHEN reason IS NULL AND endless THEN 'too_many_redirects' ELSE reason END AS error,
  depth, title, h1, description, lang, canonical, mime, charset, bytes, truncated,
  (SELECT t.url FROM urls AS t WHERE t.id = redirect_id) AS redirect_to,
  digest, host, fetched_at, total_ms
FROM (
  SELECT
    *,
    EXISTS (SELECT 1 FROM outcomes AS n WHERE n.url_id = end_id AND n.kind = 1 AND n.redirect_to IS NOT NULL) AS endless
  FROM (
    SELECT
      u.url AS url,
      f.status AS status,
      CASE
        -- The target was over the redirect limit, and is admitted by a shorter way since.
        WHEN o.kind = 1 AND o.reason = 'too_many_redirects'
          AND (SELECT t.admission FROM urls AS t WHERE t.id = o.redirect_to) = 0 THEN NULL
        WHEN o.kind IN (1, 2) THEN o.reason
      END AS reason,
      u.depth AS depth,
      p.title AS title,
      p.h1 AS h1,
      p.description AS description,
      p.lang AS lang,
      p.canonical AS canonical,
      f.mime AS mime,
      f.charset AS charset,
      f.bytes_body AS bytes,
      f.truncated AS truncated,
      CASE WHEN o.kind <> 0 THEN o.redirect_to END AS redirect_id,  -- a refresh is no redirect
      CASE WHEN o.kind <> 0 AND o.redirect_to IS NOT NULL THEN (
        WITH RECURSIVE chain(id, hop) AS (
          SELECT o.redirect_to, 1
          UNION ALL
          SELECT n.redirect_to, chain.hop + 1
          FROM chain JOIN outcomes AS n ON n.url_id = chain.id
          WHERE n.kind = 1 AND n.redirect_to IS NOT NULL AND chain.hop < 50
        )
        SELECT id FROM chain ORDER BY hop DESC LIMIT 1
      ) END AS end_id,
      CASE WHEN f.digest IS NOT NULL THEN lower(hex(f.digest)) END AS digest,
      h.name AS host,
      -- A refresh that found nothing new has looked since.
      strftime('%Y-%m-%dT%H:%M:%fZ', max(f.at_ms, coalesce(r.checked_at_ms, 0)) / 1000.0, 'unixepoch') AS fetched_at,
      f.total_ms AS total_ms
    FROM outcomes AS o
    JOIN urls AS u ON u.id = o.url_id
    JOIN hosts AS h ON h.id = u.host_id
    LEFT JOIN fetches AS f ON f.id = o.fetch_id
    LEFT JOIN pages AS p ON p.url_id = o.url_id
    LEFT JOIN revisits AS r ON r.url_id = o.url_id
    WHERE o.kind IN (0, 1, 2)
  )
);

CREATE VIEW v_links AS
SELECT s.url AS from_url, t.url AS to_url, l.rel AS rel, l.text AS text, l.tag AS tag
FROM links AS l
JOIN urls AS s ON s.id = l.from_id
JOIN urls AS t ON t.id = l.to_id
WHERE l.tag <> 'recipe'
ORDER BY l.id;

CREATE VIEW v_records AS
SELECT u.url AS url, r.recipe AS recipe, r.json AS json
FROM records AS r
JOIN urls AS u ON u.id = r.url_id;

CREATE VIEW v_extracts AS
SELECT u.url AS url, e.kind AS kind, e.value AS value
FROM extracts AS e
JOIN urls AS u ON u.id = e.url_id;

-- One row per URL that is known and was not asked: refused when it was found, given up before it was asked, or, when the
-- last run ended at a limit, not reached.
CREATE VIEW v_skipped AS
SELECT
  u.url AS url,
  CASE u.admission
    WHEN 1 THEN 'scope' WHEN 2 THEN 'depth' WHEN 3 THEN 'include' WHEN 4 THEN 'exclude' WHEN 5 THEN 'scheme'
    WHEN 6 THEN 'too_long' WHEN 7 THEN 'private_address' WHEN 8 THEN 'limit' WHEN 9 THEN 'trap'
    WHEN 10 THEN 'robots' WHEN 11 THEN 'include'
  END AS reason,
  u.detail AS detail,
  f.url AS from_url
FROM urls AS u
LEFT JOIN urls AS f ON f.id = u.parent_id
WHERE u.admission <> 0
UNION ALL
SELECT u.url, o.reason, o.detail, f.url
FROM outcomes AS o
JOIN urls AS u ON u.id = o.url_id
LEFT JOIN urls AS f ON f.id = u.parent_id
WHERE o.kind = 3
UNION ALL
SELECT
  u.url,
  'limit',
  CASE r.end_reason WHEN 'limit' THEN 'not reached: page limit' WHEN 'size' THEN 'not reached: size limit'
    ELSE 'not reached: time limit' END,
  f.url
FROM (SELECT end_reason FROM runs ORDER BY id DESC LIMIT 1) AS r
CROSS JOIN urls AS u
LEFT JOIN urls AS f ON f.id = u.parent_id
WHERE r.end_reason IN ('limit', 'size', 'time')
  AND u.admission = 0
  AND NOT EXISTS (SELECT 1 FROM outcomes AS o WHERE o.url_id = u.id);

CREATE VIEW v_hosts AS
SELECT
  h.name AS host,
  coalesce(c.pages, 0) AS pages,
  coalesce(c.pending, 0) AS pending,
  coalesce(c.failed, 0) AS failed,
  r.crawl_delay_ms AS crawl_delay_ms,
  r.state AS robots
FROM hosts AS h
LEFT JOIN (
  SELECT
    u.host_id AS host_id,
    sum(o.kind IS NOT NULL AND o.kind IN (0, 2)) AS pages,
    sum((o.kind IS NULL AND u.admission = 0) OR coalesce(r.pending, 0)) AS pending,
    sum(o.kind IS NOT NULL AND o.kind = 2) AS failed
  FROM urls AS u
  LEFT JOIN outcomes AS o ON o.url_id = u.id
  LEFT JOIN revisits AS r ON r.url_id = u.id
  GROUP BY u.host_id
) AS c ON c.host_id = h.id
LEFT JOIN (SELECT host_id, max(id) AS id FROM robots GROUP BY host_id) AS newest ON newest.host_id = h.id
LEFT JOIN robots AS r ON r.id = newest.id;

CREATE VIEW v_fetches AS
SELECT
  u.url AS url,
  f.attempt AS attempt,
  strftime('%Y-%m-%dT%H:%M:%fZ', f.at_ms / 1000.0, 'unixepoch') AS at,
  f.status AS status,
  f.error AS error,
  f.ip AS ip,
  f.http_version AS http_version,
  f.dns_ms AS dns_ms,
  f.connect_ms AS connect_ms,
  f.tls_ms AS tls_ms,
  f.ttfb_ms AS ttfb_ms,
  f.total_ms AS total_ms,
  f.bytes_wire AS bytes_wire,
  f.bytes_body AS bytes_body
FROM fetches AS f
JOIN urls AS u ON u.id = f.url_id;

-- One row per URL that a refresh has asked again.
CREATE VIEW v_revisits AS
SELECT
  u.url AS url,
  r.visits AS visits,
  r.changes AS changes,
  r.failures AS failures,
  strftime('%Y-%m-%dT%H:%M:%fZ', r.checked_at_ms / 1000.0, 'unixepoch') AS checked_at,
  strftime('%Y-%m-%dT%H:%M:%fZ', (r.checked_at_ms + r.interval_ms) / 1000.0, 'unixepoch') AS due_at
FROM revisits AS r
JOIN urls AS u ON u.id = r.url_id
WHERE r.visits > 0;
