#include "storage/sqlite/scans.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "storage/sqlite/store_statements.h"

namespace spinneret {
namespace {

constexpr std::int64_t kMaxUrl = std::numeric_limits<std::uint32_t>::max();

bool IsUrl(std::int64_t id) {
  return id > 0 && id <= kMaxUrl;
}

UrlHandle HandleOf(std::int64_t id) {
  return UrlHandle{static_cast<std::uint32_t>(IsUrl(id) ? id : 0)};
}

// A small enumerator or count as the column holds it, or nothing when a damaged file holds something else.
template <class T>
bool Narrow(std::int64_t value, std::int64_t max, T& out) {
  if (value < 0 || value > max) {
    return false;
  }
  out = static_cast<T>(value);
  return true;
}

const HostKey* FindHost(std::span<const HostKey> hosts, std::int64_t id) {
  return id > 0 && static_cast<std::size_t>(id) < hosts.size() ? &hosts[static_cast<std::size_t>(id)] : nullptr;
}

// A bit for each url_id that `sql` gives.
Result<UrlBits> LoadBits(Connection& connection, std::string_view sql, std::uint32_t url_count) {
  UrlBits bits(static_cast<std::size_t>(url_count) + 1);
  const Result<void> done = ScanRows(connection, sql, [&bits](const Statement& row) {
    const std::int64_t id = row.Integer(0);
    if (id <= 0 || static_cast<std::size_t>(id) >= bits.size()) {
      return false;
    }
    bits[static_cast<std::size_t>(id)] = true;
    return true;
  });
  if (!done) {
    return done.error();
  }
  return bits;
}

}  // namespace

Result<void> ScanRows(Connection& connection, std::string_view sql,
                      const std::function<bool(const Statement&)>& visit) {
  Result<Statement> statement = connection.Prepare(sql);
  if (!statement) {
    return std::move(statement).error();
  }
  while (statement->Step()) {
    if (!visit(*statement)) {
      return Err(ErrorCode::kStorageCorrupt,
                 connection.shown() + ": a row does not make sense: the database is damaged");
    }
  }
  if (statement->failed()) {
    return connection.ErrorOf(statement->code());
  }
  return {};
}

Result<UrlBits> LoadDecided(Connection& connection, std::uint32_t url_count) {
  return LoadBits(connection, "SELECT url_id FROM outcomes", url_count);
}

Result<UrlBits> LoadOpenRevisits(Connection& connection, std::uint32_t url_count) {
  return LoadBits(connection, "SELECT url_id FROM revisits WHERE pending = 1", url_count);
}

Result<OpenAttemptsMap> LoadOpenAttempts(Connection& connection, const UrlBits& decided, const UrlBits& revisits,
                                         std::int64_t refreshed_after) {
  OpenAttemptsMap attempts;
  const Result<void> done = ScanRows(connection, "SELECT id, url_id, attempt FROM fetches", [&](const Statement& row) {
    const std::int64_t url = row.Integer(1);
    std::uint32_t attempt = 0;
    if (url <= 0 || static_cast<std::size_t>(url) >= decided.size() || !Narrow(row.Integer(2), kMaxUrl, attempt)) {
      return false;
    }
    if (!decided[static_cast<std::size_t>(url)] || revisits[static_cast<std::size_t>(url)]) {
      OpenAttempts& open = attempts[static_cast<std::uint32_t>(url)];
      open.last_fetch = row.Integer(0);
      open.attempts = std::max(open.attempts, attempt);
      open.earlier = open.last_fetch <= refreshed_after && revisits[static_cast<std::size_t>(url)]
                         ? std::max(open.earlier, attempt)
                         : open.earlier;
    }
    return true;
  });
  if (!done) {
    return done.error();
  }
  return attempts;
}

Result<std::vector<HostKey>> LoadHostKeys(Connection& connection) {
  std::vector<HostKey> hosts(1);
  const Result<void> done =
      ScanRows(connection, "SELECT id, key FROM hosts ORDER BY id", [&hosts](const Statement& row) {
        if (row.Integer(0) != static_cast<std::int64_t>(hosts.size())) {
          return false;
        }
        hosts.push_back(HostKey{static_cast<std::uint64_t>(row.Integer(1))});
        return true;
      });
  if (!done) {
    return done.error();
  }
  return hosts;
}

Result<void> MarkDue(Connection& connection, const RefreshRow& refresh, std::int64_t last_fetch) {
  // What was asked, and what robots.txt alone kept from being asked: that may be another one by now.
  constexpr std::string_view kAskedAgain = "(o.kind <> 3 OR o.reason IN ('robots', 'robots_unreachable'))";
  const auto due = [&refresh](std::string_view checked_at, std::string_view interval) {
    if (!refresh.max_age_ms) {
      return fmt::format("{} + {} <= {}", checked_at, interval, refresh.at_ms);
    }
    // With an age of nothing all are due, whatever a clock that was set back makes of it.
    return *refresh.max_age_ms == 0 ? std::string("1")
                                    : fmt::format("{} <= {}", checked_at, refresh.at_ms - *refresh.max_age_ms);
  };
  return connection.Execute(fmt::format(
      "UPDATE revisits SET pending = 1 WHERE {1} AND url_id IN (SELECT o.url_id FROM outcomes AS o WHERE {0});"
      "INSERT INTO revisits(url_id, pending, visits, changes, failures, checked_at_ms, interval_ms)"
      " SELECT o.url_id, 1, f.id IS NOT NULL, 0, 0, coalesce(f.at_ms, 0), {3} FROM outcomes AS o"
      " LEFT JOIN fetches AS f ON f.id = o.fetch_id"
      " WHERE {0} AND {2} AND o.url_id NOT IN (SELECT url_id FROM revisits);"
      "UPDATE sitemaps SET state = {4};"
      "INSERT OR REPLACE INTO state(key, value) VALUES('refreshed_after', {5})",
      kAskedAgain, due("checked_at_ms", "interval_ms"),
      due("coalesce(f.at_ms, 0)", fmt::format("{}", refresh.first_interval_ms)), refresh.first_interval_ms,
      static_cast<int>(SitemapState::kOpen), last_fetch));
}

Result<void> ScanHosts(Connection& connection, const Store::HostVisitor& visit) {
  return ScanRows(connection, "SELECT key, name FROM hosts ORDER BY id", [&visit](const Statement& row) {
    visit(HostKey{static_cast<std::uint64_t>(row.Integer(0))}, row.Text(1));
    return true;
  });
}

// Both tables lie in the order of the URL's id, so that one walk over each brings them together.
Result<void> ScanUrls(Connection& connection, std::span<const HostKey> hosts, std::uint32_t url_count,
                      const OpenAttemptsMap& attempts, const UrlBits& revisits, const Store::UrlVisitor& visit) {
  Result<Statement> outcomes = connection.Prepare("SELECT url_id, kind, redirect_to FROM outcomes ORDER BY url_id");
  if (!outcomes) {
    return std::move(outcomes).error();
  }
  bool has_outcome = outcomes->Step();
  constexpr std::string_view kSql =
      "SELECT id, host_id, admission, depth, hops_left, parent_id, via, redirect_hops, url FROM urls ORDER BY id";
  std::int64_t previous = 0;
  Result<void> done = ScanRows(connection, kSql, [&](const Statement& row) {
    KnownUrl url;
    const std::int64_t id = row.Integer(0);
    const HostKey* const host = FindHost(hosts, row.Integer(1));
    const std::int64_t hops_left = row.IsNull(4) ? kNoHopLimit : row.Integer(4);
    // Dense ids are a promise of UrlHandle's.
    if (id != previous + 1 || id > url_count || host == nullptr || hops_left < -1 || hops_left > kNoHopLimit ||
        !Narrow(row.Integer(2), static_cast<std::int64_t>(kLastAdmissionCode), url.admission) ||
        !Narrow(row.Integer(3), kMaxUrl, url.depth) ||
        !Narrow(row.Integer(6), static_cast<std::int64_t>(Via::kRefresh), url.via) ||
        !Narrow(row.Integer(7), 255, url.redirect_hops)) {
      return false;
    }
    previous = id;
    url.handle = HandleOf(id);
    url.host = *host;
    url.hops_left = static_cast<std::int16_t>(hops_left);
    url.parent = HandleOf(row.Integer(5));
    url.url = row.Text(8);
    url.has_outcome = has_outcome && outcomes->Integer(0) == id;
    if (url.has_outcome) {
      if (!Narrow(outcomes->Integer(1), static_cast<std::int64_t>(OutcomeKind::kSkipped), url.outcome)) {
        return false;
      }
      url.redirect_to = HandleOf(outcomes->Integer(2));
      url.revisit = revisits[static_cast<std::size_t>(id)];
      has_outcome = outcomes->Step();
    }
    if (const auto open = attempts.find(url.handle.value); open != attempts.end()) {
      url.attempts = open->second.attempts;
      url.earlier_attempts = open->second.earlier;
    }
    visit(url);
    return true;
  });
  if (done && outcomes->failed()) {
    return connection.ErrorOf(outcomes->code());
  }
  return done;
}

Result<void> ScanRobots(Connection& connection, std::span<const HostKey> hosts, const Store::RobotsVisitor& visit) {
  constexpr std::string_view kSql =
      "SELECT host_id, origin, fetched_at_ms, expires_at_ms, status, state, error, body FROM robots "
      "WHERE id IN (SELECT max(id) FROM robots WHERE state IN ('ok', 'missing') GROUP BY host_id, origin) ORDER BY id";
  return ScanRows(connection, kSql, [&](const Statement& row) {
    const HostKey* const host = FindHost(hosts, row.Integer(0));
    KnownRobots robots;
    if (host == nullptr || !Narrow(row.Integer(4), 999, robots.status)) {
      return false;
    }
    robots.host = *host;
    robots.origin = row.Text(1);
    robots.fetched_at_ms = row.Integer(2);
    robots.expires_at_ms = row.Integer(3);
    robots.state = row.Text(5);
    robots.error = row.Text(6);
    robots.body = row.Text(7);
    visit(robots);
    return true;
  });
}

Result<void> ScanSitemaps(Connection& connection, const Store::SitemapVisitor& visit) {
  return ScanRows(connection, "SELECT id, parent_id, level, state, url FROM sitemaps ORDER BY id",
                  [&visit](const Statement& row) {
                    KnownSitemap sitemap;
                    if (!Narrow(row.Integer(2), UINT8_MAX, sitemap.level) ||
                        !Narrow(row.Integer(3), static_cast<std::int64_t>(SitemapState::kRefused), sitemap.state)) {
                      return false;
                    }
                    sitemap.id = row.Integer(0);
                    sitemap.parent = row.Integer(1);
                    sitemap.url = row.Text(4);
                    visit(sitemap);
                    return true;
                  });
}

Result<void> ScanPriorities(Connection& connection, const std::function<void(UrlHandle, std::uint8_t)>& visit) {
  constexpr std::string_view kSql =
      "SELECT url_id, CAST(round(priority * 10) AS INTEGER) FROM sitemap_urls WHERE priority IS NOT NULL";
  return ScanRows(connection, kSql, [&visit](const Statement& row) {
    std::uint8_t tenths = 0;
    const UrlHandle url = HandleOf(row.Integer(0));
    if (!url || !Narrow(row.Integer(1), 10, tenths)) {
      return false;
    }
    visit(url, tenths);
    return true;
  });
}

Result<std::vector<UrlHandle>> ScanRetryable(Connection& connection) {
  std::vector<UrlHandle> urls;
  constexpr std::string_view kSql =
      "SELECT url_id FROM outcomes WHERE kind = 2 OR (kind = 3 AND reason = 'robots_unreachable') ORDER BY url_id";
  const Result<void> done = ScanRows(connection, kSql, [&urls](const Statement& row) {
    urls.push_back(HandleOf(row.Integer(0)));
    return static_cast<bool>(urls.back());
  });
  if (!done) {
    return done.error();
  }
  return urls;
}

Result<void> ScanContents(Connection& connection, const Store::ContentVisitor& visit) {
  constexpr std::string_view kSql =
      "SELECT o.url_id, f.digest, p.text_hash FROM outcomes AS o JOIN fetches AS f ON f.id = o.fetch_id"
      " LEFT JOIN pages AS p ON p.url_id = o.url_id WHERE o.kind = 0";
  return ScanRows(connection, kSql, [&visit](const Statement& row) {
    const UrlHandle url = HandleOf(row.Integer(0));
    const std::string_view digest = row.Blob(1);
    std::uint64_t content = 0;
    std::copy_n(digest.data(), std::min(digest.size(), sizeof content), reinterpret_cast<char*>(&content));
    visit(url, content, static_cast<std::uint64_t>(row.Integer(2)));
    return static_cast<bool>(url);
  });
}

Result<void> ScanSkipped(Connection& connection, std::string_view reason, const Store::SkipVisitor& visit) {
  constexpr std::string_view kSql = "SELECT url_id, detail, reason FROM outcomes WHERE kind = 3";
  return ScanRows(connection, kSql, [&](const Statement& row) {
    const UrlHandle url = HandleOf(row.Integer(0));
    if (row.Text(2) == reason) {
      visit(url, row.Text(1));
    }
    return static_cast<bool>(url);
  });
}

Result<Store::Totals> ScanTotals(Connection& connection) {
  Store::Totals totals;
  constexpr std::string_view kOutcomes =
      "SELECT count(*) FILTER (WHERE o.kind IN (0, 2)), count(*) FILTER (WHERE o.kind = 1), count(*) FILTER (WHERE "
      "o.kind = 2),"
      " count(*) FILTER (WHERE o.kind = 3), coalesce(sum(f.bytes_body) FILTER (WHERE o.kind IN (0, 2)), 0)"
      " FROM outcomes AS o LEFT JOIN fetches AS f ON f.id = o.fetch_id"
      " WHERE o.url_id NOT IN (SELECT url_id FROM revisits WHERE pending = 1)";
  const Result<void> outcomes = ScanRows(connection, kOutcomes, [&totals](const Statement& row) {
    totals.pages = static_cast<std::uint64_t>(row.Integer(0));
    totals.redirects = static_cast<std::uint64_t>(row.Integer(1));
    totals.failed = static_cast<std::uint64_t>(row.Integer(2));
    totals.skipped = static_cast<std::uint64_t>(row.Integer(3));
    totals.bytes_body = static_cast<std::uint64_t>(row.Integer(4));
    return true;
  });
  if (!outcomes) {
    return outcomes.error();
  }
  constexpr std::string_view kSeeds =
      "SELECT count(*), count(*) FILTER (WHERE o.kind IN (0, 1))"
      " FROM urls AS u LEFT JOIN outcomes AS o ON o.url_id = u.id"
      " AND o.url_id NOT IN (SELECT url_id FROM revisits WHERE pending = 1) WHERE u.via = 0";
  const Result<void> seeds = ScanRows(connection, kSeeds, [&totals](const Statement& row) {
    totals.seeds = static_cast<std::uint64_t>(row.Integer(0));
    totals.fetched_seeds = static_cast<std::uint64_t>(row.Integer(1));
    return true;
  });
  if (!seeds) {
    return seeds.error();
  }
  return totals;
}

Result<void> ScanHostPages(Connection& connection, std::span<const HostKey> hosts,
                           const std::function<void(HostKey, std::uint64_t pages)>& visit) {
  std::vector<std::uint64_t> pages(hosts.size());
  constexpr std::string_view kSql =
      "SELECT u.host_id FROM outcomes AS o JOIN urls AS u ON u.id = o.url_id WHERE o.kind IN (0, 2)"
      " AND o.url_id NOT IN (SELECT url_id FROM revisits WHERE pending = 1)";
  const Result<void> done = ScanRows(connection, kSql, [&](const Statement& row) {
    if (FindHost(hosts, row.Integer(0)) == nullptr) {
      return false;
    }
    ++pages[static_cast<std::size_t>(row.Integer(0))];
    return true;
  });
  if (!done) {
    return done;
  }
  for (std::size_t id = 1; id < pages.size(); ++id) {
    if (pages[id] != 0) {
      visit(hosts[id], pages[id]);
    }
  }
  return {};
}

}  // namespace spinneret
