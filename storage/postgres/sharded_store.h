// ShardedStore: one crawl on several PostgreSQL servers (docs/decisions/0018-several-servers.md).
//
// Where      a host, with all that is known of its URLs and what others tell its owner, lies on the server that its key
//            names; a body on the one that its digest names. What concerns the whole crawl lies on the first: seeds read,
//            page limit, scope, agents, state, samples, events, the end.
// Commit     is a transaction on each server. First what others are told, everywhere; then each server's own rows; the
//            first server last. What is found on one server and concerns another is always told (SharedCrawl::Apart), so
//            that a commit cut short at any point loses no URL: it is told again, when the page is asked again.
// Lease      one on each server. Where one is lost, all are.
// Errors     the first; nothing is written on any server after it.
// Thread     as Store.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_checker.h"
#include "storage/postgres/pg_servers.h"
#include "storage/postgres/postgres_store_impl.h"

namespace spinneret {

class ShardedStore final : public Store, public SharedCrawl {
 public:
  // At least two, in the crawl's order; all with these names.
  ShardedStore(std::shared_ptr<PgUrlNames> names, std::vector<std::unique_ptr<PostgresStore>> shards);

  SharedCrawl* shared() override { return this; }
  const HashSecret& secret() const override { return home().secret(); }
  const std::string& settings() const override { return home().settings(); }

  // --- Store: rows of a host go to its server
  void AddHost(HostKey key, std::string_view name) override { Of(key).AddHost(key, name); }
  UrlHandle AddUrl(const UrlRow& row) override { return Of(row.host).AddUrl(row); }
  void AddFetch(const FetchRow& row) override { Of(row.url).AddFetch(row); }
  void AddOutcome(const OutcomeRow& row) override;
  void RemoveOutcome(UrlHandle url) override;
  void AddPage(const PageRow& row) override { Of(row.url).AddPage(row); }
  void AddLinks(UrlHandle from, std::span<const LinkRow> links) override { Of(from).AddLinks(from, links); }
  void DefineRecipe(std::string_view recipe, std::span<const std::string> fields) override;
  void AddRecord(UrlHandle url, std::string_view recipe, std::string_view json) override {
    Of(url).AddRecord(url, recipe, json);
  }
  void AddExtract(UrlHandle url, std::string_view kind, std::string_view value) override {
    Of(url).AddExtract(url, kind, value);
  }
  void AddBody(const BodyRow& row) override;
  void Readmit(UrlHandle url, std::uint32_t depth, std::int16_t hops_left, AdmissionCode admission,
               std::string_view detail) override {
    Of(url).Readmit(url, depth, hops_left, admission, detail);
  }
  void SaveRobots(const RobotsRow& row) override { Of(row.host).SaveRobots(row); }
  void AddSample(const SampleRow& row) override { home().AddSample(row); }
  void AddEvent(const EventRow& row) override { home().AddEvent(row); }
  void SetState(std::string_view key, std::string_view value) override { home().SetState(key, value); }
  std::string GetState(std::string_view key) override { return home().GetState(key); }
  Result<void> LoadStates(std::string_view prefix, const StateVisitor& visit) override {
    return home().LoadStates(prefix, visit);
  }
  // Not kept on PostgreSQL; the first server says so.
  void DefineTextIndex() override { home().DefineTextIndex(); }
  void AddText(UrlHandle url, std::string_view title, std::string_view text) override {
    home().AddText(url, title, text);
  }
  std::int64_t AddSitemap(const SitemapRow& row) override { return home().AddSitemap(row); }
  void EndSitemap(const SitemapEndRow& row) override { home().EndSitemap(row); }
  void AddSitemapUrl(const SitemapUrlRow& row) override { home().AddSitemapUrl(row); }
  Result<void> LoadSitemaps(const SitemapVisitor& visit) override { return home().LoadSitemaps(visit); }
  Result<void> LoadPriorities(const std::function<void(UrlHandle, std::uint8_t tenths)>& visit) override {
    return home().LoadPriorities(visit);
  }
  Result<std::vector<UrlHandle>> LoadRetryable() override { return home().LoadRetryable(); }
  Result<void> LoadSkipped(std::string_view reason, const SkipVisitor& visit) override {
    return home().LoadSkipped(reason, visit);
  }

