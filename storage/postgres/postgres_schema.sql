-- A crawl that several agents share. What the columns mean stands in docs/storage_format.md; here is what differs.
--
-- Keys come from content, so that no row waits for a sequence and rows can be spread over servers: a URL's id is its
-- host's key (8 bytes) and its fingerprint (12 bytes), and a host's rows are neighbours in every table.

CREATE TABLE meta (
  key   text PRIMARY KEY,
  value bytea NOT NULL
);

-- One row. end_reason is set by the agent that finds the end.
CREATE TABLE crawl (
  one         boolean PRIMARY KEY DEFAULT true CHECK (one),
  seeder      bigint,              -- the run that reads the seeds
  seeded      boolean NOT NULL DEFAULT false,
  page_limit  bigint,
  end_reason  text,
  ended_at_ms bigint
) WITH (fillfactor = 50);

-- One row for each time an agent joins. The lease of all its hosts ends at expires_at, and its id is their epoch: every
-- transaction of the agent begins by an UPDATE of this row that finds it alive.
CREATE TABLE runs (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  home_run      bigint,  -- its run on the first server, where this is another of several
  agent         text NOT NULL,
  started_at_ms bigint NOT NULL,
  ended_at_ms   bigint,
  end_reason    text,
  settings      text NOT NULL,
  alive         boolean NOT NULL DEFAULT true,
  expires_at    timestamptz NOT NULL,
  batch         bigint NOT NULL DEFAULT 0,  -- transactions committed
  idle          boolean NOT NULL DEFAULT false,
  heard         bigint NOT NULL DEFAULT 0,  -- rows of widened that it knows
  quota         bigint NOT NULL DEFAULT 0,  -- pages of the page limit that it may fetch, those fetched included
  pages         bigint NOT NULL DEFAULT 0,
  redirects     bigint NOT NULL DEFAULT 0,
  failed        bigint NOT NULL DEFAULT 0,
  skipped       bigint NOT NULL DEFAULT 0,
  pending       bigint NOT NULL DEFAULT 0,
  seeds         bigint NOT NULL DEFAULT 0,
  seeds_fetched bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 20);  -- updated in place once a second

CREATE TABLE hosts (
  key    bigint PRIMARY KEY,
  name   text NOT NULL,
  owner  bigint,                      -- the run that leases it
  leases integer NOT NULL DEFAULT 0   -- how often it was leased
) WITH (fillfactor = 70);
CREATE INDEX hosts_free ON hosts(key) WHERE owner IS NULL;
CREATE INDEX hosts_by_owner ON hosts(owner);

CREATE TABLE urls (
  id            bytea PRIMARY KEY,
  host_key      bigint NOT NULL,
  admission     smallint NOT NULL,
  depth         integer NOT NULL,
  hops_left     smallint,
  parent_id     bytea,
  via           smallint NOT NULL,
  redirect_hops smallint NOT NULL,
  seed_chain    boolean NOT NULL,
  url           text NOT NULL,
  detail        text,
  tag           text
);

CREATE TABLE fetches (
  url_id           bytea NOT NULL,
  attempt          integer NOT NULL,
  at_ms            bigint NOT NULL,
  status           integer,
  error            text,
  ip               text,
  http_version     text,
  dns_ms           double precision,
  connect_ms       double precision,
  tls_ms           double precision,
  ttfb_ms          double precision,
  total_ms         double precision,
  bytes_wire       bigint NOT NULL,
  bytes_body       bigint NOT NULL,
  mime             text,
  charset          text,
  digest           bytea,
  truncated        text,
  content_encoding text,
  etag             text,
  last_modified    text,
  error_detail     text,
  headers          bytea,
  PRIMARY KEY (url_id, attempt)
);

CREATE TABLE outcomes (
  url_id      bytea PRIMARY KEY,
  kind        smallint NOT NULL,
  attempt     integer,  -- of the fetch that decided
  redirect_to bytea,
  reason      text,
  detail      text
);

CREATE TABLE pages (
  url_id      bytea PRIMARY KEY,
  word_count  integer NOT NULL,
  by_tree     boolean NOT NULL,
  text_hash   bigint,
  simhash     bigint,
  lang        text,
  robots      text,
  cut         text,
  title       text,
  canonical   text,
  h1          text,
  description text
);

CREATE TABLE links (
  from_id  bytea NOT NULL,
  position integer NOT NULL,  -- in document order
  to_id    bytea NOT NULL,
  nofollow boolean NOT NULL,
  tag      text NOT NULL,
  rel      text NOT NULL,
  text     text NOT NULL,
  PRIMARY KEY (from_id, position)
);

