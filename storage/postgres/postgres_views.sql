-- The views of storage/views.sql, word for word where the two engines agree.

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
      CASE WHEN o.kind <> 0 THEN o.redirect_to END AS redirect_id,
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
      encode(f.digest, 'hex') AS digest,
      h.name AS host,
      to_char(to_timestamp(f.at_ms / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS fetched_at,
      f.total_ms AS total_ms
    FROM outcomes AS o
    JOIN urls AS u ON u.id = o.url_id
    JOIN hosts AS h ON h.key = u.host_key
    LEFT JOIN fetches AS f ON f.url_id = o.url_id AND f.attempt = o.attempt
    LEFT JOIN pages AS p ON p.url_id = o.url_id
    WHERE o.kind IN (0, 1, 2)
  ) AS verdicts
) AS chains;

CREATE VIEW v_links AS
SELECT s.url AS from_url, t.url AS to_url, l.rel AS rel, l.text AS text, l.tag AS tag
FROM links AS l
JOIN urls AS s ON s.id = l.from_id
JOIN urls AS t ON t.id = l.to_id
WHERE l.tag <> 'recipe'
ORDER BY l.from_id, l.position;

CREATE VIEW v_records AS
SELECT u.url AS url, r.recipe AS recipe, r.json AS json
FROM records AS r
JOIN urls AS u ON u.id = r.url_id;

CREATE VIEW v_extracts AS
SELECT u.url AS url, e.kind AS kind, e.value AS value
FROM extracts AS e
JOIN urls AS u ON u.id = e.url_id;

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
FROM crawl AS r
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
    u.host_key AS host_key,
    count(*) FILTER (WHERE o.kind IN (0, 2)) AS pages,
    count(*) FILTER (WHERE o.kind IS NULL AND u.admission = 0) AS pending,
    count(*) FILTER (WHERE o.kind = 2) AS failed
  FROM urls AS u
  LEFT JOIN outcomes AS o ON o.url_id = u.id
  GROUP BY u.host_key
) AS c ON c.host_key = h.key
LEFT JOIN (
  SELECT DISTINCT ON (host_key) host_key, crawl_delay_ms, state
  FROM robots ORDER BY host_key, run_id DESC, number DESC
) AS r ON r.host_key = h.key;

CREATE VIEW v_fetches AS
SELECT
  u.url AS url,
  f.attempt AS attempt,
  to_char(to_timestamp(f.at_ms / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at,
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

-- The agents, those at work first.
CREATE VIEW v_agents AS
SELECT
  coalesce(r.home_run, r.id) AS run,
  r.agent,
  CASE
    WHEN NOT r.alive THEN coalesce(r.end_reason, 'lost')
    WHEN r.expires_at < clock_timestamp() THEN 'silent'
    WHEN r.idle THEN 'waiting'
    ELSE 'working'
  END AS state,
  (SELECT count(*) FROM hosts AS h WHERE h.owner = r.id) AS hosts,
  r.pages,
  coalesce(round((s.last_pages - s.first_pages) * 1000.0 / nullif(s.last_ms - s.first_ms, 0), 1), 0) AS pages_per_s,
  r.failed,
  CASE WHEN r.alive THEN r.pending END AS pending,
  CASE WHEN r.alive THEN round(extract(epoch FROM r.expires_at - clock_timestamp())::numeric, 1) END AS lease_left_s,
  to_char(to_timestamp(r.started_at_ms / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS joined
FROM runs AS r
LEFT JOIN LATERAL (
  SELECT min(at_ms) AS first_ms, max(at_ms) AS last_ms, min(pages) AS first_pages, max(pages) AS last_pages
  FROM samples WHERE run_id = r.id AND at_ms > extract(epoch FROM clock_timestamp()) * 1000 - 10000
) AS s ON r.alive
ORDER BY r.alive DESC, r.id;