  void Commit(Done done) override { done(CommitNow()); }
  void ReadUrls(std::span<const UrlHandle> urls, Texts done) override;
  void ReadTargets(UrlHandle page, Handles done) override { Of(page).ReadTargets(page, std::move(done)); }

  Result<void> LoadHosts(const HostVisitor& visit) override;
  Result<void> LoadUrls(const UrlVisitor& visit) override;
  Result<void> LoadRobots(const RobotsVisitor& visit) override;
  Result<void> LoadContents(const ContentVisitor& visit) override;
  Result<void> LoadHostPages(const std::function<void(HostKey, std::uint64_t pages)>& visit) override;
  Result<Totals> LoadTotals() override;

  void BeginRun(std::string_view settings, std::int64_t at_ms) override;
  Result<void> Finish(std::string_view end_reason, std::int64_t at_ms, Indexes indexes) override;
  int WatchFd() const override { return -1; }
  void HandleEvents() override {}
  std::string TakeWarning() override;

  // --- SharedCrawl
  void SetNamer(Namer namer) override { names_->SetNamer(std::move(namer)); }
  UrlHandle IssueHandle(HostKey host, const UrlFingerprint& fingerprint) override {
    return names_->Issue(host, fingerprint);
  }
  ForwardedRow NameOf(UrlHandle url) const override { return home().NameOf(url); }
  bool Owns(HostKey host) const override { return Of(host).Owns(host); }
  bool IsFresh(HostKey host) const override { return Of(host).IsFresh(host); }
  bool Leased(HostKey host) const override { return Of(host).Leased(host); }
  Result<std::size_t> LeaseHosts(std::size_t most) override;
  bool Apart(UrlHandle from, HostKey to) const override { return &Of(from) != &Of(to); }
  bool Uncommitted(UrlHandle url) const override { return Of(url).Uncommitted(url); }
  void Forward(const ForwardedRow& row) override { Of(row.host).Forward(row); }
  Result<std::size_t> TakeArrivals(const std::function<void(const ForwardedRow&)>& visit) override;
  void NoteSeedChain(UrlHandle url) override { Of(url).NoteSeedChain(url); }
  void NoteWidened(std::string_view url) override { home().NoteWidened(url); }
  Result<Seeding> TakeSeeding() override { return home().TakeSeeding(); }
  void EndSeeding(std::optional<std::uint64_t> page_limit) override { home().EndSeeding(page_limit); }
  Result<void> LoadSeeds(const std::function<void(std::string_view url)>& visit) override;
  Result<void> Reopen(std::optional<std::uint64_t> page_limit) override { return home().Reopen(page_limit); }
  void SetStanding(const Standing& standing) override { standing_ = standing; }
  Result<News> Listen() override;
  Result<std::uint64_t> GrantPages(std::uint64_t wanted) override;
  Result<bool> EndIfDone() override;
  Result<void> End(std::string_view reason) override { return home().End(reason); }
  std::chrono::nanoseconds lease_deadline() const override;

 private:
  struct Shard {
    std::unique_ptr<PostgresStore> store;
    Standing done;  // of this agent's verdicts, those on this server
  };
  using Others = std::span<const Shard>;

  std::size_t PlaceOf(HostKey host) const { return PgServerOf(host, shards_.size()); }
  PostgresStore& Of(HostKey host) const { return *shards_[PlaceOf(host)].store; }
  PostgresStore& Of(UrlHandle url) const { return Of(names_->HostOf(url)); }
  PostgresStore& home() const { return *shards_.front().store; }
  Others others() const { return Others(shards_).subspan(1); }
  Result<void> OnEach(const std::function<Result<void>(PostgresStore&)>& call) const;

  Result<void> CommitNow();
  Result<void> CommitEach();
  std::optional<Error> FirstFailure() const;
  // Calls `load` for each server; while it calls `row` for each row, the leases on all servers are kept.
  using Row = std::function<void()>;
  Result<void> LoadLong(const std::function<Result<void>(PostgresStore&, const Row& row)>& load);

  const std::shared_ptr<PgUrlNames> names_;
  std::vector<Shard> shards_;
  ThreadChecker thread_;
  Standing standing_;     // of the whole agent
  std::size_t next_ = 0;  // who is asked for hosts first
};

}  // namespace spinneret
