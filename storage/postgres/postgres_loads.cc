// PostgresStore: what is read back.
#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "storage/postgres/postgres_store_impl.h"

namespace spinneret {
namespace {

constexpr std::int16_t kNoHopLimit = 0x7FFF;
constexpr int kRowsPerLook = 1000;  // at the lease

Error Damaged(const PgConnection& connection) {
  return Error{ErrorCode::kStorageCorrupt, connection.shown() + ": a row does not make sense: the database is damaged"};
}

// The first and the last id that a URL of `host` can have.
std::string LowestId(HostKey host) {
  const PgUrlId id = PgUrlIdOf(host, {});
  return PgHexOf({id.data(), id.size()});
}
std::string HighestId(HostKey host) {
  const PgUrlId id = PgUrlIdOf(host, UrlFingerprint{{UINT32_MAX, UINT32_MAX, UINT32_MAX}});
  return PgHexOf({id.data(), id.size()});
}

}  // namespace

std::string PostgresStore::GetState(std::string_view key) {
  if (const auto known = states_.find(std::string(key)); known != states_.end()) {
    return known->second;
  }
  const Result<PgRows> rows = Ask("SELECT value FROM state WHERE key = $1", {std::string(key)});
  if (!rows) {
    Fail(rows.error());
    return {};
  }
  return rows->size() == 1 ? std::string(rows->Text(0, 0)) : std::string();
}

Result<void> PostgresStore::LoadStates(std::string_view prefix, const StateVisitor& visit) {
  const Result<PgRows> rows =
      Ask("SELECT key, value FROM state WHERE starts_with(key, $1) ORDER BY key COLLATE \"C\"", {std::string(prefix)});
  if (!rows) {
    return rows.error();
  }
  for (int row = 0; row < rows->size(); ++row) {
    visit(rows->Text(row, 0), rows->Text(row, 1));
  }
  return {};
}

Result<std::vector<std::string>> PostgresStore::UrlTexts(std::span<const UrlHandle> urls) {
  std::string missing;
  for (const UrlHandle url : urls) {
    if (!texts_.contains(url.value)) {
      missing += fmt::format("{}\"\\{}\"", missing.empty() ? "{" : ",", PgHexOf(BytesOf(url)));
    }
  }
  boost::unordered_flat_map<std::string, std::string> read;
  if (!missing.empty()) {
    const Result<PgRows> rows = Ask("SELECT id, url FROM urls WHERE id = ANY($1::bytea[])", {missing + "}"});
    if (!rows) {
      return rows.error();
    }
    for (int row = 0; row < rows->size(); ++row) {
      read.emplace(rows->Bytes(row, 0), rows->Text(row, 1));
    }
  }
  std::vector<std::string> texts;
  texts.reserve(urls.size());
  for (const UrlHandle url : urls) {
    if (const auto known = texts_.find(url.value); known != texts_.end()) {
      texts.push_back(known->second);
    } else if (const auto row = read.find(std::string(BytesOf(url))); row != read.end()) {
      texts.push_back(row->second);
    } else {
      return Damaged(connection_);
    }
  }
  return texts;
}

Result<std::vector<UrlHandle>> PostgresStore::Targets(UrlHandle page) {
  std::vector<UrlHandle> targets;
  const auto links = new_targets_.find(page.value);
  const auto onward = new_onwards_.find(page.value);
  if (links != new_targets_.end()) {
    targets = links->second;
  }
  if (onward != new_onwards_.end()) {
    targets.push_back(onward->second);
  }
  if (links != new_targets_.end() || onward != new_onwards_.end()) {
    return targets;  // its outcome is not committed yet
  }
  const Result<PgRows> rows =
      Ask("SELECT to_id FROM (SELECT position, to_id FROM links WHERE from_id = $1 AND NOT nofollow"
          " UNION ALL SELECT 2147483647, redirect_to FROM outcomes WHERE url_id = $1 AND redirect_to IS NOT NULL) AS t"
          " ORDER BY position",
          {PgHexOf(BytesOf(page))});
  if (!rows) {
    return rows.error();
  }
  for (int row = 0; row < rows->size(); ++row) {
    targets.push_back(names_->HandleOf(rows->Bytes(row, 0)));
  }
  return targets;
}

// --- Of the hosts that were leased last

Result<void> PostgresStore::ForLeased(const std::string& sql,
                                      const std::function<void(HostKey, const PgRows&)>& visit) {
  for (const LeasedHost& lease : leased_) {
    if (fresh_.contains(lease.host)) {
      continue;
    }
    // Others wait for the hosts of an agent that died: taking them over is not to make the next one look dead.
    if (Result<void> alive = StayAlive(); !alive) {
      return alive;
    }
    const Result<PgRows> rows = Ask(sql, {LowestId(lease.host), HighestId(lease.host), PgNumberOf(lease.host)});
    if (!rows) {
      return rows.error();
    }
    visit(lease.host, *rows);
  }
  return {};
}

Result<void> PostgresStore::LoadHosts(const HostVisitor& visit) {
  for (const LeasedHost& lease : leased_) {
    visit(lease.host, lease.name);
  }
  return failure_ ? Result<void>(*failure_) : Result<void>();
}

Result<void> PostgresStore::LoadUrls(const UrlVisitor& visit) {
  bool damaged = false;
  Result<void> alive;
  Result<void> done = ForLeased(
      "SELECT u.id, u.admission, u.depth, u.hops_left, u.parent_id, u.via, u.redirect_hops, u.seed_chain, u.url,"
      " o.kind, o.redirect_to,"
      " CASE WHEN o.kind IS NULL THEN (SELECT max(attempt) FROM fetches AS f WHERE f.url_id = u.id) END"
      " FROM urls AS u LEFT JOIN outcomes AS o ON o.url_id = u.id"
      " WHERE u.id BETWEEN $1::bytea AND $2::bytea AND u.host_key = $3 ORDER BY u.depth, u.id",
      [&](HostKey host, const PgRows& rows) {
        for (int row = 0; row < rows.size(); ++row) {
          if (row % kRowsPerLook == 0 && alive) {
            alive = StayAlive();
          }
          KnownUrl url;
          url.handle = names_->HandleOf(rows.Bytes(row, 0));
          const std::int64_t admission = rows.Integer(row, 1);
          const std::int64_t via = rows.Integer(row, 5);
          const std::int64_t kind = rows.Integer(row, 9);
          if (!url.handle || admission < 0 || admission > static_cast<std::int64_t>(kLastAdmissionCode) || via < 0 ||
              via > static_cast<std::int64_t>(Via::kRefresh) || kind < 0 ||
              kind > static_cast<std::int64_t>(OutcomeKind::kSkipped)) {
            damaged = true;
            return;
          }
          url.host = host;
          url.admission = static_cast<AdmissionCode>(admission);
          url.depth = static_cast<std::uint32_t>(rows.Integer(row, 2));
          url.hops_left = rows.IsNull(row, 3) ? kNoHopLimit : static_cast<std::int16_t>(rows.Integer(row, 3));
          url.parent = names_->HandleOf(rows.Bytes(row, 4));
          url.via = static_cast<Via>(via);
          url.redirect_hops = static_cast<std::uint8_t>(rows.Integer(row, 6));
          url.seed_chain = rows.Bool(row, 7);
          url.url = rows.Text(row, 8);
          url.has_outcome = !rows.IsNull(row, 9);
          url.outcome = static_cast<OutcomeKind>(kind);
          url.redirect_to = names_->HandleOf(rows.Bytes(row, 10));
          url.attempts = static_cast<std::uint32_t>(rows.Integer(row, 11));
          if (url.admission == AdmissionCode::kAdmitted && !url.has_outcome) {
            texts_.insert_or_assign(url.handle.value, std::string(url.url));
            if (url.attempts > 0) {
              attempts_[url.handle.value] = url.attempts;
            }
          }
          visit(url);
        }
      });
  if (damaged) {
    return Damaged(connection_);
  }
  return alive ? done : alive;
}

Result<void> PostgresStore::LoadRobots(const RobotsVisitor& visit) {
  return ForLeased(
      "SELECT DISTINCT ON (origin) origin, fetched_at_ms, expires_at_ms, status, state, error, body FROM robots"
      " WHERE host_key = $3 AND state IN ('ok', 'missing') AND $1::bytea < $2::bytea"
      " ORDER BY origin, run_id DESC, number DESC",
      [&](HostKey host, const PgRows& rows) {
        for (int row = 0; row < rows.size(); ++row) {
          KnownRobots robots;
          robots.host = host;
          robots.origin = rows.Text(row, 0);
          robots.fetched_at_ms = rows.Integer(row, 1);
          robots.expires_at_ms = rows.Integer(row, 2);
          robots.status = static_cast<int>(rows.Integer(row, 3));
          robots.state = rows.Text(row, 4);
          robots.error = rows.Text(row, 5);
          robots.body = rows.Text(row, 6);
          visit(robots);
        }
      });
}

Result<void> PostgresStore::LoadContents(const ContentVisitor& visit) {
  return ForLeased(
      "SELECT o.url_id, f.digest, p.text_hash FROM outcomes AS o"
      " JOIN fetches AS f ON f.url_id = o.url_id AND f.attempt = o.attempt LEFT JOIN pages AS p ON p.url_id = o.url_id"
      " WHERE o.url_id BETWEEN $1::bytea AND $2::bytea AND o.kind = 0 AND $3::bigint IS NOT NULL",
      [&](HostKey, const PgRows& rows) {
        for (int row = 0; row < rows.size(); ++row) {
          const std::string digest = rows.Bytes(row, 1);
          std::uint64_t content = 0;
          std::memcpy(&content, digest.data(), std::min(digest.size(), sizeof content));
          visit(names_->HandleOf(rows.Bytes(row, 0)), content, static_cast<std::uint64_t>(rows.Integer(row, 2)));
        }
      });
}

Result<void> PostgresStore::LoadHostPages(const std::function<void(HostKey, std::uint64_t pages)>& visit) {
  return ForLeased(
      "SELECT count(*) FROM outcomes WHERE url_id BETWEEN $1::bytea AND $2::bytea AND kind IN (0, 2)"
      " AND $3::bigint IS NOT NULL",
      [&](HostKey host, const PgRows& rows) { visit(host, static_cast<std::uint64_t>(rows.Integer(0, 0))); });
}

// --- Of the whole crawl

Result<std::vector<UrlHandle>> PostgresStore::LoadRetryable() {
  return Err(ErrorCode::kUnsupported, connection_.shown() + ": failed pages cannot be tried again on PostgreSQL");
}

Result<void> PostgresStore::LoadSkipped(std::string_view /*reason*/, const SkipVisitor& /*visit*/) {
  return Err(ErrorCode::kUnsupported, connection_.shown() + ": skipped URLs cannot be taken up again on PostgreSQL");
}

Result<Store::Totals> PostgresStore::LoadTotals() {
  const Result<PgRows> rows =
      Ask("SELECT sum(pages), sum(redirects), sum(failed), sum(skipped), sum(seeds), sum(seeds_fetched) FROM runs", {});
  if (!rows) {
    return rows.error();
  }
  const auto count = [&rows](int column) { return static_cast<std::uint64_t>(rows->Integer(0, column)); };
  Totals totals;
  totals.pages = count(0);
  totals.redirects = count(1);
  totals.failed = count(2);
  totals.skipped = count(3);
  totals.seeds = count(4);
  totals.fetched_seeds = count(5);
  return totals;
}

}  // namespace spinneret
