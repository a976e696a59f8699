// Frontier: what is known to the crawl and what comes next. Admits URLs, queues them by host, makes batches, takes
// verdicts.
//
// States     unknown → refused | waiting → out in a batch → (waiting again: retry, returned) → done (one outcome).
// Thread     main thread only; asserts in debug builds. Workers never see it.
// Ownership  owns its hosts and what it remembers of URLs. Borrows `store` and `clock`, which must outlive it.
// Rows       every change is written to `store` at once and becomes durable with the store's next Commit; what is in
//            memory is ahead of the disk by at most one commit, and a killed crawl loads the disk's side.
// Depth      exact when a depth limit is in force, whatever the order of arrival: a shorter path found later is
//            followed through the links of pages that are stored already. Without a limit `depth` is that of the first
//            path found.
// Shared     where several agents work on the crawl (SharedCrawl), it has the hosts that this one leases. What concerns
//            other hosts is forwarded to their owners, and what is forwarded to it arrives by TakeArrivals.
// Limits     those of FrontierSettings; what they refuse has a row that says so.
// Source     politeness and robots: docs/politeness.md.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "base/clock.h"
#include "base/result.h"
#include "base/thread_checker.h"
#include "crawler/frontier/host_table.h"
#include "crawler/frontier/identity.h"
#include "crawler/frontier/known_urls.h"
#include "crawler/frontier/live_rules.h"
#include "crawler/frontier/retry_policy.h"
#include "crawler/frontier/scope.h"
#include "crawler/frontier/sitemaps.h"
#include "crawler/frontier/trap_watch.h"
#include "crawler/frontier/url_batch.h"
#include "parser/sitemap.h"
#include "parser/url.h"
#include "storage/shared_crawl.h"
#include "storage/store.h"

namespace spinneret {

struct SitemapSettings {
  bool from_robots = false;  // read those that the robots.txt of the seeds' origins name
  bool only = false;         // no links are followed, from seeds neither
};

// How a host without a delay is shared out among the workers.
struct HostSplit {
  std::uint32_t batches = 1;         // that such a host may have out
  std::uint32_t connections = 1;     // of each of these
  std::uint32_t largest_batch = 32;  // URLs
};

struct FrontierSettings {
  CanonicalRules canonical;                // the same for the life of a database
  std::optional<std::uint32_t> max_depth;  // link hops
  std::uint32_t max_redirects = 20;
  std::uint32_t retries = 2;
  std::uint64_t host_limit = UINT64_MAX;
  std::chrono::milliseconds host_delay{1000};
  bool adaptive_delay = true;
  bool obey_robots = true;
  std::uint32_t delayed_connections = 1;  // of a host with a delay, whose one batch has them all
  HostSplit split;
  bool traps = true;
  std::uint32_t trap_budget = kDefaultTrapBudget;
  SitemapSettings sitemaps;
};

// What the trap watch compares of a page.
struct PageTraits {
  UrlShape shape;
  std::uint64_t content = 0;  // of the body's digest; 0: no body
  std::uint64_t text = 0;     // of the text (text_hash.h); 0: none
};

// A link or redirect target as a worker reports it.
struct Discovery {
  UrlFingerprint fingerprint;
  HostKey host_key;
  std::string_view host;  // "name[:port]"
  std::string_view href;  // absolute, without fragment and credentials
  std::optional<Respelling> respelling{};
};

// Over all runs of this database. A URL that is asked again counts as pending until its visit has ended.
struct FrontierTotals {
  std::uint64_t pages = 0;  // verdicts that are not redirects or skips
  std::uint64_t redirects = 0;
  std::uint64_t failed = 0;
  std::uint64_t skipped = 0;
  std::uint64_t pending = 0;   // admitted and without an outcome
  std::uint64_t urls_out = 0;  // of these, in batches
  std::uint64_t seeds = 0;
  std::uint64_t seeds_fetched = 0;
  std::uint64_t revisits = 0;  // that there were to make when the store was loaded
  std::uint64_t unasked = 0;   // of these, those that robots.txt did not let out
};

class Frontier {
 public:
  Frontier(const FrontierSettings& settings, Scope scope, Store& store, const Clock& clock);

