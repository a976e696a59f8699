// Store: where a crawl is kept. What the scheduler writes to, whichever engine is behind it.
//
// Transactions  everything added between two Commits is one transaction: a page's outcome, links, records and the URLs
//               it brought become durable together or not at all. Add… calls take effect at once for later calls
//               (handles are issued, link targets can be read back) and never fail; what went wrong is reported by the
//               next Commit, after which nothing since the last good Commit is in the database and the store takes no
//               more writes.
// Calls         that may have to wait for a server complete by callback, on the calling thread: from within the call
//               (SQLite) or from HandleEvents(), which the owner calls when WatchFd() becomes readable (PostgreSQL).
// Names         hosts by HostKey, URLs by fingerprint when they are added and by the handle that AddUrl issued from
//               then on; row ids stay inside the engine.
// Thread        the scheduler's only. Views in rows are copied before a call returns.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/rows.h"

namespace spinneret {

class SharedCrawl;

class Store {
 public:
  virtual ~Store() = default;

  // What there is besides where several agents work on the crawl at once (shared_crawl.h); null where this process is
  // alone.
  virtual SharedCrawl* shared() { return nullptr; }

  // --- Identity and settings
  virtual const HashSecret& secret() const = 0;
  // The text given at Create, for resume: an opaque JSON of the crawl's options.
  virtual const std::string& settings() const = 0;

  // --- Writing
  // A host that is known already is left as it is.
  virtual void AddHost(HostKey key, std::string_view name) = 0;
  virtual UrlHandle AddUrl(const UrlRow& row) = 0;
  virtual void AddFetch(const FetchRow& row) = 0;
  virtual void AddOutcome(const OutcomeRow& row) = 0;
  // The URL is pending again (a cookie made its redirect chain worth a second look; --retry-failed). Also drops its
  // page and all that was read of it. Its attempts stay and go on counting. Of a revisit: makes room for a new verdict.
  virtual void RemoveOutcome(UrlHandle url) = 0;
  // Once for each page, next to each other, in either order: all links of the page in one call, in document order.
  virtual void AddPage(const PageRow& row) = 0;
  virtual void AddLinks(UrlHandle from, std::span<const LinkRow> links) = 0;
  // Makes or replaces the view of a recipe's records, v_NAME(page_url, FIELD…). Both are names of letters, digits and _.
  virtual void DefineRecipe(std::string_view recipe, std::span<const std::string> fields) = 0;
  virtual void AddRecord(UrlHandle url, std::string_view recipe, std::string_view json) = 0;
  // What a page says of itself, and its text (parser/page_extracts.h has the kinds).
  virtual void AddExtract(UrlHandle url, std::string_view kind, std::string_view value) = 0;
  // The index that `query --search` looks into, made if it is not there; and a page in it.
  virtual void DefineTextIndex() = 0;
  virtual void AddText(UrlHandle url, std::string_view title, std::string_view text) = 0;
  // A digest that is stored already is left as it is, over all runs.
  virtual void AddBody(const BodyRow& row) = 0;
  // --- Refresh: URLs with a verdict that are asked again. Until its visit ends, the verdict and all that was read of
  // such a URL stand as they are, and LoadUrls calls it a revisit. An engine that has no refreshes refuses the first of
  // these and is asked for no other.
  // Marks the URLs that are due, and opens every sitemap again. After BeginRun, before anything is loaded.
  virtual Result<void> BeginRefresh(const RefreshRow& /*refresh*/) {
    return Err(ErrorCode::kUnsupported, "this store has no refreshes");
  }
  virtual Revisit GetRevisit(UrlHandle /*url*/) { return {}; }
  // The visit is over; what `visited` says of visits is kept. A new verdict comes after RemoveOutcome.
  virtual void EndRevisit(UrlHandle /*url*/, const Revisit& /*visited*/) {}

  // A shorter path: the URL's depth falls and, if it was refused for depth (or scope, when that was widened), it is
  // admitted now. `detail` is that of a refusal.
  virtual void Readmit(UrlHandle url, std::uint32_t depth, std::int16_t hops_left, AdmissionCode admission,
                       std::string_view detail = {}) = 0;
  // One row a look. The newest of a host and origin that is an answer ("ok", "missing") is its copy.
  virtual void SaveRobots(const RobotsRow& row) = 0;
  // The sitemap's id. Every one gets an EndSitemap in the end.
  virtual std::int64_t AddSitemap(const SitemapRow& row) = 0;
  virtual void EndSitemap(const SitemapEndRow& row) = 0;
  // The first sitemap that lists a URL is the one that is kept.
  virtual void AddSitemapUrl(const SitemapUrlRow& row) = 0;
  virtual void AddSample(const SampleRow& row) = 0;
  virtual void AddEvent(const EventRow& row) = 0;
  // Small named values that belong to the run's state ("seeds:0:position", "scope:extra" …). Part of the transaction.
  virtual void SetState(std::string_view key, std::string_view value) = 0;
  virtual std::string GetState(std::string_view key) = 0;  // "" when not set
  // Those whose key begins with `prefix`, in order of key.
  using StateVisitor = std::function<void(std::string_view key, std::string_view value)>;
  virtual Result<void> LoadStates(std::string_view prefix, const StateVisitor& visit) = 0;

