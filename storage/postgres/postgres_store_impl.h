// The one class behind postgres_store.h. Its sources: postgres_store.cc (rows and transactions), postgres_join.cc (the
// beginning and the end), postgres_loads.cc (what is read back), postgres_sharing.cc (leases, and what agents tell each
// other).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "base/clock.h"
#include "base/thread_checker.h"
#include "storage/postgres/pg_batch.h"
#include "storage/postgres/pg_connection.h"
#include "storage/postgres/pg_crawl.h"
#include "storage/postgres/pg_url_names.h"
#include "storage/postgres/postgres_store.h"

namespace spinneret {

// A run on one of several servers: what page limits and the end want to know of it.
struct PgRun {
  std::int64_t home_run = 0;  // its run on the crawl's first server
  bool alive = false;
  std::uint64_t pages = 0;  // committed on this server
};

class PostgresStore final : public Store, public SharedCrawl {
 public:
  PostgresStore(PostgresPlace place, PgConnection connection, PgIdentity identity, std::shared_ptr<PgUrlNames> names)
      : place_(std::move(place)),
        identity_(std::move(identity)),
        names_(std::move(names)),
        connection_(std::move(connection)) {}
  Result<void> Prepare();

  SharedCrawl* shared() override { return this; }
  const HashSecret& secret() const override { return identity_.secret; }
  const std::string& settings() const override { return identity_.settings; }

  void AddHost(HostKey key, std::string_view name) override;
  UrlHandle AddUrl(const UrlRow& row) override;
  void AddFetch(const FetchRow& row) override;
  void AddOutcome(const OutcomeRow& row) override;
  void RemoveOutcome(UrlHandle url) override;
  void AddPage(const PageRow& row) override;
  void AddLinks(UrlHandle from, std::span<const LinkRow> links) override;
  void DefineRecipe(std::string_view recipe, std::span<const std::string> fields) override;
  void AddRecord(UrlHandle url, std::string_view recipe, std::string_view json) override;
  void AddExtract(UrlHandle url, std::string_view kind, std::string_view value) override;
  void DefineTextIndex() override { Unsupported("a full-text index"); }
  void AddText(UrlHandle, std::string_view, std::string_view) override { Unsupported("a full-text index"); }
  void AddBody(const BodyRow& row) override;
  void Readmit(UrlHandle url, std::uint32_t depth, std::int16_t hops_left, AdmissionCode admission,
               std::string_view detail) override;
  void SaveRobots(const RobotsRow& row) override;
  std::int64_t AddSitemap(const SitemapRow&) override;
  void EndSitemap(const SitemapEndRow&) override { Unsupported("sitemaps"); }
  void AddSitemapUrl(const SitemapUrlRow&) override { Unsupported("sitemaps"); }
  void AddSample(const SampleRow& row) override;
  void AddEvent(const EventRow& row) override;
  void SetState(std::string_view key, std::string_view value) override;
  std::string GetState(std::string_view key) override;
  Result<void> LoadStates(std::string_view prefix, const StateVisitor& visit) override;
  void Commit(Done done) override { done(CommitNow()); }

  void ReadUrls(std::span<const UrlHandle> urls, Texts done) override { done(UrlTexts(urls)); }
  void ReadTargets(UrlHandle page, Handles done) override { done(Targets(page)); }

  Result<void> LoadHosts(const HostVisitor& visit) override;
  Result<void> LoadUrls(const UrlVisitor& visit) override;
  Result<void> LoadRobots(const RobotsVisitor& visit) override;
  Result<void> LoadSitemaps(const SitemapVisitor&) override { return {}; }
  Result<void> LoadPriorities(const std::function<void(UrlHandle, std::uint8_t tenths)>&) override { return {}; }
  Result<std::vector<UrlHandle>> LoadRetryable() override;
  Result<void> LoadContents(const ContentVisitor& visit) override;
  Result<void> LoadSkipped(std::string_view reason, const SkipVisitor& visit) override;
  Result<Totals> LoadTotals() override;
  Result<void> LoadHostPages(const std::function<void(HostKey, std::uint64_t pages)>& visit) override;