  // --- Beginning
  // Failed URLs and those of unreachable hosts are pending again. Before Load.
  Result<void> ReopenFailed();
  // The URLs that were left out for these traps are pending again, and the traps are none from now on. A name is a
  // trap's shape, with or without its host before it, or "all"; one that names no trap is kNotFound. Before Load.
  Result<void> ReleaseTraps(const std::vector<std::string>& names);
  // These rules (AddRule) hold no more, and the URLs that were left out for them are pending again. Before Load.
  Result<void> DropStoredRules(const std::vector<std::uint32_t>& numbers);
  // Takes up what the store knows. Once, before anything else, on a resume; of a shared crawl each time that hosts were
  // leased, and those alone.
  Result<void> Load();
  // `hops`: link hops to follow from this seed, in place of the crawl's own limit.
  // False when the same URL is a seed already.
  bool AddSeed(const Url& url, std::optional<std::uint16_t> hops, std::string_view tag);

  // --- What the user says while it runs
  // Delay between requests to a host, for batches from here on. What robots.txt or slowness asks for still counts.
  void SetHostDelay(std::chrono::milliseconds delay) { hosts_.SetDelay(delay); }
  void SetSplit(const HostSplit& split) {
    split_ = split;
    hosts_.SetSplit(split.batches);
  }
  // Nothing more is given out of a host, or it goes on. False for a host that is not known.
  bool PauseHost(std::string_view host, bool paused);
  // From here on hides what it is about: such a URL is looked at when its turn comes, and then stays pending and unasked
  // until the rule is dropped or nothing else is left. Resumes keep it. Its number.
  Result<std::uint32_t> AddRule(LiveRuleKind kind, const std::string& pattern);
  // What it was. What it hides comes back by BringBackHidden. kNotFound for a number that no rule has.
  Result<LiveRuleLook> DropRule(std::uint32_t number);
  std::vector<LiveRuleLook> rules() const { return rules_.Look(); }
  std::size_t hidden_count() const { return rules_.hidden_count(); }
  // Queues at most `most` URLs that no rule hides any more, behind others of their host. False while there are more.
  bool BringBackHidden(std::size_t most);

  // What people want to see of the hosts; looks at each. Of the largest, `largest`.
  HostsLook LookAtHosts(std::size_t largest) { return hosts_.Look(largest); }

  // --- A shared crawl
  // All seeds are stored: the scope is theirs, whoever has their hosts.
  Result<void> LearnSeeds();
  // Takes what other agents forwarded; how much it was.
  Result<std::size_t> TakeArrivals();
  // Another agent widened the scope.
  void HearWidened(std::string_view url);

  // --- Discoveries
  // Before the discoveries on a page: what comes from `url` until the next call is compared with it.
  void BeginPage(UrlHandle url, const Host& host, const PageTraits& traits);
  // The handle of a link's target, known before or not. `unfollowed`: kNofollow or kNotRecipes for a link that is not
  // followed. Such a link makes its target known and is no path to it, whichever comes first.
  UrlHandle AddLink(UrlHandle from, const Discovery& target, const Admission& unfollowed = {});
  struct RedirectTarget {
    UrlHandle url;
    std::string_view refused;   // ErrorName of why it is not followed, or empty
    bool cookie_retry = false;  // `url` is `from` itself or lies in its chain, and is asked once more
  };
  RedirectTarget AddRedirect(UrlHandle from, Discovery target, bool sets_cookie);

  // Where the page `from` sends its visitors by itself: no link hop away, as a redirect's target, and counted in the
  // chain's hops, so that pages that send on and on come to an end.
  UrlHandle AddRefresh(UrlHandle from, const Discovery& target);

