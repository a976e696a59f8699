-- The tables of a crawl on PostgreSQL with the names and columns that they have in a file (storage/schema.sql), for the
-- length of a session: so that one text of a query is asked of both. Ids are bytes here, and mean the same.
CREATE TEMP VIEW hosts AS SELECT key AS id, key, name FROM hosts;
CREATE TEMP VIEW urls AS
SELECT id, host_key AS host_id, admission, depth, hops_left, parent_id, via, redirect_hops, url, detail, tag FROM urls;
CREATE TEMP VIEW fetches AS
SELECT
  url_id || int4send(attempt) AS id, url_id, attempt, at_ms, status, error, ip, http_version, dns_ms, connect_ms, tls_ms,
  ttfb_ms, total_ms, bytes_wire, bytes_body, mime, charset, digest, truncated, content_encoding, etag, last_modified,
  error_detail, headers
FROM fetches;
CREATE TEMP VIEW outcomes AS
SELECT url_id, kind, url_id || int4send(attempt) AS fetch_id, redirect_to, reason, detail FROM outcomes;
CREATE TEMP VIEW pages AS
SELECT
  url_id, NULL::bytea AS first_link, (SELECT count(*) FROM links AS l WHERE l.from_id = p.url_id) AS link_count,
  word_count, nullif(by_tree::integer, 0) AS by_tree, text_hash, simhash, lang, robots, cut, title, canonical, h1, description
FROM pages AS p;
CREATE TEMP VIEW links AS
SELECT from_id || int4send(position) AS id, from_id, to_id, nofollow::integer AS nofollow, tag, rel, text FROM links;
CREATE TEMP VIEW bodies AS SELECT digest AS id, digest, size, zstd FROM bodies;
CREATE TEMP VIEW records AS SELECT url_id || int4send(position) AS id, url_id, recipe, json FROM records;
CREATE TEMP VIEW extracts AS SELECT url_id || int4send(position) AS id, url_id, kind, value FROM extracts;
CREATE TEMP VIEW robots AS
SELECT
  row_number() OVER (ORDER BY run_id, number) AS id, host_key AS host_id, origin, fetched_at_ms, expires_at_ms, status,
  state, crawl_delay_ms, error, body
FROM robots;
CREATE TEMP VIEW runs AS SELECT id, started_at_ms, ended_at_ms, end_reason, settings FROM runs;
CREATE TEMP VIEW samples AS
SELECT
  row_number() OVER (ORDER BY at_ms, run_id) AS id, run_id, at_ms, pages, fetches, failed, known, pending, in_flight,
  ready_hosts, transfers, bytes_wire, main_utilization, worker_utilization, commit_share,
  workers, connections, decision
FROM samples;
CREATE TEMP VIEW events AS
SELECT row_number() OVER (ORDER BY at_ms, run_id, kind, detail) AS id, run_id, at_ms, kind, detail FROM events;
-- What such a crawl does not have.
CREATE TEMP VIEW sitemaps AS
SELECT
  0 AS id, 0 AS parent_id, 0 AS level, 0 AS state, 0 AS entries, 0 AS ended_at_ms, 0 AS status, '' AS type, '' AS url,
  '' AS detail
WHERE false;
CREATE TEMP VIEW sitemap_urls AS
SELECT
  ''::bytea AS url_id, 0 AS sitemap_id, 0.0::double precision AS priority, 0::bigint AS lastmod_ms, '' AS changefreq,
  '' AS lastmod
WHERE false;
CREATE TEMP VIEW revisits AS
SELECT
  ''::bytea AS url_id, 0 AS pending, 0 AS visits, 0 AS changes, 0 AS failures, 0::bigint AS checked_at_ms,
  0::bigint AS interval_ms
WHERE false;
CREATE TEMP VIEW v_revisits AS
SELECT '' AS url, 0 AS visits, 0 AS changes, 0 AS failures, '' AS checked_at, '' AS due_at
WHERE false;
CREATE TEMP VIEW coverage AS
SELECT
  0 AS id, 0 AS pass, 0::bigint AS at_ms, '' AS recipe, '' AS shape, '' AS field, 0 AS records, 0 AS filled,
  0 AS distinct_values, 0 AS shortest, 0 AS longest, 0.0::double precision AS mean_length, '' AS types
WHERE false;
