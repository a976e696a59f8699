-- The tables of a crawl database. docs/storage_format.md explains every column.
--
-- While a crawl runs the only keys are integer primary keys, so that every table but `state` grows at its end and the cost
-- of a page does not grow with the crawl. What readers want to search by is in indexes.sql. References are declared for
-- people and for `PRAGMA foreign_key_check`; they are not enforced while crawling.
-- Wide columns stand last: a scan that does not ask for them then never reads their overflow pages.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value
) WITHOUT ROWID;

CREATE TABLE state (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE runs (
  id            INTEGER PRIMARY KEY,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms   INTEGER,  -- NULL: still running, or killed
  end_reason    TEXT,     -- done, limit, size, time, stopped, gate, storage
  settings      TEXT NOT NULL
);

CREATE TABLE hosts (
  id   INTEGER PRIMARY KEY,
  key  INTEGER NOT NULL,  -- keyed 64-bit hash of the name
  name TEXT NOT NULL      -- with the port where it is not the scheme's own
);

CREATE TABLE urls (
  id            INTEGER PRIMARY KEY,
  host_id       INTEGER NOT NULL REFERENCES hosts(id),
  admission     INTEGER NOT NULL,  -- 0 admitted, 1 scope, 2 depth, 3 include, 4 exclude, 5 scheme, 6 too_long, 7 private_address, 8 limit, 9 trap, 10 nofollow, 11 not recipes
  depth         INTEGER NOT NULL,
  hops_left     INTEGER,           -- link hops that may still follow; NULL no limit, -1 refused for depth
  parent_id     INTEGER REFERENCES urls(id),
  via           INTEGER NOT NULL,  -- 0 seed, 1 link, 2 redirect, 3 sitemap, 4 refresh
  redirect_hops INTEGER NOT NULL,
  url           TEXT NOT NULL,
  detail        TEXT,
  tag           TEXT
);

CREATE TABLE fetches (
  id               INTEGER PRIMARY KEY,
  url_id           INTEGER NOT NULL REFERENCES urls(id),
  attempt          INTEGER NOT NULL,
  at_ms            INTEGER NOT NULL,
  status           INTEGER,
  error            TEXT,
  ip               TEXT,
  http_version     TEXT,
  dns_ms           REAL,
  connect_ms       REAL,
  tls_ms           REAL,
  ttfb_ms          REAL,
  total_ms         REAL,
  bytes_wire       INTEGER NOT NULL,
  bytes_body       INTEGER NOT NULL,
  mime             TEXT,
  charset          TEXT,
  digest           BLOB,  -- SHA-256 of the decoded body
  truncated        TEXT,  -- length, time, disconnect
  content_encoding TEXT,
  etag             TEXT,
  last_modified    TEXT,
  error_detail     TEXT,
  headers          BLOB
);

CREATE TABLE outcomes (
  url_id      INTEGER PRIMARY KEY REFERENCES urls(id),
  kind        INTEGER NOT NULL,  -- 0 fetched, 1 redirected, 2 failed, 3 skipped
  fetch_id    INTEGER REFERENCES fetches(id),  -- the attempt that decided
  redirect_to INTEGER REFERENCES urls(id),     -- of a redirect; of a fetched page where its refresh leads to
  reason      TEXT,
  detail      TEXT
);

CREATE TABLE pages (
  url_id      INTEGER PRIMARY KEY REFERENCES urls(id),
  first_link  INTEGER REFERENCES links(id),  -- its links are the link_count rows from here on
  link_count  INTEGER NOT NULL,
  word_count  INTEGER NOT NULL,
  by_tree     INTEGER,  -- 1: read from a tree; else from one pass over its tokens
  text_hash   INTEGER,  -- of the text without markup: the same text has the same number
  simhash     INTEGER,  -- of the same text: differs in few bits where texts differ in little; NULL: too little text
  lang        TEXT,
  robots      TEXT,
  cut         TEXT,
  title       TEXT,
  canonical   TEXT,
  h1          TEXT,
  description TEXT
);

CREATE TABLE links (
  id       INTEGER PRIMARY KEY,
  from_id  INTEGER NOT NULL REFERENCES urls(id),
  to_id    INTEGER NOT NULL REFERENCES urls(id),
  nofollow INTEGER NOT NULL,  -- 1: not followed, by the crawl's --nofollow
  tag      TEXT NOT NULL,
  rel      TEXT NOT NULL,
  text     TEXT NOT NULL
);

CREATE TABLE bodies (
  id     INTEGER PRIMARY KEY,
  digest BLOB NOT NULL,     -- fetches.digest
  size   INTEGER NOT NULL,  -- bytes before compression
  zstd   BLOB NOT NULL
);

CREATE TABLE records (
  id     INTEGER PRIMARY KEY,
  url_id INTEGER NOT NULL REFERENCES urls(id),
  recipe TEXT NOT NULL,
  json   TEXT NOT NULL
);

CREATE TABLE extracts (
  id     INTEGER PRIMARY KEY,
  url_id INTEGER NOT NULL REFERENCES urls(id),
  kind   TEXT NOT NULL,  -- of --extract: meta, opengraph, jsonld, text …
  value  TEXT NOT NULL   -- JSON; of text and markdown the text
);

-- How much of a recipe's fields its records have, each time that was counted: at the end of a crawl and of a re-extract.
CREATE TABLE coverage (
  id              INTEGER PRIMARY KEY,
  pass            INTEGER NOT NULL,  -- rows of one count have one number, which grows
  at_ms           INTEGER NOT NULL,
  recipe          TEXT NOT NULL,
  shape           TEXT NOT NULL,     -- of the pages' URLs; empty: all of them
  field           TEXT NOT NULL,     -- empty: the records themselves
  records         INTEGER NOT NULL,
  filled          INTEGER NOT NULL,  -- of these, with a value
  distinct_values INTEGER NOT NULL,  -- up to 10000
  shortest        INTEGER,           -- characters of text, items of lists; NULL: neither
  longest         INTEGER,
  mean_length     REAL,
  types           TEXT NOT NULL      -- {"number": 3, ...}
);

-- One row per look; the newest of an origin that is ok or missing is the copy in force.
CREATE TABLE robots (
  id             INTEGER PRIMARY KEY,
  host_id        INTEGER NOT NULL REFERENCES hosts(id),
  origin         TEXT NOT NULL,
  fetched_at_ms  INTEGER NOT NULL,
  expires_at_ms  INTEGER NOT NULL,
  status         INTEGER,
  state          TEXT NOT NULL,  -- ok, missing, stale (no answer, the copy holds on), unreachable, private_address
  crawl_delay_ms INTEGER,
  error          TEXT,
  body           TEXT
);

-- Sitemaps and feeds that are read or are to be read.
CREATE TABLE sitemaps (
  id         INTEGER PRIMARY KEY,
  parent_id  INTEGER REFERENCES sitemaps(id),  -- the index that names it
  level      INTEGER NOT NULL,                 -- indexes above it
  state      INTEGER NOT NULL,                 -- 0 open, 1 read, 2 failed, 3 refused
  entries    INTEGER NOT NULL,
  ended_at_ms INTEGER,
  status     INTEGER,
  type       TEXT,
  url        TEXT NOT NULL,
  detail     TEXT
);

-- What the first sitemap that lists a URL says about it.
CREATE TABLE sitemap_urls (
  url_id     INTEGER PRIMARY KEY REFERENCES urls(id),
  sitemap_id INTEGER NOT NULL REFERENCES sitemaps(id),
  priority   REAL,
  lastmod_ms INTEGER,
  changefreq TEXT,
  lastmod    TEXT
);

-- What refreshes know of a URL; none before the first one asks it. While `pending` is 1 the URL is asked again, and its
-- outcome is that of the visit before.
CREATE TABLE revisits (
  url_id        INTEGER PRIMARY KEY REFERENCES urls(id),
  pending       INTEGER NOT NULL,
  visits        INTEGER NOT NULL,  -- that ended with a verdict, the first included
  changes       INTEGER NOT NULL,  -- of these, those that found something else than the one before
  failures      INTEGER NOT NULL,  -- visits in a row that failed and left what was stored as it was
  checked_at_ms INTEGER NOT NULL,  -- start of the request of the last of these visits
  interval_ms   INTEGER NOT NULL   -- from then to the time that the URL is due
);

CREATE TABLE samples (
  id                 INTEGER PRIMARY KEY,
  run_id             INTEGER REFERENCES runs(id),
  at_ms              INTEGER NOT NULL,
  pages              INTEGER NOT NULL,
  fetches            INTEGER NOT NULL,
  failed             INTEGER NOT NULL,
  known              INTEGER NOT NULL,
  pending            INTEGER NOT NULL,
  in_flight          INTEGER NOT NULL,  -- URLs that workers have
  transfers          INTEGER NOT NULL,  -- requests that were running
  ready_hosts        INTEGER NOT NULL,
  bytes_wire         INTEGER NOT NULL,
  main_utilization   REAL NOT NULL,
  worker_utilization REAL NOT NULL,
  commit_share       REAL NOT NULL,     -- of the time since the last sample that went into commits
  workers            INTEGER,
  connections        INTEGER,
  decision           TEXT               -- of -w auto about these two, after this second
);

CREATE TABLE events (
  id     INTEGER PRIMARY KEY,
  run_id INTEGER REFERENCES runs(id),
  at_ms  INTEGER NOT NULL,
  kind   TEXT NOT NULL,
  detail TEXT NOT NULL
);