  void BeginRun(std::string_view settings, std::int64_t at_ms) override;
  Result<void> Finish(std::string_view end_reason, std::int64_t at_ms, Indexes indexes) override;
  int WatchFd() const override { return -1; }
  void HandleEvents() override {}
  std::string TakeWarning() override { return std::exchange(warning_, {}); }

  void SetNamer(Namer namer) override { names_->SetNamer(std::move(namer)); }
  UrlHandle IssueHandle(HostKey host, const UrlFingerprint& fingerprint) override {
    return names_->Issue(host, fingerprint);
  }
  ForwardedRow NameOf(UrlHandle url) const override {
    ForwardedRow row;
    row.host = names_->HostOf(url);
    row.fingerprint = PgFingerprintOf(names_->IdOf(url));
    return row;
  }
  bool Owns(HostKey host) const override { return owned_.contains(host); }
  bool IsFresh(HostKey host) const override { return fresh_.contains(host); }
  bool Leased(HostKey host) const override;
  Result<std::size_t> LeaseHosts(std::size_t most) override;
  bool Uncommitted(UrlHandle url) const override { return changed_.contains(url.value); }
  void Forward(const ForwardedRow& row) override;
  Result<std::size_t> TakeArrivals(const std::function<void(const ForwardedRow&)>& visit) override;
  void NoteSeedChain(UrlHandle url) override;
  void NoteWidened(std::string_view url) override;
  Result<Seeding> TakeSeeding() override;
  void EndSeeding(std::optional<std::uint64_t> page_limit) override;
  Result<void> LoadSeeds(const std::function<void(std::string_view url)>& visit) override;
  Result<void> Reopen(std::optional<std::uint64_t> page_limit) override;
  void SetStanding(const Standing& standing) override { standing_ = standing; }
  Result<News> Listen() override;
  Result<std::uint64_t> GrantPages(std::uint64_t wanted) override { return GrantPages(wanted, {}); }
  Result<bool> EndIfDone() override { return EndIfDone({}); }
  Result<void> End(std::string_view reason) override;
  std::chrono::nanoseconds lease_deadline() const override { return lease_deadline_; }

  // --- As one of several servers (sharded_store.h)
  void SetHomeRun(std::int64_t run) { home_run_ = run; }
  std::int64_t run() const { return run_; }
  const std::optional<Error>& failure() const { return failure_; }
  // Nothing is written from then on, and the next Commit says why.
  void Fail(Error error);
  bool HasRows() const { return !batch_.empty(); }
  bool HasRowsAhead() const { return batch_.has_ahead(); }
  // As the others see it.
  bool idle() const { return told_.idle; }
  // Commits what others are to know before this agent commits what it came from; it is at work until its next Commit.
  Result<void> CommitAhead();
  Result<void> MarkBusy();
  // The first half of LeaseHosts, which changes nothing: how many hosts there are to lease, or dead agents to
  // take them from.
  struct Free {
    std::size_t share = 0;
    bool dead = false;
  };
  Result<Free> LookForHosts(std::size_t most);
  Result<std::size_t> Lease(std::size_t share);
  Result<void> StayAlive();  // renews a lease of which half has passed
  // Frees this agent's hosts, and its run is over. What is not committed is dropped.
  Result<void> Leave(std::string_view end_reason, std::int64_t at_ms);
  Result<std::vector<PgRun>> Runs();
  // `elsewhere`: the runs on the other servers.
  Result<std::uint64_t> GrantPages(std::uint64_t wanted, std::span<const PgRun> elsewhere);
  // The runs that are alive, if all are without work, and how many transactions each has committed; nothing if not.
  struct Stillness {
    std::string runs, batches;
  };
  Result<std::optional<Stillness>> LookForEnd();
  // Whether this server has no work, and no run of an agent that is not among these runs of the first server.
  Result<bool> HasNoWork(const std::string& home_runs);
  // `since`: only if nothing has changed since then.
  Result<bool> EndIfDone(const std::optional<Stillness>& since);

 private:
  struct LeasedHost {
    HostKey host;
    std::string name;
  };

