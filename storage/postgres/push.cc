#include "storage/postgres/push.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/format.h>

#include "base/printable.h"
#include "storage/clean_text.h"
#include "storage/postgres/pg_connection.h"
#include "storage/postgres/pg_crawl.h"
#include "storage/postgres/pg_recipe_view.h"
#include "storage/postgres/postgres_store_impl.h"
#include "storage/postgres/postgres_url.h"
#include "storage/postgres/push_tables.h"
#include "storage/sqlite/crawl_file.h"
#include "storage/sqlite/recipe_view.h"
#include "storage/sqlite/scans.h"

namespace spinneret {
namespace {

constexpr std::size_t kBytesAtOnce = std::size_t{4} << 20U;
constexpr std::int64_t kMostUrls = std::numeric_limits<std::uint32_t>::max();

class CrawlPushImpl final : public CrawlPush {
 public:
  explicit CrawlPushImpl(std::unique_ptr<CrawlFile> file) : file_(std::move(file)) {}

  const HashSecret& secret() const override { return file_->identity().secret; }
  const std::string& settings() const override { return file_->identity().settings; }
  Result<Pushed> Run(const std::string& url, const PushPlan& plan) override;

 private:
  Connection& file() { return file_->connection(); }
  Error Damaged() const {
    return Err(ErrorCode::kStorageCorrupt, file_->shown() + ": a row does not make sense: the database is damaged");
  }

  Result<void> Send(PgConnection& server);
  Result<void> Make(PgConnection& server);
  // What URLs and hosts are called on the server, by their ids here.
  Result<void> Name();
  Result<void> FindSeedChains(PgConnection& server);
  Result<void> SendTable(PgConnection& server, const PushTable& table);
  bool Put(const Statement& row, int column, PushKind kind);
  Result<void> Flush(PgConnection& server, const std::string& copy);
  Result<void> SendRuns(PgConnection& server);
  Result<void> SendRecipes(PgConnection& server);
  Result<void> Close(PgConnection& server);
  std::size_t UrlAt(const Statement& row, int column) const;

  const std::unique_ptr<CrawlFile> file_;
  const PushPlan* plan_ = nullptr;
  Pushed counts_;

