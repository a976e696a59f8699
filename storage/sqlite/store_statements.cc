#include "storage/sqlite/store_statements.h"

#include <string_view>
#include <utility>

namespace spinneret {
namespace {

struct Prepared {
  Statement StoreStatements::*statement;
  std::string_view sql;
};

using S = StoreStatements;
constexpr Prepared kPrepared[] = {
    // IMMEDIATE: another writer is met here, where nothing is lost by waiting, and not in the middle of a transaction.
    {&S::begin, "BEGIN IMMEDIATE"},
    {&S::commit, "COMMIT"},

    {&S::host, "INSERT INTO hosts(id, key, name) VALUES(?, ?, ?)"},
    {&S::url,
     "INSERT INTO urls(id, host_id, admission, depth, hops_left, parent_id, via, redirect_hops, url, detail, tag)"
     " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    {&S::fetch,
     "INSERT INTO fetches(id, url_id, attempt, at_ms, status, error, ip, http_version, dns_ms, connect_ms, tls_ms, "
     "ttfb_ms, total_ms,"
     " bytes_wire, bytes_body, mime, charset, digest, truncated, content_encoding, etag, last_modified, error_detail, "
     "headers)"
     " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    {&S::outcome, "INSERT INTO outcomes(url_id, kind, fetch_id, redirect_to, reason, detail) VALUES(?, ?, ?, ?, ?, ?)"},
    // A row that is there already keeps its links, unless this one brings some.
    {&S::page,
     "INSERT INTO pages(url_id, first_link, link_count, word_count, lang, robots, cut, title, canonical, h1, "
     "description, text_hash, by_tree, simhash)"
     " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
     " ON CONFLICT(url_id) DO UPDATE SET"
     " first_link = coalesce(excluded.first_link, first_link), link_count = max(excluded.link_count, link_count),"
     " word_count = excluded.word_count, lang = excluded.lang, robots = excluded.robots, cut = excluded.cut, title = "
     "excluded.title,"
     " canonical = excluded.canonical, h1 = excluded.h1, description = excluded.description,"
     " text_hash = excluded.text_hash, by_tree = excluded.by_tree,"
     " simhash = excluded.simhash"},
    {&S::page_of_links,
     "INSERT INTO pages(url_id, first_link, link_count, word_count) VALUES(?, ?, ?, 0)"
     " ON CONFLICT(url_id) DO UPDATE SET first_link = excluded.first_link, link_count = excluded.link_count"},
    {&S::link, "INSERT INTO links(id, from_id, to_id, nofollow, tag, rel, text) VALUES(?, ?, ?, ?, ?, ?, ?)"},
    {&S::extract, "INSERT INTO extracts(url_id, kind, value) VALUES(?, ?, ?)"},
    {&S::record, "INSERT INTO records(url_id, recipe, json) VALUES(?, ?, ?)"},
    {&S::body, "INSERT INTO bodies(digest, size, zstd) VALUES(?, ?, ?)"},
    {&S::robots,
     "INSERT INTO robots(host_id, origin, fetched_at_ms, expires_at_ms, status, state, crawl_delay_ms, error, body)"
     " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    {&S::sitemap, "INSERT INTO sitemaps(id, parent_id, level, state, entries, url) VALUES(?, ?, ?, 0, 0, ?)"},
    {&S::sitemap_url,
     "INSERT OR IGNORE INTO sitemap_urls(url_id, sitemap_id, priority, lastmod_ms, changefreq, lastmod)"
     " VALUES(?, ?, ?, ?, ?, ?)"},
    {&S::sample,
     "INSERT INTO samples(run_id, at_ms, pages, fetches, failed, known, pending, in_flight, ready_hosts, bytes_wire, "
     "main_utilization,"
     " worker_utilization, transfers, commit_share, workers, connections, decision)"
     " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
    {&S::event, "INSERT INTO events(run_id, at_ms, kind, detail) VALUES(?, ?, ?, ?)"},
    {&S::run, "INSERT INTO runs(id, started_at_ms, settings) VALUES(?, ?, ?)"},

    {&S::readmit, "UPDATE urls SET depth = ?, hops_left = ?, admission = ?, detail = ? WHERE id = ?"},
    {&S::end_sitemap,
     "UPDATE sitemaps SET state = ?, entries = ?, ended_at_ms = ?, status = ?, type = ?, detail = ? WHERE id = ?"},
    {&S::end_run, "UPDATE runs SET ended_at_ms = ?, end_reason = ? WHERE id = ?"},
    {&S::set_state, "INSERT INTO state(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value"},

    {&S::find_revisit,
     "SELECT o.kind, f.status, f.digest, f.truncated, f.etag, f.last_modified, o.redirect_to, r.visits, r.changes, "
     "r.failures, r.checked_at_ms, r.interval_ms FROM revisits AS r JOIN outcomes AS o ON o.url_id = r.url_id"
     " LEFT JOIN fetches AS f ON f.id = o.fetch_id WHERE r.url_id = ?"},
    {&S::end_revisit,
     "UPDATE revisits SET pending = 0, visits = ?, changes = ?, failures = ?, checked_at_ms = ?, interval_ms = ?"
     " WHERE url_id = ?"},
    {&S::remove_revisit, "UPDATE revisits SET pending = 0 WHERE url_id = ?"},
    {&S::remove_outcome, "DELETE FROM outcomes WHERE url_id = ?"},
    {&S::remove_page, "DELETE FROM pages WHERE url_id = ?"},
    {&S::remove_links, "DELETE FROM links WHERE id BETWEEN ? AND ?"},
    // Reads the whole table: no index is kept while crawling, and a page whose verdict is taken back rarely had
    // records.
    {&S::remove_extracts, "DELETE FROM extracts WHERE url_id = ?"},
    {&S::remove_records, "DELETE FROM records WHERE url_id = ?"},

    {&S::get_state, "SELECT value FROM state WHERE key = ?"},
    {&S::load_states, "SELECT key, value FROM state WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key"},
    {&S::find_url, "SELECT url FROM urls WHERE id = ?"},
    {&S::find_outcome,
     "SELECT o.fetch_id, f.attempt FROM outcomes AS o LEFT JOIN fetches AS f ON f.id = o.fetch_id WHERE o.url_id = ?"},
    {&S::find_page, "SELECT first_link, link_count FROM pages WHERE url_id = ?"},
    {&S::link_targets,
     "SELECT l.to_id FROM pages AS p JOIN links AS l ON l.id BETWEEN p.first_link AND p.first_link + p.link_count - 1"
     " WHERE p.url_id = ? AND l.nofollow = 0 ORDER BY l.id"},
    {&S::redirect_target, "SELECT redirect_to FROM outcomes WHERE url_id = ? AND redirect_to IS NOT NULL"},
};

}  // namespace

Result<void> StoreStatements::Prepare(Connection& connection) {
  for (const Prepared& prepared : kPrepared) {
    Result<Statement> statement = connection.Prepare(prepared.sql);
    if (!statement) {
      return std::move(statement).error();
    }
    this->*prepared.statement = std::move(statement).value();
  }
  return {};
}

void BindHopsLeft(Statement& statement, int index, std::int16_t hops_left) {
  hops_left == kNoHopLimit ? statement.BindNull(index) : statement.Bind(index, hops_left);
}

void BindUrl(Statement& add, std::int64_t id, std::int64_t host_id, const UrlRow& row) {
  add.Bind(1, id);
  add.Bind(2, host_id);
  add.Bind(3, static_cast<std::int64_t>(row.admission));
  add.Bind(4, row.depth);
  BindHopsLeft(add, 5, row.hops_left);
  add.BindUnlessZero(6, row.parent.value);
  add.Bind(7, static_cast<std::int64_t>(row.via));
  add.Bind(8, row.redirect_hops);
  add.BindText(9, row.url);
  add.BindTextOrNull(10, row.detail);
  add.BindTextOrNull(11, row.tag);
}

void BindFetch(Statement& add, std::int64_t id, const FetchRow& row) {
  add.Bind(1, id);
  add.Bind(2, row.url.value);
  add.Bind(3, row.attempt);
  add.Bind(4, row.at_ms);
  add.BindUnlessZero(5, row.status);
  add.BindTextOrNull(6, row.error);
  add.BindTextOrNull(7, row.ip);
  add.BindTextOrNull(8, row.http_version);
  add.BindRealUnlessNegative(9, row.dns_ms);
  add.BindRealUnlessNegative(10, row.connect_ms);
  add.BindRealUnlessNegative(11, row.tls_ms);
  add.BindRealUnlessNegative(12, row.ttfb_ms);
  add.BindRealUnlessNegative(13, row.total_ms);
  add.Bind(14, row.bytes_wire);
  add.Bind(15, row.bytes_body);
  add.BindTextOrNull(16, row.mime);
  add.BindTextOrNull(17, row.charset);
  add.BindBlobOrNull(18, row.digest);
  add.BindTextOrNull(19, TruncationName(row.truncated));
  add.BindTextOrNull(20, row.content_encoding);
  add.BindTextOrNull(21, row.etag);
  add.BindTextOrNull(22, row.last_modified);
  add.BindTextOrNull(23, row.error_detail);
  add.BindBlobOrNull(24, row.headers);
}

void BindOutcome(Statement& add, std::int64_t fetch_id, const OutcomeRow& row) {
  add.Bind(1, row.url.value);
  add.Bind(2, static_cast<std::int64_t>(row.kind));
  add.BindUnlessZero(3, fetch_id);
  add.BindUnlessZero(4, row.redirect_to.value);
  add.BindTextOrNull(5, row.reason);
  add.BindTextOrNull(6, row.detail);
}

void BindPage(Statement& add, std::int64_t first_link, std::int64_t link_count, const PageRow& row) {
  add.Bind(1, row.url.value);
  add.BindUnlessZero(2, first_link);
  add.Bind(3, link_count);
  add.Bind(4, row.word_count);
  add.BindTextOrNull(5, row.lang);
  add.BindTextOrNull(6, row.robots);
  add.BindTextOrNull(7, row.cut);
  add.BindTextOrNull(8, row.title);
  add.BindTextOrNull(9, row.canonical);
  add.BindTextOrNull(10, row.h1);
  add.BindTextOrNull(11, row.description);
  add.BindUnlessZero(12, static_cast<std::int64_t>(row.text_hash));
  add.BindUnlessZero(13, row.by_tree ? 1 : 0);
  add.BindUnlessZero(14, static_cast<std::int64_t>(row.sim_hash));
}

void BindLink(Statement& add, std::int64_t id, UrlHandle from, const LinkRow& row) {
  add.Bind(1, id);
  add.Bind(2, from.value);
  add.Bind(3, row.to.value);
  add.Bind(4, row.nofollow ? 1 : 0);
  add.BindText(5, row.tag);
  add.BindText(6, row.rel);
  add.BindText(7, row.text);
}

void BindRobots(Statement& add, std::int64_t host_id, const RobotsRow& row) {
  add.Bind(1, host_id);
  add.BindText(2, row.origin);
  add.Bind(3, row.fetched_at_ms);
  add.Bind(4, row.expires_at_ms);
  add.BindUnlessZero(5, row.status);
  add.BindText(6, row.state);
  row.crawl_delay_ms < 0 ? add.BindNull(7) : add.Bind(7, row.crawl_delay_ms);
  add.BindTextOrNull(8, row.error);
  add.BindTextOrNull(9, row.body);
}

void BindSitemap(Statement& add, std::int64_t id, const SitemapRow& row) {
  add.Bind(1, id);
  add.BindUnlessZero(2, row.parent);
  add.Bind(3, row.level);
  add.BindText(4, row.url);
}

void BindSitemapEnd(Statement& end, const SitemapEndRow& row) {
  end.Bind(1, static_cast<std::int64_t>(row.state));
  end.Bind(2, static_cast<std::int64_t>(row.entries));
  end.Bind(3, row.at_ms);
  end.BindUnlessZero(4, row.status);
  end.BindTextOrNull(5, row.type);
  end.BindTextOrNull(6, row.detail);
  end.Bind(7, row.id);
}

void BindSitemapUrl(Statement& add, const SitemapUrlRow& row) {
  add.Bind(1, row.url.value);
  add.Bind(2, row.sitemap);
  row.priority ? add.BindReal(3, *row.priority) : add.BindNull(3);
  row.lastmod_ms ? add.Bind(4, *row.lastmod_ms) : add.BindNull(4);
  add.BindTextOrNull(5, row.changefreq);
  add.BindTextOrNull(6, row.lastmod);
}

void BindRevisit(Statement& end, UrlHandle url, const Revisit& visited) {
  end.Bind(1, visited.visits);
  end.Bind(2, visited.changes);
  end.Bind(3, visited.failures);
  end.Bind(4, visited.checked_at_ms);
  end.Bind(5, visited.interval_ms);
  end.Bind(6, url.value);
}

Revisit ReadRevisit(const Statement& row) {
  Revisit revisit;
  revisit.kind = static_cast<OutcomeKind>(row.Integer(0));
  revisit.status = static_cast<int>(row.Integer(1));
  revisit.digest = row.Blob(2);
  revisit.truncated = row.Text(3);
  revisit.etag = row.Text(4);
  revisit.last_modified = row.Text(5);
  revisit.redirect_to = UrlHandle{static_cast<std::uint32_t>(row.Integer(6))};
  revisit.visits = static_cast<std::uint32_t>(row.Integer(7));
  revisit.changes = static_cast<std::uint32_t>(row.Integer(8));
  revisit.failures = static_cast<std::uint32_t>(row.Integer(9));
  revisit.checked_at_ms = row.Integer(10);
  revisit.interval_ms = row.Integer(11);
  return revisit;
}

void BindSample(Statement& add, std::int64_t run_id, const SampleRow& row) {
  add.BindUnlessZero(1, run_id);
  add.Bind(2, row.at_ms);
  int index = 3;
  for (const std::uint64_t count :
       {row.pages, row.fetches, row.failed, row.known, row.pending, row.in_flight, row.ready_hosts, row.bytes_wire}) {
    add.Bind(index++, static_cast<std::int64_t>(count));
  }
  add.BindReal(index++, row.main_utilization);
  add.BindReal(index++, row.worker_utilization);
  add.Bind(index++, static_cast<std::int64_t>(row.transfers));
  add.BindReal(index++, row.commit_share);
  add.Bind(index++, row.workers);
  add.Bind(index++, row.connections);
  add.BindTextOrNull(index, row.decision);
}

}  // namespace spinneret
