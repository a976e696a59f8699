// PostgresStore: rows, and the transaction that holds them.
#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "base/check.h"
#include "storage/postgres/pg_recipe_view.h"
#include "storage/postgres/postgres_store_impl.h"

namespace spinneret {
namespace {

constexpr std::int16_t kNoHopLimit = 0x7FFF;
constexpr std::chrono::milliseconds kReconnectPause{200};
constexpr int kMostConflicts = 20;

}  // namespace

// --- The transaction

void PostgresStore::Fail(Error error) {
  if (!failure_) {
    failure_ = std::move(error);
  }
}

void PostgresStore::Unsupported(std::string_view what) {
  Fail(Error{ErrorCode::kUnsupported, fmt::format("{}: {} cannot be kept on PostgreSQL", connection_.shown(), what)});
}

Result<void> PostgresStore::Prepare() {
  // What an agent holds that is stopped between two statements is let go by the server, before others that wait for it
  // lose their own leases; in the middle of one, see ReapDead.
  if (Result<void> set =
          connection_.Execute(fmt::format("SET idle_in_transaction_session_timeout = {}; SET synchronous_commit = on;"
                                          " SET client_min_messages = warning",
                                          place_.lease.count() / 2));
      !set) {
    return set;
  }
  if (run_ != 0) {
    if (Result<void> named = NameSession(); !named) {
      return named;
    }
  }
  return PgBatch::Prepare(connection_);
}

Result<void> PostgresStore::Reconnect() {
  Result<PgConnection> connection = PgConnection::Open(place_.url);
  if (!connection) {
    return std::move(connection).error();
  }
  connection_ = std::move(*connection);
  return Prepare();
}

Result<void> PostgresStore::Persist(const std::function<Result<void>()>& work) {
  int conflicts = 0;
  while (true) {
    Result<void> done = connection_.broken() ? Reconnect() : Result<void>();
    if (done) {
      done = work();
      if (done) {
        return {};
      }
    }
    const bool broken = connection_.broken();
    if (!broken && connection_.in_transaction()) {
      (void)connection_.Execute("ROLLBACK");
    }
    const bool conflict = done.error().code == ErrorCode::kStorageBusy && ++conflicts <= kMostConflicts;
    if (!broken && !conflict) {
      return done;
    }
    if (run_ == 0 || BootTime() >= lease_end_) {
      return run_ == 0 ? done
                       : Result<void>(Error{ErrorCode::kStorage,
                                            fmt::format("{}, and could not be reached again within the lease of {} s",
                                                        done.error().message, place_.lease.count() / 1000)});
    }
    if (broken) {
      warning_ = "the connection broke and is made again: " + done.error().message;
      std::this_thread::sleep_for(kReconnectPause);
    }
  }
}

Result<PgRows> PostgresStore::Ask(const std::string& sql, std::initializer_list<PgParameter> parameters) {
  if (failure_) {
    return *failure_;
  }
  PgRows rows;
  const std::vector<PgParameter> kept(parameters);
  Result<void> done = Persist([&]() -> Result<void> {
    Result<PgRows> answer = connection_.Query(sql, kept);
    if (!answer) {
      return std::move(answer).error();
    }
    rows = std::move(*answer);
    return {};
  });
  if (!done) {
    return std::move(done).error();
  }
  return rows;
}

// The agent's own row says whether it may still write, and is locked until the transaction ends: who takes its hosts over
// marks the row first, and so comes before or after, never in between. A lease that has ended, but that nobody has taken
// up, is renewed.
Result<void> PostgresStore::Fence(const Standing& standing) {
  const auto number = [](std::uint64_t n) { return std::to_string(n); };
  const std::chrono::nanoseconds before = BootTime();
  const Result<PgRows> fence = connection_.Query(
      "UPDATE runs SET batch = $2, expires_at = clock_timestamp() + $3::bigint * interval '1 ms', idle = $4, heard = "
      "$5,"
      " quota = $6, pages = $7, redirects = $8, failed = $9, skipped = $10, pending = $11, seeds = $12,"
      " seeds_fetched = $13"
      " WHERE id = $1 AND batch = $2 - 1 AND alive",
      {Me(), std::to_string(batches_ + 1), std::to_string(place_.lease.count()), standing.idle ? "t" : "f",
       number(heard_), number(standing.quota), number(standing.pages), number(standing.redirects),
       number(standing.failed), number(standing.skipped), number(standing.pending), number(standing.seeds),
       number(standing.seeds_fetched)});
  if (!fence) {
    return fence.error();
  }
  if (fence->affected() != 1) {
    return LeaseLost();
  }
  lease_end_ = before + place_.lease;
  return {};
}

Result<void> PostgresStore::SendBatch(PgBatch::What what, const Standing& standing) {
  if (Result<void> begun = connection_.Execute("BEGIN"); !begun) {
    return begun;
  }
  Result<void> done = Fence(standing);
  if (!done && done.error().code == ErrorCode::kLeaseLost) {
    // A connection that broke during COMMIT: perhaps it had happened.
    const Result<PgRows> row = connection_.Query("SELECT batch FROM runs WHERE id = $1 AND alive", {Me()});
    if (row && row->size() == 1 && row->Integer(0, 0) == batches_ + 1) {
      return connection_.Execute("ROLLBACK");
    }
  }
  if (done) {
    done = batch_.Send(connection_, what);
  }
  if (done && seeding_ended_ && what == PgBatch::What::kAll) {
    const Result<PgRows> seeded =
        connection_.Query("UPDATE crawl SET seeded = true, page_limit = $1",
                          {page_limit_ ? PgParameter(std::to_string(*page_limit_)) : PgParameter()});
    done = seeded ? Result<void>() : Result<void>(seeded.error());
  }
  return done ? connection_.Execute("COMMIT") : done;
}

Result<void> PostgresStore::Send(PgBatch::What what, const Standing& standing) {
  if (Result<void> sent = Persist([&] { return SendBatch(what, standing); }); !sent) {
    Fail(sent.error());
    return sent;
  }
  ++batches_;
  told_ = standing;
  told_heard_ = heard_;
  committed_at_ = BootTime();
  lease_deadline_ = lease_end_ - place_.lease / 10;
  return {};
}

Result<void> PostgresStore::CommitAhead() {
  if (failure_) {
    return *failure_;
  }
  // The pages that are counted are those that are committed.
  Standing standing = told_;
  standing.idle = false;
  standing.quota = std::max(told_.quota, standing_.quota);
  if (Result<void> sent = Send(PgBatch::What::kAhead, standing); !sent) {
    return sent;
  }
  batch_.ClearAhead();
  return {};
}

Result<void> PostgresStore::CommitNow() {
  SPINNERET_CHECK(thread_.CalledOnOwner(), "a store belongs to the thread that made it");
  SPINNERET_CHECK(!finished_, "the store takes no calls after Finish");
  if (failure_) {
    return *failure_;
  }
  if (run_ == 0) {
    return Err(ErrorCode::kInternal, "a run begins before the first commit");
  }
  const bool news = !batch_.empty() || seeding_ended_ || standing_ != told_ || heard_ != told_heard_;
  if (!news && BootTime() < committed_at_ + place_.lease / 6) {
    return {};
  }
  if (Result<void> sent = Send(PgBatch::What::kAll, standing_); !sent) {
    return sent;
  }
  batch_.Clear();
  for (const UrlHandle url : decided_) {
    texts_.erase(url.value);
    attempts_.erase(url.value);
  }
  for (const UrlHandle url : refused_) {
    texts_.erase(url.value);
  }
  decided_.clear();
  refused_.clear();
  new_targets_.clear();
  new_onwards_.clear();
  record_count_.clear();
  changed_.clear();
  arrivals_taken_ = false;
  seeding_ended_ = false;
  return {};
}

// --- Hosts and URLs

void PostgresStore::AddHost(HostKey key, std::string_view name) {
  if (!known_hosts_.insert(key).second) {
    return;
  }
  CopyBuffer& rows = Rows(PgTable::kHosts);
  rows.Row(2);
  rows.Big(static_cast<std::int64_t>(key.value));
  rows.Text(name);
}

UrlHandle PostgresStore::AddUrl(const UrlRow& row) {
  const UrlHandle url = names_->HandleOf(row.host, row.fingerprint);
  texts_.insert_or_assign(url.value, std::string(row.url));
  changed_.insert(url.value);
  if (row.admission != AdmissionCode::kAdmitted) {
    refused_.push_back(url);
  }
  CopyBuffer& rows = Rows(PgTable::kUrls);
  rows.Row(12);
  rows.Bytes(BytesOf(url));
  rows.Big(static_cast<std::int64_t>(row.host.value));
  rows.Small(static_cast<std::int16_t>(row.admission));
  rows.Integer(static_cast<std::int32_t>(row.depth));
  row.hops_left == kNoHopLimit ? rows.Null() : rows.Small(row.hops_left);
  row.parent ? rows.Bytes(BytesOf(row.parent)) : rows.Null();
  rows.Small(static_cast<std::int16_t>(row.via));
  rows.Small(row.redirect_hops);
  rows.Bool(row.seed_chain);
  rows.Text(row.url);
  rows.TextOrNull(row.detail);
  rows.TextOrNull(row.tag);
  return url;
}

void PostgresStore::Readmit(UrlHandle url, std::uint32_t depth, std::int16_t hops_left, AdmissionCode admission,
                            std::string_view detail) {
  changed_.insert(url.value);
  CopyBuffer& rows = Rows(PgTable::kReadmitted);
  rows.Row(6);
  rows.Bytes(BytesOf(url));
  rows.Big(++changes_);
  rows.Integer(static_cast<std::int32_t>(depth));
  hops_left == kNoHopLimit ? rows.Null() : rows.Small(hops_left);
  rows.Small(static_cast<std::int16_t>(admission));
  rows.TextOrNull(detail);
}

void PostgresStore::NoteSeedChain(UrlHandle url) {
  CopyBuffer& rows = Rows(PgTable::kSeedChains);
  rows.Row(1);
  rows.Bytes(BytesOf(url));
}

// --- Attempts and verdicts

void PostgresStore::AddFetch(const FetchRow& row) {
  attempts_[row.url.value] = row.attempt;
  CopyBuffer& rows = Rows(PgTable::kFetches);
  rows.Row(23);
  rows.Bytes(BytesOf(row.url));
  rows.Integer(static_cast<std::int32_t>(row.attempt));
  rows.Big(row.at_ms);
  row.status == 0 ? rows.Null() : rows.Integer(row.status);
  rows.TextOrNull(row.error);
  rows.TextOrNull(row.ip);
  rows.TextOrNull(row.http_version);
  for (const double phase : {row.dns_ms, row.connect_ms, row.tls_ms, row.ttfb_ms, row.total_ms}) {
    rows.RealUnlessNegative(phase);
  }
  rows.Big(row.bytes_wire);
  rows.Big(row.bytes_body);
  rows.TextOrNull(row.mime);
  rows.TextOrNull(row.charset);
  rows.BytesOrNull(row.digest);
  rows.TextOrNull(TruncationName(row.truncated));
  rows.TextOrNull(row.content_encoding);
  rows.TextOrNull(row.etag);
  rows.TextOrNull(row.last_modified);
  rows.TextOrNull(row.error_detail);
  rows.BytesOrNull(row.headers);
}

void PostgresStore::AddOutcome(const OutcomeRow& row) {
  const auto attempt = attempts_.find(row.url.value);
  SPINNERET_CHECK(!row.has_fetch || attempt != attempts_.end(), "an outcome's fetch was added before it");
  CopyBuffer& rows = Rows(PgTable::kOutcomes);
  rows.Row(6);
  rows.Bytes(BytesOf(row.url));
  rows.Small(static_cast<std::int16_t>(row.kind));
  row.has_fetch ? rows.Integer(static_cast<std::int32_t>(attempt->second)) : rows.Null();
  row.redirect_to ? rows.Bytes(BytesOf(row.redirect_to)) : rows.Null();
  rows.TextOrNull(row.reason);
  rows.TextOrNull(row.detail);
  if (row.redirect_to) {
    new_onwards_.insert_or_assign(row.url.value, row.redirect_to);
  }
  decided_.push_back(row.url);
}

void PostgresStore::RemoveOutcome(UrlHandle url) {
  CopyBuffer& rows = batch_.Removals();
  rows.Row(1);
  rows.Bytes(BytesOf(url));
  new_targets_.erase(url.value);
  new_onwards_.erase(url.value);
  std::erase(decided_, url);
}

// --- Pages and what they bring

void PostgresStore::AddPage(const PageRow& row) {
  CopyBuffer& rows = Rows(PgTable::kPages);
  rows.Row(12);
  rows.Bytes(BytesOf(row.url));
  rows.Integer(static_cast<std::int32_t>(row.word_count));
  rows.Bool(row.by_tree);
  for (const std::uint64_t hash : {row.text_hash, row.sim_hash}) {
    hash == 0 ? rows.Null() : rows.Big(static_cast<std::int64_t>(hash));
  }
  for (const std::string_view text :
       {row.lang, row.robots, row.cut, row.title, row.canonical, row.h1, row.description}) {
    rows.TextOrNull(text);
  }
}

void PostgresStore::AddLinks(UrlHandle from, std::span<const LinkRow> links) {
  if (links.empty()) {
    return;
  }
  std::vector<UrlHandle>& targets = new_targets_[from.value];
  CopyBuffer& rows = Rows(PgTable::kLinks);
  const std::string_view id = BytesOf(from);
  std::int32_t position = 0;
  for (const LinkRow& link : links) {
    rows.Row(7);
    rows.Bytes(id);
    rows.Integer(++position);
    rows.Bytes(BytesOf(link.to));
    rows.Bool(link.nofollow);
    rows.Text(link.tag);
    rows.Text(link.rel);
    rows.Text(link.text);
    if (!link.nofollow) {
      targets.push_back(link.to);
    }
  }
}

void PostgresStore::DefineRecipe(std::string_view recipe, std::span<const std::string> fields) {
  if (failure_) {
    return;
  }
  Result<void> made = Persist([&] {
    return Transact([&]() -> Result<void> {
      if (Result<void> locked = LockPgMaking(connection_); !locked) {
        return locked;
      }
      const Result<PgRows> there = connection_.Query("SELECT to_regclass($1)", {PgRecipeViewName(connection_, recipe)});
      if (!there) {
        return there.error();
      }
      // All agents have the same recipes: who comes second has nothing to make.
      return there->IsNull(0, 0) ? connection_.Execute(PgRecipeViewSql(connection_, recipe, fields)) : Result<void>();
    });
  });
  if (!made) {
    Fail(std::move(made).error());
  }
}

void PostgresStore::AddRecord(UrlHandle url, std::string_view recipe, std::string_view json) {
  CopyBuffer& rows = Rows(PgTable::kRecords);
  rows.Row(4);
  rows.Bytes(BytesOf(url));
  rows.Text(recipe);
  rows.Integer(++record_count_[url.value]);
  rows.Text(json);
}

void PostgresStore::AddExtract(UrlHandle url, std::string_view kind, std::string_view value) {
  CopyBuffer& rows = Rows(PgTable::kExtracts);
  rows.Row(4);
  rows.Bytes(BytesOf(url));
  rows.Text(kind);
  rows.Integer(++record_count_[url.value]);
  rows.Text(value);
}

void PostgresStore::AddBody(const BodyRow& row) {
  SPINNERET_CHECK(row.digest.size() == 32, "a body's digest is a SHA-256");
  if (!known_digests_.insert(std::string(row.digest)).second) {
    return;
  }
  CopyBuffer& rows = Rows(PgTable::kBodies);
  rows.Row(3);
  rows.Bytes(row.digest);
  rows.Big(row.size);
  rows.Bytes(row.zstd);
}

// --- Hosts' rules, samples, events, state

void PostgresStore::SaveRobots(const RobotsRow& row) {
  CopyBuffer& rows = Rows(PgTable::kRobots);
  rows.Row(11);
  rows.Big(static_cast<std::int64_t>(row.host.value));
  rows.Text(row.origin);
  rows.Big(row.fetched_at_ms);
  rows.Big(run_);
  rows.Big(++forwarded_);
  rows.Big(row.expires_at_ms);
  row.status == 0 ? rows.Null() : rows.Integer(row.status);
  rows.Text(row.state);
  row.crawl_delay_ms < 0 ? rows.Null() : rows.Big(row.crawl_delay_ms);
  rows.TextOrNull(row.error);
  rows.TextOrNull(row.body);
}

std::int64_t PostgresStore::AddSitemap(const SitemapRow&) {
  Unsupported("sitemaps");
  return 1;
}

void PostgresStore::AddSample(const SampleRow& row) {
  CopyBuffer& rows = Rows(PgTable::kSamples);
  rows.Row(17);
  rows.Big(run_);
  rows.Big(row.at_ms);
  for (const std::uint64_t count :
       {row.pages, row.fetches, row.failed, row.known, row.pending, row.in_flight, row.ready_hosts, row.bytes_wire}) {
    rows.Big(static_cast<std::int64_t>(count));
  }
  rows.Real(row.main_utilization);
  rows.Real(row.worker_utilization);
  rows.Big(static_cast<std::int64_t>(row.transfers));
  rows.Real(row.commit_share);
  rows.Integer(static_cast<std::int32_t>(row.workers));
  rows.Integer(static_cast<std::int32_t>(row.connections));
  rows.TextOrNull(row.decision);
}

void PostgresStore::AddEvent(const EventRow& row) {
  CopyBuffer& rows = Rows(PgTable::kEvents);
  rows.Row(4);
  rows.Big(run_);
  rows.Big(row.at_ms);
  rows.Text(row.kind);
  rows.Text(row.detail);
}

void PostgresStore::SetState(std::string_view key, std::string_view value) {
  states_.insert_or_assign(std::string(key), std::string(value));
  CopyBuffer& rows = Rows(PgTable::kState);
  rows.Row(3);
  rows.Text(key);
  rows.Big(++changes_);
  rows.Text(value);
}

}  // namespace spinneret