  std::vector<HostKey> hosts_;  // by id
  std::vector<PgUrlId> names_;  // of URLs, by id
  std::vector<bool> seed_chain_;
  std::vector<std::uint32_t> positions_;  // rows of each URL in the table that is sent
  CopyBuffer rows_;
  std::uint64_t done_ = 0, all_ = 0;
};

// --- The file

std::size_t CrawlPushImpl::UrlAt(const Statement& row, int column) const {
  const std::int64_t id = row.Integer(column);
  return id > 0 && static_cast<std::size_t>(id) < names_.size() ? static_cast<std::size_t>(id) : 0;
}

Result<void> CrawlPushImpl::Name() {
  Result<std::vector<HostKey>> hosts = LoadHostKeys(file());
  if (!hosts) {
    return std::move(hosts).error();
  }
  hosts_ = *std::move(hosts);
  const Result<std::int64_t> last = file().QueryInteger("SELECT max(id) FROM urls");
  if (!last) {
    return last.error();
  }
  if (*last < 0 || *last > kMostUrls) {
    return Damaged();
  }
  names_.resize(static_cast<std::size_t>(*last) + 1);
  boost::unordered_flat_set<UrlFingerprint, std::hash<UrlFingerprint>> taken;
  return ScanRows(file(), "SELECT id, host_id, url, admission FROM urls ORDER BY id", [&](const Statement& row) {
    const std::size_t id = UrlAt(row, 0);
    const std::int64_t host = row.Integer(1);
    if (id == 0 || host <= 0 || static_cast<std::size_t>(host) >= hosts_.size()) {
      return false;
    }
    UrlFingerprint fingerprint = plan_->fingerprint(row.Text(2));
    if (plan_->spelling && !taken.insert(fingerprint).second) {
      fingerprint = plan_->spelling(row.Text(2));
    }
    names_[id] = PgUrlIdOf(hosts_[static_cast<std::size_t>(host)], fingerprint);
    ++counts_.urls;
    counts_.pending += row.Integer(3) == 0 ? 1 : 0;
    return true;
  });
}

// A file has the whole chain of a seed's redirects to walk; an agent has its own hosts alone, and is told.
Result<void> CrawlPushImpl::FindSeedChains(PgConnection& server) {
  seed_chain_.resize(names_.size());
  Result<void> done = ScanRows(file(), "SELECT id, url FROM urls WHERE via = 0", [&](const Statement& row) {
    seed_chain_[UrlAt(row, 0)] = true;
    plan_->widen(row.Text(1));
    return true;
  });
  std::vector<std::string> widened;
  if (done) {
    done = ScanRows(file(),
                    "WITH RECURSIVE chain(id, step) AS (SELECT id, 0 FROM urls WHERE via = 0 UNION"
                    " SELECT o.redirect_to, step + 1 FROM chain JOIN outcomes AS o ON o.url_id = chain.id"
                    " WHERE o.redirect_to IS NOT NULL AND step < 64)"
                    " SELECT c.id, u.url, o.kind = 0 FROM chain AS c JOIN urls AS u ON u.id = c.id"
                    " LEFT JOIN outcomes AS o ON o.url_id = c.id WHERE u.via <> 0",
                    [&](const Statement& row) {
                      seed_chain_[UrlAt(row, 0)] = true;
                      if (row.Integer(2) != 0 && plan_->widen(row.Text(1))) {
                        widened.emplace_back(row.Text(1));
                      }
                      return true;
                    });
  }
  for (std::size_t i = 0; done && i < widened.size(); ++i) {
    const Result<PgRows> added = server.Query("INSERT INTO widened(url) VALUES($1)", {CleanText(widened[i])});
    done = added ? Result<void>() : Result<void>(added.error());
  }
  return done;
}

// --- Rows

bool CrawlPushImpl::Put(const Statement& row, int column, PushKind kind) {
  if (row.IsNull(column) && kind != PushKind::kBool) {
    rows_.Null();
    return true;
  }
  const std::int64_t integer = row.Integer(column);
  switch (kind) {
    case PushKind::kUrl: {
      const std::size_t url = UrlAt(row, column);
      rows_.Bytes({names_[url].data(), sizeof(PgUrlId)});
      return url != 0;
    }
    case PushKind::kHost:
      if (integer <= 0 || static_cast<std::size_t>(integer) >= hosts_.size()) {
        return false;
      }
      rows_.Big(static_cast<std::int64_t>(hosts_[static_cast<std::size_t>(integer)].value));
      return true;
    case PushKind::kSmall:
      rows_.Small(static_cast<std::int16_t>(integer));
      return std::in_range<std::int16_t>(integer);
    case PushKind::kInteger:
      rows_.Integer(static_cast<std::int32_t>(integer));
      return std::in_range<std::int32_t>(integer);
    case PushKind::kBig:
      rows_.Big(integer);
      return true;
    case PushKind::kReal:
      rows_.Real(row.Real(column));
      return true;
    case PushKind::kBool:
      rows_.Bool(integer != 0);
      return true;
    case PushKind::kText:
      rows_.Text(row.Text(column));
      return true;
    case PushKind::kBytes:
      rows_.Bytes(row.Blob(column));
      return true;
    case PushKind::kPosition:
      rows_.Integer(static_cast<std::int32_t>(++positions_[UrlAt(row, column)]));
      return true;
    case PushKind::kSeedChain:
      rows_.Bool(seed_chain_[UrlAt(row, column)]);
      return true;
  }
  return false;
}

Result<void> CrawlPushImpl::Flush(PgConnection& server, const std::string& copy) {
  if (rows_.empty()) {
    return {};
  }
  Result<void> sent = server.Copy(copy, rows_);
  rows_.Clear();
  if (plan_->on_progress) {
    plan_->on_progress(done_, std::max(done_, all_));
  }
  return sent;
}

Result<void> CrawlPushImpl::SendTable(PgConnection& server, const PushTable& table) {
  // A column that an older version did not have is empty.
  const Result<std::string> known =
      file().QueryText(fmt::format("SELECT ',' || group_concat(name) || ',' FROM pragma_table_info('{}')", table.name));
  if (!known) {
    return known.error();
  }
  std::string select, copy;
  for (const PushColumn& column : table.columns) {
    const bool there = !column.source.empty() || known->find(fmt::format(",{},", column.name)) != std::string::npos;
    select += fmt::format("{}{}", select.empty() ? "SELECT " : ", ",
                          !there                  ? "NULL"
                          : column.source.empty() ? column.name
                                                  : column.source);
    copy += fmt::format("{}{}", copy.empty() ? fmt::format("COPY {}(", table.name) : ", ", column.name);
  }
  select += fmt::format(" FROM {} ORDER BY {}", table.name, table.order);
  copy += ") FROM STDIN (FORMAT binary)";
  positions_.assign(names_.size(), 0);
  Result<void> sent;
  std::uint64_t rows = 0;
  const Result<void> read = ScanRows(file(), select, [&](const Statement& row) {
    rows_.Row(static_cast<std::int16_t>(table.columns.size()));
    int at = 0;
    for (const PushColumn& column : table.columns) {
      if (!Put(row, at++, column.kind)) {
        return false;
      }
    }
    ++rows;
    ++done_;
    if (rows_.bytes().size() >= kBytesAtOnce) {
      sent = Flush(server, copy);
    }
    return sent.has_value();
  });
  if (sent && read) {
    sent = Flush(server, copy);
  }
  counts_.pages += table.name == "pages" ? rows : 0;
  counts_.links += table.name == "links" ? rows : 0;
  counts_.pending -= table.name == "outcomes" ? rows : 0;
  return sent ? read : sent;
}

// --- What the two engines have each in their own way

// The runs of the file become agents that have left; the last of them has done what all of them did.
Result<void> CrawlPushImpl::SendRuns(PgConnection& server) {
  const std::string& shown = file_->shown();
  const std::string agent = CleanText(shown.substr(shown.rfind('/') + 1));
  Result<void> sent;
  const auto text = [](const Statement& row, int column) {
    return row.IsNull(column) ? PgParameter() : PgParameter(CleanText(row.Text(column)));
  };
  const Result<void> read =
      ScanRows(file(), "SELECT id, started_at_ms, ended_at_ms, end_reason, settings FROM runs ORDER BY id",
               [&](const Statement& row) {
                 const Result<PgRows> added = server.Query(
                     "INSERT INTO runs(id, agent, started_at_ms, ended_at_ms, end_reason, settings, alive, expires_at)"
                     " OVERRIDING SYSTEM VALUE VALUES($1, $2, $3, $4, $5, $6, false, clock_timestamp())",
                     {text(row, 0), agent, text(row, 1), text(row, 2), text(row, 3), text(row, 4)});
                 sent = added ? Result<void>() : Result<void>(added.error());
                 return sent.has_value();
               });
  if (!sent || !read) {
    return sent ? read : sent;
  }
  const Result<Store::Totals> totals = ScanTotals(file());
  if (!totals) {
    return totals.error();
  }
  const auto number = [](std::uint64_t n) { return std::to_string(n); };
  Result<PgRows> done = server.Query(
      "UPDATE runs SET quota = $1, pages = $1, redirects = $2, failed = $3, skipped = $4, seeds = $5, seeds_fetched = "
      "$6"
      " WHERE id = (SELECT max(id) FROM runs)",
      {number(totals->pages), number(totals->redirects), number(totals->failed), number(totals->skipped),
       number(totals->seeds), number(totals->fetched_seeds)});
  if (done) {
    done = server.Query("SELECT setval(pg_get_serial_sequence('runs', 'id'), (SELECT max(id) FROM runs))");
  }
  return done ? Result<void>() : Result<void>(done.error());
}

Result<void> CrawlPushImpl::SendRecipes(PgConnection& server) {
  const Result<std::vector<RecipeView>> views = FindRecipeViews(file());
  if (!views) {
    return views.error();
  }
  for (const RecipeView& view : *views) {
    if (Result<void> made = server.Execute(PgRecipeViewSql(server, view.recipe, view.fields)); !made) {
      return made;
    }
  }
  return {};
}

// Whether there is anything left to do, and why the crawl stands still.
Result<void> CrawlPushImpl::Close(PgConnection& server) {
  Result<Statement> run = file().Prepare("SELECT end_reason, ended_at_ms FROM runs ORDER BY id DESC LIMIT 1");
  const Result<std::int64_t> sources =
      file().QueryInteger("SELECT count(*) FROM state WHERE key GLOB 'seeds:*' AND value = 'done'");
  if (!run || !sources) {
    return run ? sources.error() : run.error();
  }
  if (!run->Step()) {
    return Damaged();
  }
  const bool seeded = static_cast<std::size_t>(*sources) >= plan_->seed_sources;
  std::string reason(run->Text(0));
  if (seeded && counts_.pending == 0) {
    reason = "done";
  } else if (reason != "limit" && reason != "time") {
    reason.clear();  // it was stopped, or killed: the first agent goes on
  }
  const Result<PgRows> done = server.Query(
      "UPDATE crawl SET seeded = $1, page_limit = $2, end_reason = $3, ended_at_ms = $4",
      {seeded ? "t" : "f", plan_->page_limit ? PgParameter(std::to_string(*plan_->page_limit)) : PgParameter(),
       reason.empty() ? PgParameter() : PgParameter(reason),
       reason.empty() ? PgParameter() : PgParameter(std::to_string(run->Integer(1)))});
  return done ? Result<void>() : Result<void>(done.error());
}

// --- The transaction

Result<void> CrawlPushImpl::Make(PgConnection& server) {
  // A server that is told nothing of this machine's end would keep the lock for hours.
  Result<void> done = server.Execute(
      "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3;"
      " SET application_name = 'spinneret push'; BEGIN");
  if (done) {
    done = LockPgMaking(server);
  }
  if (!done) {
    return done;
  }
  const Result<std::optional<PgIdentity>> there = FindPgCrawl(server);
  if (!there) {
    return there.error();
  }
  if (*there) {
    const std::string& where = server.shown();
    return Err(
        ErrorCode::kAlreadyExists,
        (*there)->secret == secret()
            ? fmt::format("{} was pushed to {} already; it goes on there: spinneret resume URL", file_->shown(), where)
            : fmt::format("{} has a crawl already, which is not {}; name a database that has none", where,
                          file_->shown()));
  }
  done = CreatePgTables(server, secret(), settings());
  return done ? MarkPgCrawlWhole(server) : done;
}

Result<void> CrawlPushImpl::Send(PgConnection& server) {
  Result<void> done = Make(server);
  if (!done) {
    return done;
  }
  for (const PushTable& table : push::kTables) {
    const Result<std::int64_t> rows = file().QueryInteger(
        fmt::format("SELECT {} FROM {}", table.order == "rowid" ? "max(rowid)" : "count(*)", table.name));
    if (!rows) {
      return rows.error();
    }
    all_ += static_cast<std::uint64_t>(std::max<std::int64_t>(0, *rows));
  }
  done = Name();
  if (done) {
    done = FindSeedChains(server);
  }
  if (done) {
    done = SendRuns(server);
  }
  for (const PushTable& table : push::kTables) {
    if (done) {
      done = SendTable(server, table);
    }
  }
  if (done) {
    done = SendRecipes(server);
  }
  if (done) {
    done = Close(server);
  }
  // The first questions of agents come before the server's own statistics would.
  return done ? server.Execute("ANALYZE hosts, urls, fetches, outcomes, pages, links, bodies, records, robots") : done;
}

Result<Pushed> CrawlPushImpl::Run(const std::string& url, const PushPlan& plan) {
  plan_ = &plan;
  Result<PgConnection> server = PgConnection::Open(url);
  if (!server) {
    return std::move(server).error();
  }
  Result<void> done = Send(*server);
  if (!done) {
    if (server->broken()) {
      return Err(done.error().code, done.error().message + "; nothing of the crawl is there: push it again");
    }
    return std::move(done).error();  // the connection's end rolls back
  }
  done = server->Execute("COMMIT");
  if (!done) {
    return Err(done.error().code, done.error().message +
                                      "; whether the crawl is there is not known: push it again, which does it or says "
                                      "that it was done");
  }
  return counts_;
}

}  // namespace

Result<std::unique_ptr<CrawlPush>> CrawlPush::Open(const std::string& path) {
  Result<std::unique_ptr<CrawlFile>> file = CrawlFile::Open(path);
  if (!file) {
    return std::move(file).error();
  }
  Connection& connection = (*file)->connection();
  const Result<std::int64_t> columns = connection.QueryInteger("SELECT count(*) FROM pragma_table_info('revisits')");
  if (!columns) {
    return columns.error();
  }
  // What questions name and an older version has not. It is this connection's alone.
  const std::string_view missing = *columns == 0 ? "CREATE TEMP TABLE revisits(url_id INTEGER, pending INTEGER);" : "";
  // One moment, and nothing else than reading. A file may come from anywhere.
  if (Result<void> reading =
          connection.Execute(std::string(missing) + "PRAGMA query_only = 1; PRAGMA trusted_schema = OFF; BEGIN");
      !reading) {
    return std::move(reading).error();
  }
  const Result<std::int64_t> part = connection.QueryInteger("SELECT count(*) FROM meta WHERE key = 'subset'");
  if (!part || *part != 0) {
    return part ? Err(ErrorCode::kUnsupported,
                      path + " is a part of a crawl, made by `spinneret export`; push the crawl itself")
                : part.error();
  }
  const Result<std::int64_t> visits = connection.QueryInteger("SELECT count(*) FROM (SELECT 1 FROM revisits LIMIT 1)");
  if (!visits || *visits != 0) {
    return visits ? Err(ErrorCode::kUnsupported,
                        path +
                            " was gone through again by `spinneret crawl --refresh`, which a crawl on PostgreSQL "
                            "cannot be; it stays a file")
                  : visits.error();
  }
  return std::unique_ptr<CrawlPush>(std::make_unique<CrawlPushImpl>(*std::move(file)));
}

}  // namespace spinneret