  // --- Verdicts. The attempt's fetch row is already in the store.
  // `refresh`: what AddRefresh gave, or none.
  void Fetched(UrlHandle url, Host& host, UrlHandle refresh = {});
  void Redirected(UrlHandle url, Host& host, const RedirectTarget& target);
  void Failed(UrlHandle url, Host& host, ErrorCode error, std::string_view detail);
  void Skipped(UrlHandle url, Host& host, std::string_view reason, std::string_view detail);
  // Whether the URL has the verdict of an earlier visit; it stands until one of the above takes its place
  // (Store::RemoveOutcome and EndRevisit come before).
  bool IsRevisit(UrlHandle url) const { return known_.Has(url, UrlFlag::kRevisit); }
  // The visit left it as it is; `kind` is that of the verdict.
  void Kept(UrlHandle url, Host& host, OutcomeKind kind);
  // No verdict yet: again after `delay`.
  void RetryLater(UrlHandle url, Host& host, std::chrono::milliseconds delay);
  // Again at once, by the worker that holds the chain's cookies.
  void RetryPinned(UrlHandle url, Host& host, std::uint32_t worker);
  // Was in a batch, was not asked.
  void Returned(UrlHandle url, Host& host);
  // A verdict taken back: the URL is asked once more, by `worker` (its redirect chain set a cookie there).
  void Reopen(UrlHandle url, std::uint32_t worker);

  // Attempts over all runs; and without those that ended in a failure which was reopened: what the retry table counts.
  std::uint32_t attempts(UrlHandle url) const;
  std::uint32_t tries(UrlHandle url) const;

  // --- robots.txt
  struct RobotsAnswer {
    AttemptResult result;
    std::string_view error_detail;
    std::optional<Discovery> location;  // of a 3xx with an http(s) target
    RobotsTxt rules;
    std::string_view body;
    std::chrono::milliseconds lifetime = kLongestRobotsLifetime;
  };
  void TakeRobots(const RobotsJob& job, RobotsAnswer answer);
  void RobotsReturned(const RobotsJob& job, Host& asked);
  // Its worker died; `job.attempt` counts that.
  void RobotsLost(RobotsJob job, Host& asked);

  // --- Sitemaps. URLs that one lists are admitted like links and have the depth of seeds.
  // One that the user names. False when it is known.
  bool AddSitemap(const Url& url);
  // What a piece of a sitemap lists; of an index, sitemaps.
  void AddListings(const SitemapJob& job, SitemapType type, const std::vector<SitemapListing>& listings);
  struct SitemapAnswer {
    AttemptResult result;
    std::string_view error_detail;
    std::optional<Discovery> location;  // of a 3xx with an http(s) target
    SitemapEnd end;                     // of a 2xx
    std::uint64_t too_old = 0;          // entries left out for their date
  };
  // All that it lists has been added.
  void TakeSitemap(const SitemapJob& job, const SitemapAnswer& answer);
  void SitemapReturned(const SitemapJob& job, Host& asked);
  // Its worker died; `job.attempt` counts that.
  void SitemapLost(SitemapJob job, Host& asked);
  // Nothing more can come of the URLs: none is pending, and no sitemap is open.
  bool Exhausted() const { return totals_.pending == 0 && sitemaps_.open_count() == 0; }
  const SitemapTotals& sitemap_totals() const { return sitemaps_.totals(); }
  // The first few that failed or are cut, with the reason.
  const std::vector<std::string>& sitemap_troubles() const { return sitemap_troubles_; }

  // --- Batches
  // Moves what is due from the retry clock to the queues.
  void WakeRetries(SteadyTime now);
  Host* PopReady(SteadyTime now) { return hosts_.PopReady(now); }
  void PutBack(Host& host) { hosts_.Reconsider(host); }
  // When WakeRetries or PopReady will next have something; nothing while only reports can bring more.
  std::optional<SteadyTime> NextEvent();
  // A batch of at most `most` URLs for a host that PopReady gave. Completes by callback: the batch is empty (no robots,
  // no URLs) when all that was taken turned out not to be asked.
  using BatchReady = std::function<void(Result<UrlBatch>)>;
  void MakeBatch(Host& host, std::uint32_t most, BatchReady ready);
  // Every URL of the batch is reported or returned. `ended_at` is the end of its last response.
  struct BatchEnd {
    std::optional<SteadyTime> ended_at;
    std::chrono::milliseconds host_delay{0};  // asked for by a response, beyond the ordinary delay
    std::chrono::milliseconds latency{0};     // of the last response, for the adaptive delay; 0: none
  };
  void BatchEnded(Host& host, std::uint32_t worker, const BatchEnd& end);