  // Ends the transaction.
  using Done = std::function<void(Result<void>)>;
  virtual void Commit(Done done) = 0;

  // --- Reading back
  // The texts of `urls`, in order. Every handle must be known.
  using Texts = std::function<void(Result<std::vector<std::string>>)>;
  virtual void ReadUrls(std::span<const UrlHandle> urls, Texts done) = 0;
  // Targets of a page's links that are followed, in document order with repeats, and of its redirect or refresh. Empty when it has none.
  using Handles = std::function<void(Result<std::vector<UrlHandle>>)>;
  virtual void ReadTargets(UrlHandle page, Handles done) = 0;

  // --- Resume: everything known, in order of handle; one scan each.
  using HostVisitor = std::function<void(HostKey, std::string_view name)>;
  using UrlVisitor = std::function<void(const KnownUrl&)>;
  using RobotsVisitor = std::function<void(const KnownRobots&)>;
  virtual Result<void> LoadHosts(const HostVisitor& visit) = 0;
  virtual Result<void> LoadUrls(const UrlVisitor& visit) = 0;
  // The copy of each origin that has one.
  virtual Result<void> LoadRobots(const RobotsVisitor& visit) = 0;
  using SitemapVisitor = std::function<void(const KnownSitemap&)>;
  virtual Result<void> LoadSitemaps(const SitemapVisitor& visit) = 0;
  // Of the URLs to which a sitemap gave a priority: in tenths, 0 to 10.
  virtual Result<void> LoadPriorities(const std::function<void(UrlHandle, std::uint8_t tenths)>& visit) = 0;
  // Handles of what a person would want tried again: failed URLs and those skipped as robots_unreachable.
  virtual Result<std::vector<UrlHandle>> LoadRetryable() = 0;

  // What each fetched page held: the first 64 bits of its digest (0: no body) and its text_hash.
  using ContentVisitor = std::function<void(UrlHandle, std::uint64_t content, std::uint64_t text_hash)>;
  virtual Result<void> LoadContents(const ContentVisitor& visit) = 0;
  // URLs whose outcome is a skip for `reason`.
  using SkipVisitor = std::function<void(UrlHandle, std::string_view detail)>;
  virtual Result<void> LoadSkipped(std::string_view reason, const SkipVisitor& visit) = 0;

  struct Totals {
    std::uint64_t pages = 0;  // v_pages rows that are not redirects
    std::uint64_t redirects = 0;
    std::uint64_t failed = 0;
    std::uint64_t skipped = 0;        // outcomes that are skips
    std::uint64_t bytes_body = 0;     // of the deciding fetches of `pages`
    std::uint64_t fetched_seeds = 0;  // seeds with an outcome of fetched or redirected
    std::uint64_t seeds = 0;
  };
  virtual Result<Totals> LoadTotals() = 0;
  // Pages (not redirects) of each host, for --host-limit.
  virtual Result<void> LoadHostPages(const std::function<void(HostKey, std::uint64_t pages)>& visit) = 0;

  // --- A run's beginning and end
  // Inserts the run's row; samples and events belong to it. Call once, before the first commit of a run.
  virtual void BeginRun(std::string_view settings, std::int64_t at_ms) = 0;
  enum class Indexes : std::uint8_t { kBuild, kLeave };
  // Writes the end reason ("done", "limit", "size", "time", "stopped", "gate", "storage"), commits, builds the readers'
  // indexes, checkpoints, leaves one plain file. After it the store takes no call but TakeWarning, which says so when
  // another program kept the file from being alone; nothing is lost then.
  virtual Result<void> Finish(std::string_view end_reason, std::int64_t at_ms, Indexes indexes) = 0;

  // --- The scheduler's loop
  virtual int WatchFd() const = 0;  // -1: nothing to watch
  virtual void HandleEvents() = 0;
  // A line for people when something deserves attention (a long reader makes the WAL grow), else empty. Asked once a
  // second.
  virtual std::string TakeWarning() = 0;
};

}  // namespace spinneret