CREATE TABLE bodies (
  digest bytea PRIMARY KEY,
  size   bigint NOT NULL,
  zstd   bytea NOT NULL
);
ALTER TABLE bodies ALTER COLUMN zstd SET STORAGE EXTERNAL;  -- it is compressed already

CREATE TABLE records (
  url_id   bytea NOT NULL,
  recipe   text NOT NULL,
  position integer NOT NULL,
  json     text NOT NULL,
  PRIMARY KEY (url_id, recipe, position)
);

CREATE TABLE extracts (
  url_id   bytea NOT NULL,
  kind     text NOT NULL,
  position integer NOT NULL,
  value    text NOT NULL,
  PRIMARY KEY (url_id, kind, position)
);

CREATE TABLE robots (
  host_key       bigint NOT NULL,
  origin         text NOT NULL,
  fetched_at_ms  bigint NOT NULL,
  run_id         bigint NOT NULL,
  number         bigint NOT NULL,
  expires_at_ms  bigint NOT NULL,
  status         integer,
  state          text NOT NULL,
  crawl_delay_ms bigint,
  error          text,
  body           text,
  PRIMARY KEY (host_key, origin, run_id, number)
);

-- What agents tell a host's owner: paths to its URLs that they found, and what concerns its robots.txt. The owner reads
-- a row and deletes it in the transaction that holds what came of it.
CREATE TABLE arrivals (
  host_key      bigint NOT NULL,
  run_id        bigint NOT NULL,
  number        bigint NOT NULL,
  kind          smallint NOT NULL,
  url_id        bytea NOT NULL,
  url           text,
  depth         integer NOT NULL,
  hops_left     smallint NOT NULL,
  parent_id     bytea,
  via           smallint NOT NULL,
  redirect_hops smallint NOT NULL,
  standing      smallint NOT NULL,
  unfollowed    smallint NOT NULL,
  detail        text NOT NULL,
  tag           text NOT NULL,
  body          text NOT NULL,
  PRIMARY KEY (host_key, run_id, number)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- Where a seed's own redirect led outside of the scope, which is wider since.
CREATE TABLE widened (
  url text PRIMARY KEY
);

CREATE TABLE state (
  key   text PRIMARY KEY,
  value text NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE samples (
  run_id             bigint NOT NULL,
  at_ms              bigint NOT NULL,
  pages              bigint NOT NULL,
  fetches            bigint NOT NULL,
  failed             bigint NOT NULL,
  known              bigint NOT NULL,
  pending            bigint NOT NULL,
  in_flight          bigint NOT NULL,
  ready_hosts        bigint NOT NULL,
  bytes_wire         bigint NOT NULL,
  main_utilization   double precision NOT NULL,
  worker_utilization double precision NOT NULL,
  transfers          bigint NOT NULL,
  commit_share       double precision NOT NULL,
  workers            integer,
  connections        integer,
  decision           text
);

CREATE INDEX samples_by_run ON samples(run_id, at_ms);

CREATE TABLE events (
  run_id bigint NOT NULL,
  at_ms  bigint NOT NULL,
  kind   text NOT NULL,
  detail text NOT NULL
);

-- Functions of SQLite's that the queries of both engines use.
CREATE FUNCTION instr(text, text) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT strpos($1, $2)';
CREATE FUNCTION hex(bytea) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT upper(encode($1, 'hex'))$$;
CREATE FUNCTION round(double precision, integer) RETURNS double precision
LANGUAGE sql IMMUTABLE AS 'SELECT round($1::numeric, $2)::double precision';
CREATE FUNCTION max(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT greatest($1, $2)';
-- For '%Y', '%m', '%d', '%H', '%M', '%S' and '%f', of a time in seconds ('unixepoch').
CREATE FUNCTION strftime(text, numeric, text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT to_char(to_timestamp($2) AT TIME ZONE 'UTC',
    replace(replace(replace(replace(replace(replace(replace(replace(replace($1, 'T', '"T"'), 'Z', '"Z"'),
      '%Y', 'YYYY'), '%m', 'MM'), '%d', 'DD'), '%H', 'HH24'), '%M', 'MI'), '%S', 'SS'), '%f', 'SS.MS'))
$$;
CREATE FUNCTION lesser(bytea, bytea) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS
  'SELECT CASE WHEN $1 < $2 THEN $1 ELSE $2 END';
CREATE AGGREGATE min(bytea) (SFUNC = lesser, STYPE = bytea);