  // Nothing is left that may be asked: what is pending is beyond --host-limit.
  bool OnlyHostLimitsLeft();
  // Gives those their outcome: skipped, limit.
  void SkipBeyondHostLimits();

  // Nothing is left but URLs of traps and those that rules hide.
  bool OnlySetAsideLeft() const {
    const std::size_t set_aside = traps_.delayed_count() + rules_.hidden_count();
    return set_aside > 0 && set_aside == totals_.pending && sitemaps_.open_count() == 0;
  }
  // Gives those their outcome: skipped, trap; and exclude or include. Of the hidden ones at most `most`: false while
  // there are more.
  bool SkipSetAside(std::size_t most);
  // "rule: host/shape" of every trap that is not released.
  std::vector<std::string> trap_names();

  Host& HostAt(std::uint32_t index) { return hosts_.At(index); }
  std::size_t host_count() const { return hosts_.size(); }
  // Hosts with something pending.
  std::size_t active_host_count() const { return active_hosts_; }
  std::size_t known_count() const { return known_.size(); }
  const FrontierTotals& totals() const { return totals_; }
  const std::vector<std::string>& widened_hosts() const { return widened_; }
  // Reads from the store that have not completed.
  std::uint32_t reads_out() const { return reads_out_; }
  // The first failure of a read; the crawl cannot go on.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  struct Path {  // how a URL is reached
    std::uint32_t depth = 0;
    std::int16_t hops_left = kUnlimitedHops;
    UrlHandle parent;
    Via via = Via::kLink;
    std::uint8_t redirect_hops = 0;
    Standing standing = Standing::kLink;
    std::string_view tag;
    Admission unfollowed;           // of a link that is not followed: why
    std::uint8_t rank = kUnranked;  // among what a sitemap lists
  };
  static constexpr std::uint8_t kUnranked = 0xFF;
  static constexpr std::uint8_t kDefaultRank = 5;  // of the protocol's default priority
  struct Retry {
    SteadyTime at;
    std::uint32_t host;
    UrlHandle url;
    bool operator>(const Retry& other) const { return at > other.at; }
  };
  struct Relaxation {
    UrlHandle url;
    std::uint32_t depth;
    std::int16_t hops_left;
    UrlHandle from;  // a page that leads to it; none for a path that arrived
  };

  struct OpenPage {  // BeginPage's
    UrlHandle url;
    TrapWatch::Place place = 0;
    std::uint64_t content = 0, text = 0;
    bool fed = false;  // it brought URLs of its own kind
  };

