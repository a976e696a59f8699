// The one class behind postgres_store.h. Its sources: postgres_store.cc (rows and transactions), postgres_join.cc (the
// beginning and the end), postgres_loads.cc (what is read back), postgres_sharing.cc (leases, and what agents tell each
// other).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
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
#include "storage/postgres/postgres_store.h"

namespace spinneret {

// A URL's key in the database: the host's key and the fingerprint, big-endian.
using PgUrlId = std::array<char, 20>;
PgUrlId PgUrlIdOf(HostKey host, const UrlFingerprint& fingerprint);
HostKey PgHostOf(const PgUrlId& id);
UrlFingerprint PgFingerprintOf(const PgUrlId& id);
// As a parameter.
std::string PgHexOf(std::string_view bytes);
std::string PgNumberOf(HostKey host);

class PostgresStore final : public Store, public SharedCrawl {
 public:
  PostgresStore(PostgresPlace place, PgConnection connection, PgIdentity identity)
      : place_(std::move(place)), identity_(std::move(identity)), connection_(std::move(connection)) {}
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

  void SetNamer(Namer namer) override { namer_ = std::move(namer); }
  UrlHandle IssueHandle(HostKey host, const UrlFingerprint& fingerprint) override;
  ForwardedRow NameOf(UrlHandle url) const override {
    ForwardedRow row;
    row.host = PgHostOf(IdOf(url));
    row.fingerprint = PgFingerprintOf(IdOf(url));
    return row;
  }
  bool Owns(HostKey host) const override { return owned_.contains(host); }
  bool IsFresh(HostKey host) const override { return fresh_.contains(host); }
  bool Leased(HostKey host) const override;
  Result<std::size_t> LeaseHosts(std::size_t most) override;
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
  Result<std::uint64_t> GrantPages(std::uint64_t wanted) override;
  Result<bool> EndIfDone() override;
  Result<void> End(std::string_view reason) override;
  std::chrono::nanoseconds lease_deadline() const override { return lease_deadline_; }

 private:
  struct Lease {
    HostKey host;
    std::string name;
  };

  CopyBuffer& Rows(PgTable table) { return batch_.Rows(table); }
  const PgUrlId& IdOf(UrlHandle url) const;
  std::string_view BytesOf(UrlHandle url) const { return {IdOf(url).data(), sizeof(PgUrlId)}; }
  UrlHandle HandleOf(std::string_view id);  // by the namer; none for ""
  void Unsupported(std::string_view what);
  void Fail(Error error);

  Result<void> CommitNow();
  Result<void> SendBatch();
  Result<void> Fence();
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
  // Between commits, where they are far apart: renews a lease of which half has passed.
  Result<void> StayAlive();
  void HoldLease(std::chrono::nanoseconds since);

  // --- Constant
  const PostgresPlace place_;
  const PgIdentity identity_;
  ThreadChecker thread_;

  PgConnection connection_;
  std::optional<Error> failure_;  // the first; nothing is written after it
  std::string warning_;
  bool finished_ = false;

  // --- This agent
  std::int64_t run_ = 0;      // 0: it has not joined
  std::int64_t batches_ = 0;  // committed
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
  bool arrivals_taken_ = false;                                                   // and not committed

  // --- What is known
  Namer namer_;
  std::deque<PgUrlId> ids_;                                             // by handle - 1
  boost::unordered_flat_map<std::uint32_t, std::string> texts_;         // of pending URLs, and of those in this batch
  boost::unordered_flat_map<std::uint32_t, std::uint32_t> attempts_;    // of the last fetch of pending URLs
  boost::unordered_flat_map<std::string, std::string> states_;          // written or read
  boost::unordered_flat_set<HostKey, std::hash<HostKey>> known_hosts_;  // have a row
  boost::unordered_flat_set<HostKey, std::hash<HostKey>> owned_;
  boost::unordered_flat_set<HostKey, std::hash<HostKey>> fresh_;
  std::vector<Lease> leased_;  // by the last LeaseHosts
  boost::unordered_flat_set<std::string> known_digests_;
  boost::unordered_flat_set<std::string> widened_;
};

}  // namespace spinneret
