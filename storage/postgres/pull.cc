#include "storage/postgres/pull.h"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "storage/postgres/pg_servers.h"
#include "storage/postgres/pg_url_names.h"
#include "storage/sqlite/sqlite_store.h"

namespace spinneret {
namespace {

constexpr int kRowsAtOnce = 2000;
constexpr std::uint64_t kRowsPerCommit = 50'000;
constexpr std::int16_t kNoHopLimit = 0x7FFF;

using Id = std::array<unsigned char, 20>;  // compares as the server sorts

class Pull {
 public:
  Pull(PgServers& crawl, SqliteStore& store) : crawl_(crawl), store_(store), ids_(crawl.servers.size()) {}

  Result<void> Run();
  const Pulled& counts() const { return counts_; }
  const std::string& end_reason() const { return end_reason_; }
  std::int64_t ended_at_ms() const { return ended_at_ms_; }

 private:
  using Visit = std::function<void(const PgRows&, int row)>;
  // Of all servers, one after another. In pieces, so that no table has to fit into memory.
  Result<void> Each(const std::string& sql, const Visit& visit);
  Result<void> EachOf(PgConnection& connection, const std::string& sql, const Visit& visit);
  Result<void> CommitIfDue(std::uint64_t rows);
  UrlHandle HandleOf(const PgRows& rows, int row, int column) const;

  Result<void> Begin();
  Result<void> Urls();
  Result<void> Attempts();
  Result<void> Pages();
  Result<void> Links();
  Result<void> Rest();
  Result<void> Recipes();