  // Whether this agent judges and asks the URLs of a host.
  bool Mine(HostKey host) const { return shared_ == nullptr || shared_->Owns(host); }
  // The same for what is found on `from`: whether it counts at once, or has to be forwarded.
  bool Takes(UrlHandle from, HostKey host) const {
    return shared_ == nullptr || (shared_->Owns(host) && !shared_->Apart(from, host));
  }
  // Tells a URL's owner of a path to it, unless that is no news. The owner may be this agent itself (SharedCrawl::Apart).
  UrlHandle Forward(const Discovery& target, const Path& path);
  void TellPath(const Discovery& target, const Path& path);
  bool IsNewsOfOwn(UrlHandle url, const Path& path) const;
  void ForwardShorter(UrlHandle url, std::uint32_t depth, std::int16_t hops_left);
  void Arrive(const ForwardedRow& row);
  // A robots.txt that lies on another agent's host.
  void ForwardRobots(RobotsJob job, HostKey host, std::string_view name);
  void ForwardRobotsAnswer(const RobotsJob& job, const RobotsAnswer& answer);
  void ArriveRobots(const ForwardedRow& row);
  UrlHandle TakeSeed(const Discovery& target, const Url& url, const Path& path);
  UrlHandle TakeLink(const Discovery& target, const Path& path);
  void Remember(UrlHandle url, const UrlFingerprint& fingerprint, std::uint32_t depth, std::int16_t hops_left);
  // Those refused for scope, once more.
  void RecheckAllHeld();
  Host& HostFor(HostKey key, std::string_view name);
  UrlHandle Register(const Discovery& target, const Url& url, const Path& path, AdmissionCode* verdict = nullptr);
  // Takes up a URL by the first path that counts: one that is new, or known by nofollow links alone (`known`).
  UrlHandle TakeUp(UrlHandle known, const Discovery& target, const Url& url, const Path& path,
                   AdmissionCode* verdict = nullptr);
  bool IsNew(UrlHandle known) const {
    return !known || known_.Has(known, UrlFlag::kNofollow) || known_.Has(known, UrlFlag::kForeign);
  }
  Admission Judge(const Url& url, const Path& path) const;
  // Queues an admitted URL, remembers why another was refused.
  void Place(UrlHandle url, Host& host, AdmissionCode admission, std::string_view href, const Path& path);
  UrlHandle FindTarget(const Discovery& target) const;
  // URLs that were known before a redirect led from them to another spelling of their canonical key.
  void RestoreSpellings(const std::vector<UrlHandle>& respelled);
  void RestoreSeedChains(const std::vector<UrlHandle>& seeds);
  // A shorter redirect chain to a known URL (a link is one of no hops), and so to what it redirects to.
  void LowerRedirectHops(UrlHandle url, std::uint8_t hops);
  static std::string RestKey(std::string_view host) { return "rest:" + std::string(host); }
  // Queues a URL that is admitted now: behind everything else when it belongs to a trap.
  void Admit(UrlHandle url, Host& host, std::string_view href, UrlHandle parent, std::uint8_t rank = kUnranked);
  void Enqueue(UrlHandle url, Host& host, std::uint8_t rank = kUnranked);
  void CountPending(Host& host);
  void Close(UrlHandle url, Host& host, const OutcomeRow& row);
  void Settle(UrlHandle url, Host& host);
  void CountVerdict(UrlHandle url, Host& host, OutcomeKind kind);
  Path PathOfLink(UrlHandle from) const;
  Path PathOfRedirect(UrlHandle from, Via via) const;
  // A target without a link hop: its handle, and whether it was not known before, with the verdict on it then.
  struct Onward {
    UrlHandle url;
    std::optional<AdmissionCode> admission;
  };
  Onward AddOnward(const Path& path, const Discovery& target, const Url& url);
  Onward TakeOnward(const Path& path, const Discovery& target, const Url& url);
  // Where `url` redirects or refreshes to; none when it does neither.
  UrlHandle OnwardFrom(UrlHandle url) const;
  // A path to a known URL: follows what it makes shorter.
  void Relax(UrlHandle url, std::uint32_t depth, std::int16_t hops_left);
  void DrainRelaxations();
  // Admits a URL that was refused, once its text has been read.
  void Readmit(UrlHandle url);
  void WidenTo(UrlHandle final_url);
  void RecheckHeld(Host& host);
  // Reads the text of `urls` and hands each to `use` as a parsed URL.
  void WithTexts(std::vector<UrlHandle> urls, std::function<void(UrlHandle, const Url&)> use,
                 std::function<void()> done = {});
  void FillBatch(Host& host, UrlBatch& batch, const std::vector<UrlHandle>& urls, std::vector<std::string> texts);
  // Whether `url` may be asked now; a URL that may not has got its outcome, or waits until robots.txt is there.
  enum class RobotsGate : std::uint8_t { kOpen, kWait, kSkipped };
  RobotsJob TakeRobotsJob(Host& host);
  RobotsGate PassRobots(Host& host, UrlHandle handle, const Url& url);
  struct RobotsCheck {
    RobotsGate gate = RobotsGate::kOpen;
    std::string_view reason{};  // of kSkipped, with its detail
    std::string detail{};
  };
  // The same without an outcome; asks for robots.txt where it is not there.
  RobotsCheck CheckRobots(Host& host, const Url& url);

