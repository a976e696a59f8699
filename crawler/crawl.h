// Crawl: the main-thread scheduler. Runs one crawl (or its continuation) to its end on the calling thread.
//
// Thread     everything happens on the thread that calls RunCrawl; workers are threads of its own.
// Signals    SIGINT and SIGTERM are taken while workers run: once finishes what is in flight and commits, twice commits
//            at once and leaves. While seeds are read, a database is loaded or indexes are built the caller's
//            disposition holds: the process may end there at any moment, since what is on disk can always be resumed.
// Errors     what stops a crawl is in CrawlSummary::reason; single pages that fail are rows in the database.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crawler/crawl_options.h"
#include "crawler/crawl_status.h"
#include "crawler/frontier/live_rules.h"
#include "storage/store.h"

namespace spinneret {

// What may be asked of a crawl while it runs. Of the main thread, and during CrawlHooks::on_control alone.
class CrawlControl {
 public:
  virtual ~CrawlControl() = default;
  virtual CrawlStatus Status() = 0;
  virtual bool paused() const = 0;
  // Nothing more is sent, by workers neither; what is in flight ends. Limits of time go on.
  virtual void Pause() = 0;
  virtual void Continue() = 0;
  // As the first signal does.
  virtual void Stop() = 0;
  // Durable when it returns. False: the URL is known already. kInvalidArgument for what is no URL of http or https.
  virtual Result<bool> AddSeed(const std::string& url) = 0;
  // For batches from here on, in this run.
  virtual void SetHostDelay(std::chrono::milliseconds delay) = 0;
  // Pages that are given out in a second over the whole crawl (page_rate.h), whatever the hosts' delays would allow; none:
  // no bound. Pages that workers have already are asked all the same. Above 0. In this run.
  virtual void SetRate(std::optional<double> pages_per_second) = 0;
  virtual std::optional<double> rate() const = 0;
  // Worker threads, 1 to InflightSlots::kMostSlots and at most connections(); those that are taken away finish what they
  // have or give it back. In this run; `-w auto` ends with it.
  virtual Result<void> SetWorkers(std::uint32_t workers) = 0;
  virtual std::uint32_t workers() const = 0;
  virtual std::uint32_t connections() const = 0;
  // kNotFound for a host that the crawl does not know. In this run.
  virtual Result<void> PauseHost(const std::string& host, bool paused) = 0;
  // Rules that hide queued URLs (Frontier::AddRule). Durable when it returns: resumes keep them.
  virtual Result<std::uint32_t> AddRule(LiveRuleKind kind, const std::string& pattern) = 0;
  virtual Result<LiveRuleLook> DropRule(std::uint32_t number) = 0;
  virtual std::vector<LiveRuleLook> Rules() const = 0;
};

struct CrawlHooks {
  // Called on the main thread about every `interval`; must be quick.
  std::function<void(const CrawlStatus&)> on_tick;
  std::chrono::milliseconds interval{200};
  // Called for each page whose verdict falls, redirects too, on the main thread; must be very quick.
  std::function<void(const PageGlance&)> on_page;
  // How many of CrawlStatus::look.largest are wanted.
  std::size_t largest_hosts = 0;
  // Called with each tick.
  std::function<void(CrawlControl&)> on_control;
  // The second signal: after the commit, before leaving with exit code 11. Default: nothing.
  std::function<void()> on_abandon;
};

// Which pages of a finished crawl are asked again: those that were looked at longer ago than `max_age` (zero: all), or,
// without, those whose time has come (frontier/revisit.h).
struct RefreshWhich {
  std::optional<std::chrono::milliseconds> max_age;
};

struct CrawlStart {
  bool resume = false;                     // go on with what `store` knows
  bool retry_failed = false;               // resume: failed URLs are pending again
  std::vector<std::string> release_traps;  // resume: Frontier::ReleaseTraps
  std::vector<std::uint32_t> drop_rules;   // resume: Frontier::DropStoredRules
  std::optional<RefreshWhich> refresh;     // resume, of a crawl that is finished
  std::function<Result<void>()> publish;   // new crawl: called once the first seeds are committed
};

// `store` is freshly created or opened; the crawl finishes it. All options are checked before anything is fetched: an
// Error is exit 2.
Result<CrawlSummary> RunCrawl(const CrawlOptions& options, const CrawlStart& start, std::unique_ptr<Store> store,
                              const CrawlHooks& hooks);

}  // namespace spinneret