  CopyBuffer& Rows(PgTable table) { return batch_.Rows(table); }
  std::string_view BytesOf(UrlHandle url) const { return {names_->IdOf(url).data(), sizeof(PgUrlId)}; }
  void Unsupported(std::string_view what);

  Result<void> CommitNow();
  // One transaction, which tells `standing`.
  Result<void> Send(PgBatch::What what, const Standing& standing);
  Result<void> SendBatch(PgBatch::What what, const Standing& standing);
  Result<void> Fence(const Standing& standing);
  // Tries `work`, which is whole transactions or single statements, again on another connection where this one breaks.
  Result<void> Persist(const std::function<Result<void>()>& work);
  Result<void> Reconnect();
  Result<PgRows> Ask(const std::string& sql, std::initializer_list<PgParameter> parameters);
  // `work` in one transaction that finds this agent alive.
  Result<void> Transact(const std::function<Result<void>()>& work);
  std::string Me() const { return std::to_string(run_); }

  Result<std::vector<std::string>> UrlTexts(std::span<const UrlHandle> urls);
  Result<std::vector<UrlHandle>> Targets(UrlHandle page);
  // `sql` for each host that was leased last and is not fresh; $1 and $2 bound the ids of its URLs, $3 is its key.
  Result<void> ForLeased(const std::string& sql, const std::function<void(HostKey, const PgRows&)>& visit);
  Result<void> ReapDead();
  Result<void> NameSession();
  Error LeaseLost() const;
  void HoldLease(std::chrono::nanoseconds since);

  // --- Constant
  const PostgresPlace place_;
  const PgIdentity identity_;
  const std::shared_ptr<PgUrlNames> names_;
  ThreadChecker thread_;

  PgConnection connection_;
  std::optional<Error> failure_;  // the first; nothing is written after it
  std::string warning_;
  bool finished_ = false;

  // --- This agent
  std::int64_t run_ = 0;       // 0: it has not joined
  std::int64_t home_run_ = 0;  // on the first of several servers; 0: this is it
  std::int64_t batches_ = 0;   // committed
  std::chrono::nanoseconds lease_deadline_{0};
  std::chrono::nanoseconds lease_end_{0};  // without the margin
  Standing standing_, told_;               // as it is, and as it was committed last
  std::uint64_t told_heard_ = 0;
  std::chrono::nanoseconds committed_at_{0};
  std::uint64_t heard_ = 0;  // of `widened`
  bool seeding_ended_ = false;
  std::optional<std::uint64_t> page_limit_;

  // --- What is to be written
  PgBatch batch_;
  std::int64_t changes_ = 0;                  // orders changes of one row
  std::int64_t forwarded_ = 0;                // names rows of `arrivals` and `robots`
  std::vector<UrlHandle> decided_, refused_;  // in this batch; what is remembered of them goes with its commit
  boost::unordered_flat_map<std::uint32_t, std::vector<UrlHandle>> new_targets_;  // of pages in this batch
  boost::unordered_flat_map<std::uint32_t, UrlHandle> new_onwards_;               // of outcomes in this batch
  boost::unordered_flat_map<std::uint32_t, std::int32_t> record_count_;           // of pages in this batch
  boost::unordered_flat_set<std::uint32_t> changed_;  // URLs whose row is added or changed in this batch
  bool arrivals_taken_ = false;                       // and not committed

  // --- What is known
  boost::unordered_flat_map<std::uint32_t, std::string> texts_;         // of pending URLs, and of those in this batch
  boost::unordered_flat_map<std::uint32_t, std::uint32_t> attempts_;    // of the last fetch of pending URLs
  boost::unordered_flat_map<std::string, std::string> states_;          // written or read
  boost::unordered_flat_set<HostKey, std::hash<HostKey>> known_hosts_;  // have a row
  boost::unordered_flat_set<HostKey, std::hash<HostKey>> owned_;
  boost::unordered_flat_set<HostKey, std::hash<HostKey>> fresh_;
  std::vector<LeasedHost> leased_;  // by the last LeaseHosts
  boost::unordered_flat_set<std::string> known_digests_;
  boost::unordered_flat_set<std::string> widened_;
};

}  // namespace spinneret