  Result<void> LoadSitemaps();
  std::uint8_t RankAtLoad(const KnownUrl& row) const;
  // A seed's origin, or where a seed's own redirect leads: sitemaps of its robots.txt are read.
  void AskSitemapsOf(const Url& url);
  void NoteSitemaps(const std::string& origin, const OriginRobots& robots);
  void QueueSitemap(SitemapJob job);
  void PutBackSitemap(SitemapJob job, Host& host);
  // Takes a sitemap of the host into the batch, or its robots.txt that is wanted before. False: neither.
  bool FillWithSitemap(Host& host, UrlBatch& batch);
  void AddIndexed(const SitemapJob& index, const SitemapListing& listing);
  void EndSitemap(const SitemapJob& job, SitemapState state, const SitemapAnswer& answer, std::string_view trouble);
  bool InChain(UrlHandle url, UrlHandle from) const;
  // --- Traps
  Result<void> LoadTraps();
  struct TrapRecount {                        // while a store is loaded
    std::vector<TrapWatch::Place> places{0};  // by handle
    UrlHandle feeder;                         // the last page that brought URLs of its own kind
  };
  // Counts a stored URL again. The trap that it waits in, if it is pending; else null.
  TrapWatch::Trap* Recount(const KnownUrl& row, const Host& host, TrapRecount& recount);
  Result<void> LoadContents(const TrapRecount& recount);
  void SaveTrap(const TrapWatch::Trap& trap);
  std::string TrapName(const TrapWatch::Trap& trap);
  // Whether a URL that was about to be asked waits behind everything else now.
  bool DelayIfTrapped(UrlHandle url, Host& host, std::string_view href);
  void SkipTrapped();
  Result<void> LoadRules();
  // The same for a rule that hides it.
  bool HideIfRuled(UrlHandle url, Host& host, std::string_view href);

  const FrontierSettings settings_;
  HostSplit split_;
  Scope scope_;
  Store& store_;
  SharedCrawl* const shared_;  // null: this process is alone
  const Clock& clock_;
  ThreadChecker thread_;
  KeyMaker keys_;

  KnownUrls known_;
  HostTable hosts_;
  TrapWatch traps_;
  LiveRules rules_;
  bool rules_loaded_ = false;
  OpenPage page_;
  const std::int32_t month_;  // of the beginning: 12 * year + month - 1
  std::priority_queue<Retry, std::vector<Retry>, std::greater<>> retries_;
  boost::unordered_flat_map<std::uint32_t, std::uint32_t> attempts_;      // of pending URLs that were tried
  boost::unordered_flat_map<std::uint32_t, std::uint32_t> tries_before_;  // attempts before --retry-failed
  boost::unordered_flat_set<std::string> seed_origins_;                   // where secrets may go
  boost::unordered_flat_map<std::uint32_t, UrlHandle> redirects_;         // URL → where it redirects to
  boost::unordered_flat_map<std::uint32_t, UrlHandle> refreshes_;         // fetched page → where its refresh leads
  boost::unordered_flat_map<std::uint32_t, std::uint8_t> redirect_hops_;  // of URLs that a redirect led to
  boost::unordered_flat_map<UrlFingerprint, UrlHandle, std::hash<UrlFingerprint>>
      spellings_;  // sources of redirects to a respelling
  std::multimap<SteadyTime, RobotsJob> robots_retries_;
  Sitemaps sitemaps_;
  std::multimap<SteadyTime, SitemapJob> sitemap_retries_;
  boost::unordered_flat_set<std::string> sitemap_origins_;                // whose robots.txt is looked into
  boost::unordered_flat_map<std::uint32_t, std::uint8_t> loading_ranks_;  // of a resume, while it loads
  std::vector<std::string> sitemap_troubles_;
  bool reopen_failed_ = false;
  std::vector<Relaxation> relaxations_;
  bool relaxing_ = false;
  bool depth_limited_ = false;
  std::size_t active_hosts_ = 0;
  std::uint32_t reads_out_ = 0;
  std::uint32_t next_batch_ = 1;
  std::optional<Error> failure_;
  FrontierTotals totals_;
  std::vector<std::string> widened_;
};

}  // namespace spinneret