  PgServers& crawl_;
  SqliteStore& store_;
  std::vector<std::vector<Id>> ids_;  // of each server, sorted; a URL's handle is its place in all of them
  std::uint64_t uncommitted_ = 0;
  Pulled counts_;
  std::string end_reason_;
  std::int64_t ended_at_ms_ = 0;
};

Result<void> Pull::Each(const std::string& sql, const Visit& visit) {
  for (PgServer& server : crawl_.servers) {
    if (Result<void> done = EachOf(server.connection, sql, visit); !done) {
      return done;
    }
  }
  return {};
}

Result<void> Pull::EachOf(PgConnection& connection, const std::string& sql, const Visit& visit) {
  if (Result<void> declared = connection.Execute("DECLARE pulled NO SCROLL CURSOR FOR " + sql); !declared) {
    return declared;
  }
  const std::string fetch = fmt::format("FETCH {} FROM pulled", kRowsAtOnce);
  while (true) {
    const Result<PgRows> rows = connection.Query(fetch, {});
    if (!rows) {
      return rows.error();
    }
    for (int row = 0; row < rows->size(); ++row) {
      visit(*rows, row);
    }
    if (Result<void> committed = CommitIfDue(static_cast<std::uint64_t>(rows->size())); !committed) {
      return committed;
    }
    if (rows->size() < kRowsAtOnce) {
      break;
    }
  }
  return connection.Execute("CLOSE pulled");
}

Result<void> Pull::CommitIfDue(std::uint64_t rows) {
  uncommitted_ += rows;
  if (uncommitted_ < kRowsPerCommit) {
    return {};
  }
  uncommitted_ = 0;
  Result<void> result;
  store_.Commit([&result](Result<void> done) { result = std::move(done); });
  return result;
}

UrlHandle Pull::HandleOf(const PgRows& rows, int row, int column) const {
  const std::string bytes = rows.Bytes(row, column);
  Id id{};
  if (bytes.size() != id.size()) {
    return {};
  }
  std::ranges::copy(bytes, id.begin());
  PgUrlId key{};
  std::ranges::copy(bytes, key.begin());
  const std::size_t server = PgServerOf(PgHostOf(key), ids_.size());
  const auto found = std::ranges::lower_bound(ids_[server], id);
  if (found == ids_[server].end() || *found != id) {
    return {};
  }
  std::size_t before = 0;
  for (std::size_t i = 0; i < server; ++i) {
    before += ids_[i].size();
  }
  return UrlHandle{static_cast<std::uint32_t>(before + static_cast<std::size_t>(found - ids_[server].begin()) + 1)};
}

Result<void> Pull::Begin() {
  for (PgServer& server : crawl_.servers) {
    // The first statement is what a transaction's moment hangs on.
    if (Result<void> begun =
            server.connection.Execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT FROM crawl");
        !begun) {
      return begun;
    }
  }
  const Result<PgRows> crawl = crawl_.servers.front().connection.Query(
      "SELECT coalesce(end_reason, 'stopped'), coalesce(ended_at_ms, (extract(epoch FROM now()) * 1000)::bigint),"
      " coalesce((SELECT min(started_at_ms) FROM runs), 0) FROM crawl",
      {});
  if (!crawl) {
    return crawl.error();
  }
  end_reason_ = crawl->Text(0, 0);
  ended_at_ms_ = crawl->Integer(0, 1);
  store_.BeginRun(store_.settings(), crawl->Integer(0, 2));
  Result<void> hosts = Each("SELECT key, name FROM hosts ORDER BY key", [this](const PgRows& rows, int row) {
    store_.AddHost(HostKey{static_cast<std::uint64_t>(rows.Integer(row, 0))}, rows.Text(row, 1));
  });
  if (!hosts) {
    return hosts;
  }
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    Result<void> ids = EachOf(
        crawl_.servers[i].connection, "SELECT id FROM urls ORDER BY id", [&ids = ids_[i]](const PgRows& rows, int row) {
          const std::string bytes = rows.Bytes(row, 0);
          std::copy_n(bytes.begin(), std::min(bytes.size(), sizeof(Id)), ids.emplace_back().begin());
        });
    if (!ids) {
      return ids;
    }
  }
  return {};
}

Result<void> Pull::Urls() {
  return Each(
      "SELECT host_key, admission, depth, hops_left, parent_id, via, redirect_hops, url, detail, tag FROM urls"
      " ORDER BY id",
      [this](const PgRows& rows, int row) {
        UrlRow url;
        url.host = HostKey{static_cast<std::uint64_t>(rows.Integer(row, 0))};
        url.admission = static_cast<AdmissionCode>(rows.Integer(row, 1));
        url.depth = static_cast<std::uint32_t>(rows.Integer(row, 2));
        url.hops_left = rows.IsNull(row, 3) ? kNoHopLimit : static_cast<std::int16_t>(rows.Integer(row, 3));
        url.parent = HandleOf(rows, row, 4);
        url.via = static_cast<Via>(rows.Integer(row, 5));
        url.redirect_hops = static_cast<std::uint8_t>(rows.Integer(row, 6));
        url.url = rows.Text(row, 7);
        url.detail = rows.Text(row, 8);
        url.tag = rows.Text(row, 9);
        store_.AddUrl(url);
        ++counts_.urls;
      });
}

// An attempt, and with the one that decided the outcome.
Result<void> Pull::Attempts() {
  const auto real = [](const PgRows& rows, int row, int column) {
    return rows.IsNull(row, column) ? -1.0 : std::stod(std::string(rows.Text(row, column)));
  };
  const auto add_outcome = [this](const PgRows& rows, int row, UrlHandle url, int column, bool has_fetch) {
    OutcomeRow outcome;
    outcome.url = url;
    outcome.kind = static_cast<OutcomeKind>(rows.Integer(row, column));
    outcome.has_fetch = has_fetch;
    outcome.redirect_to = HandleOf(rows, row, column + 1);
    outcome.reason = rows.Text(row, column + 2);
    outcome.detail = rows.Text(row, column + 3);
    store_.AddOutcome(outcome);
  };
  Result<void> done = Each(
      "SELECT f.url_id, f.attempt, f.at_ms, f.status, f.error, f.ip, f.http_version, f.dns_ms, f.connect_ms, f.tls_ms,"
      " f.ttfb_ms, f.total_ms, f.bytes_wire, f.bytes_body, f.mime, f.charset, f.digest, f.truncated,"
      " f.content_encoding, f.etag, f.last_modified, f.error_detail, f.headers, o.kind, o.redirect_to, o.reason,"
      " o.detail FROM fetches AS f LEFT JOIN outcomes AS o ON o.url_id = f.url_id AND o.attempt = f.attempt"
      " ORDER BY f.url_id, f.attempt",
      [&](const PgRows& rows, int row) {
        const std::string digest = rows.Bytes(row, 16), headers = rows.Bytes(row, 22);
        FetchRow fetch;
        fetch.url = HandleOf(rows, row, 0);
        fetch.attempt = static_cast<std::uint32_t>(rows.Integer(row, 1));
        fetch.at_ms = rows.Integer(row, 2);
        fetch.status = static_cast<int>(rows.Integer(row, 3));
        fetch.error = rows.Text(row, 4);
        fetch.ip = rows.Text(row, 5);
        fetch.http_version = rows.Text(row, 6);
        fetch.dns_ms = real(rows, row, 7);
        fetch.connect_ms = real(rows, row, 8);
        fetch.tls_ms = real(rows, row, 9);
        fetch.ttfb_ms = real(rows, row, 10);
        fetch.total_ms = real(rows, row, 11);
        fetch.bytes_wire = rows.Integer(row, 12);
        fetch.bytes_body = rows.Integer(row, 13);
        fetch.mime = rows.Text(row, 14);
        fetch.charset = rows.Text(row, 15);
        fetch.digest = digest;
        for (const Truncation truncation : {Truncation::kLength, Truncation::kTime, Truncation::kDisconnect}) {
          if (rows.Text(row, 17) == TruncationName(truncation)) {
            fetch.truncated = truncation;
          }
        }
        fetch.content_encoding = rows.Text(row, 18);
        fetch.etag = rows.Text(row, 19);
        fetch.last_modified = rows.Text(row, 20);
        fetch.error_detail = rows.Text(row, 21);
        fetch.headers = headers;
        store_.AddFetch(fetch);
        if (!rows.IsNull(row, 23)) {
          add_outcome(rows, row, fetch.url, 23, /*has_fetch=*/true);
        }
        ++counts_.fetches;
      });
  if (!done) {
    return done;
  }
  return Each("SELECT url_id, kind, redirect_to, reason, detail FROM outcomes WHERE attempt IS NULL ORDER BY url_id",
              [&](const PgRows& rows, int row) { add_outcome(rows, row, HandleOf(rows, row, 0), 1, false); });
}

Result<void> Pull::Pages() {
  return Each(
      "SELECT url_id, word_count, by_tree, text_hash, lang, robots, cut, title, canonical, h1, description, simhash "
      "FROM pages"
      " ORDER BY url_id",
      [this](const PgRows& rows, int row) {
        PageRow page;
        page.url = HandleOf(rows, row, 0);
        page.word_count = static_cast<std::uint32_t>(rows.Integer(row, 1));
        page.by_tree = rows.Bool(row, 2);
        page.text_hash = static_cast<std::uint64_t>(rows.Integer(row, 3));
        page.lang = rows.Text(row, 4);
        page.robots = rows.Text(row, 5);
        page.cut = rows.Text(row, 6);
        page.title = rows.Text(row, 7);
        page.canonical = rows.Text(row, 8);
        page.h1 = rows.Text(row, 9);
        page.description = rows.Text(row, 10);
        page.sim_hash = static_cast<std::uint64_t>(rows.Integer(row, 11));
        store_.AddPage(page);
        ++counts_.pages;
      });
}

Result<void> Pull::Links() {
  struct Kept {
    UrlHandle to;
    std::string rel, text, tag;
    bool nofollow;
  };
  UrlHandle from;
  std::vector<Kept> kept;
  const auto flush = [&] {
    std::vector<LinkRow> links;
    for (const Kept& link : kept) {
      links.push_back(LinkRow{link.to, link.rel, link.text, link.tag, link.nofollow});
    }
    store_.AddLinks(from, links);
    counts_.links += links.size();
    kept.clear();
  };
  Result<void> done = Each("SELECT from_id, to_id, rel, text, tag, nofollow FROM links ORDER BY from_id, position",
                           [&](const PgRows& rows, int row) {
                             if (const UrlHandle page = HandleOf(rows, row, 0); page != from) {
                               flush();
                               from = page;
                             }
                             const UrlHandle to = HandleOf(rows, row, 1);
                             if (to) {  // else it is known to its owner alone, who has not taken it yet
                               kept.push_back({to, std::string(rows.Text(row, 2)), std::string(rows.Text(row, 3)),
                                               std::string(rows.Text(row, 4)), rows.Bool(row, 5)});
                             }
                           });
  flush();
  return done;
}

Result<void> Pull::Rest() {
  const std::pair<const char*, Visit> tables[] = {
      {"SELECT url_id, recipe, json FROM records ORDER BY url_id, recipe, position",
       [this](const PgRows& rows, int row) {
         store_.AddRecord(HandleOf(rows, row, 0), rows.Text(row, 1), rows.Text(row, 2));
         ++counts_.records;
       }},
      {"SELECT url_id, kind, value FROM extracts ORDER BY url_id, kind, position",
       [this](const PgRows& rows, int row) {
         store_.AddExtract(HandleOf(rows, row, 0), rows.Text(row, 1), rows.Text(row, 2));
       }},
      {"SELECT digest, size, zstd FROM bodies",
       [this](const PgRows& rows, int row) {
         const std::string digest = rows.Bytes(row, 0), zstd = rows.Bytes(row, 2);
         store_.AddBody(BodyRow{digest, zstd, rows.Integer(row, 1)});
         ++counts_.bodies;
       }},
      {"SELECT host_key, origin, fetched_at_ms, expires_at_ms, status, state, error, body,"
       " coalesce(crawl_delay_ms, -1) FROM robots ORDER BY run_id, number",
       [this](const PgRows& rows, int row) {
         RobotsRow robots;
         robots.host = HostKey{static_cast<std::uint64_t>(rows.Integer(row, 0))};
         robots.origin = rows.Text(row, 1);
         robots.fetched_at_ms = rows.Integer(row, 2);
         robots.expires_at_ms = rows.Integer(row, 3);
         robots.status = static_cast<int>(rows.Integer(row, 4));
         robots.state = rows.Text(row, 5);
         robots.error = rows.Text(row, 6);
         robots.body = rows.Text(row, 7);
         robots.crawl_delay_ms = rows.Integer(row, 8);
         store_.SaveRobots(robots);
       }},
      {"SELECT at_ms, kind, detail FROM events ORDER BY at_ms",
       [this](const PgRows& rows, int row) {
         store_.AddEvent(EventRow{rows.Integer(row, 0), rows.Text(row, 1), rows.Text(row, 2)});
       }},
      {"SELECT key, value FROM state",
       [this](const PgRows& rows, int row) { store_.SetState(rows.Text(row, 0), rows.Text(row, 1)); }},
  };
  for (const auto& [sql, visit] : tables) {
    if (Result<void> done = Each(sql, visit); !done) {
      return done;
    }
  }
  return {};
}

Result<void> Pull::Recipes() {
  // Every server has the views.
  const Result<PgRows> columns = crawl_.servers.front().connection.Query(
      "SELECT substr(c.relname, 3), a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid"
      " WHERE c.relkind = 'v' AND c.relnamespace = current_schema()::regnamespace AND c.relname LIKE 'v\\_%'"
      " AND a.attnum > 0 AND (SELECT f.attname FROM pg_attribute AS f WHERE f.attrelid = c.oid AND f.attnum = 1)"
      " = 'page_url' ORDER BY c.relname, a.attnum",
      {});
  if (!columns) {
    return columns.error();
  }
  for (int row = 0; row < columns->size();) {
    const std::string_view recipe = columns->Text(row, 0);
    std::vector<std::string> fields;
    while (++row < columns->size() && columns->Text(row, 0) == recipe) {
      fields.emplace_back(columns->Text(row, 1));
    }
    store_.DefineRecipe(recipe, fields);
  }
  return {};
}

Result<void> Pull::Run() {
  for (Result<void> (Pull::*const step)() :
       {&Pull::Begin, &Pull::Urls, &Pull::Attempts, &Pull::Pages, &Pull::Links, &Pull::Rest, &Pull::Recipes}) {
    if (Result<void> done = (this->*step)(); !done) {
      return done;
    }
  }
  for (PgServer& server : crawl_.servers) {
    if (Result<void> done = server.connection.Execute("COMMIT"); !done) {
      return done;
    }
  }
  return {};
}

}  // namespace

Result<Pulled> PullCrawl(const std::string& url, const std::string& path) {
  Result<PgServers> crawl = OpenPgServers(url);
  if (!crawl) {
    return std::move(crawl).error();
  }
  // Under the crawl's own secret, so that hosts keep their keys.
  Result<std::unique_ptr<SqliteStore>> store =
      SqliteStore::Create(path, crawl->identity.settings, &crawl->identity.secret);
  if (!store) {
    return std::move(store).error();
  }
  Pull pull(*crawl, **store);
  Result<void> done = pull.Run();
  if (done) {
    done = (*store)->Publish();
  }
  if (done) {
    done = (*store)->Finish(pull.end_reason(), pull.ended_at_ms(), Store::Indexes::kBuild);
  }
  if (!done) {
    return std::move(done).error();
  }
  return pull.counts();
}

}  // namespace spinneret
