#include "crawler/crawl.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "crawler/cpu_seconds.h"
#include "crawler/crawl_counts.h"
#include "crawler/crawl_gauges.h"
#include "crawler/crawl_inputs.h"
#include "crawler/dispatcher.h"
#include "crawler/frontier/frontier.h"
#include "crawler/inflight_slots.h"
#include "crawler/live_control.h"
#include "crawler/loop_handles.h"
#include "crawler/option_settings.h"
#include "crawler/report_writer.h"
#include "crawler/seed_loader.h"
#include "crawler/shared_run.h"
#include "crawler/time_share.h"
#include "crawler/worker_threads/event_loop.h"

namespace spinneret {
namespace {

namespace wt = worker_threads;
using std::chrono::milliseconds;

// A commit follows this much time or this many reports after the last, whichever is first: the one durability knob.
constexpr milliseconds kCommitInterval{1000};
constexpr std::uint64_t kCommitReports = 1000;
constexpr std::uint64_t kSeedsPerCommit = 10'000;
constexpr std::uint64_t kListingsPerReport = 20;  // of a sitemap: each costs as much as a link of a page
constexpr milliseconds kSampleInterval{1000};
// Of URLs that rules of the user's hide: a turn of the loop takes so many up again, or leaves so many out for good.
constexpr std::size_t kBackPerTurn = 5000;
constexpr std::size_t kSkippedPerTurn = 500;
constexpr milliseconds kRoundInterval{200};  // of a shared crawl, which commits as often

class Crawl {
 public:
  Crawl(const CrawlOptions& options, const CrawlStart& start, std::unique_ptr<Store> store, const CrawlHooks& hooks,
        CrawlInputs inputs)
      : options_(options),
        start_(start),
        hooks_(hooks),
        store_(std::move(store)),
        workers_(
            std::clamp<std::uint32_t>(options.effective_workers(), 1, std::max<std::uint32_t>(1, options.connections))),
        frontier_(FrontierSettingsOf(options, workers_), std::move(inputs.scope), *store_, clock_),
        recipes_(std::move(inputs.recipes)),
        convictions_(std::move(inputs.convictions)),
        inflight_(InflightSlots::Make(store_->shared() == nullptr ? options.database : std::string(), workers_)),
        writer_(frontier_, *store_, options.retries, recipes_),
        seeds_(options.seeds, frontier_, *store_, clock_),
        dispatcher_(FleetSettingsOf(options, workers_, store_->secret(), recipes_), inflight_, frontier_, clock_,
                    MakeHandlers(), inputs.cookies),
        started_at_(clock_.Now()),
        last_commit_(started_at_),
        cpu_at_start_(CpuSeconds()) {
    if (store_->shared() != nullptr) {
      shared_run_.emplace(*store_->shared(), frontier_, options_);
    }
  }

  Result<CrawlSummary> Run();

 private:
  CrawlStatus Status();
  LiveControl::Ways MakeWays();
  Dispatcher::Handlers MakeHandlers();
  Result<void> Prepare();
  Result<void> LoadSeeds();
  Result<void> ReadSeeds();

  // --- One turn of the loop
  void Turn();
  void Round();
  void CommitIfDue();
  void Commit();
  void Dispatch();
  void CheckEnd();
  std::uint64_t Allowed() const;

  // --- The end
  void StopWith(EndReason reason);
  void FailWith(const Error& error);
  void NoteFailure(const Error& error);
  void OnSignal();
  void Leave();
  CrawlSummary Finish();

  void OnPage(PageReport report, Host& host, std::uint32_t worker);
  void OnSample();
  Result<void> CommitNow();

  const CrawlOptions& options_;
  const CrawlStart& start_;
  const CrawlHooks& hooks_;
  const Clock& clock_ = SystemClock();
  wt::EventLoop& loop_ = wt::EventLoop::Current();
  std::unique_ptr<Store> store_;
  const std::uint32_t workers_;
  Frontier frontier_;
  const std::vector<std::shared_ptr<const Recipe>> recipes_;
  const std::vector<Conviction> convictions_;
  const std::shared_ptr<InflightSlots> inflight_;
  ReportWriter writer_;
  SeedLoader seeds_;
  Dispatcher dispatcher_;
  std::optional<SharedRun> shared_run_;  // where other agents work on the crawl too

  enum class Phase : std::uint8_t { kSeeding, kRunning, kDraining, kLeaving };
  Phase phase_ = Phase::kSeeding;
  EndReason reason_ = EndReason::kDone;
  std::string detail_;
  bool disk_full_ = false;
  bool discarding_ = false;  // reports that come now are not written: their URLs stay pending
  bool left_at_once_ = false;

  const SteadyTime started_at_;
  SteadyTime last_commit_;
  std::uint64_t reports_since_commit_ = 0;
  bool committing_ = false;
  std::uint64_t bytes_body_ = 0;  // of pages, over all runs
  bool work_at_start_ = false;

  LoopTimer wake_{[] {}};  // the turn that follows does the work
  LoopTimer tick_{[this] {
    if (hooks_.on_tick) {
      hooks_.on_tick(Status());
    }
    if (hooks_.on_control && phase_ == Phase::kRunning) {
      hooks_.on_control(control_);
    }
  }};
  LoopTimer sample_{[this] { OnSample(); }};
  LoopTimer deadline_{[this] {
    if (shared_run_) {
      (void)shared_run_->End(EndReason::kTime);  // one that cannot be told notices it by its own
    }
    StopWith(EndReason::kTime);
  }};
  LoopTimer round_{[this] { Round(); }};
  std::optional<LoopTurn> turn_;

  CrawlGauges gauges_{frontier_, dispatcher_, clock_, hooks_.largest_hosts};
  TimeShare commit_share_{clock_.Now()};
  LiveControl control_{options_, frontier_, dispatcher_, clock_, MakeWays()};
  const double cpu_at_start_;
};

Dispatcher::Handlers Crawl::MakeHandlers() {
  Dispatcher::Handlers handlers;
  handlers.on_page = [this](PageReport report, Host& host, std::uint32_t worker) {
    OnPage(std::move(report), host, worker);
  };
  handlers.on_robots = [this](RobotsReport report) {
    if (!discarding_) {
      ++reports_since_commit_;
      writer_.Write(std::move(report));
    }
  };
  handlers.on_proxy_rest = [this](const ProxyReport& report) {
    const std::string what = fmt::format("the proxy {} rests for {} s: {}", report.proxy,
                                         std::chrono::ceil<std::chrono::seconds>(report.rest).count(), report.why);
    Log(LogLevel::kWarning, what);
    if (!left_at_once_) {
      store_->AddEvent(EventRow{clock_.WallTimeMs(), "proxy_rests", what});
    }
  };
  handlers.on_sitemap = [this](const SitemapReport& report) {
    if (!discarding_) {
      reports_since_commit_ += 1 + report.listings.size() / kListingsPerReport;
      writer_.Write(report);
    }
  };
  handlers.on_poison = [this](PoisonPage page, std::string_view body, Host& host) {
    if (!discarding_) {
      ++reports_since_commit_;
      KeepPoisonBody(*store_, body, page);
      writer_.WritePoison(std::move(page), host);
    }
  };
  handlers.on_worker_lost = [this](std::string_view what) {
    Log(LogLevel::kWarning, what);
    if (left_at_once_) {
      return;
    }
    store_->AddEvent(EventRow{clock_.WallTimeMs(), "worker_lost", what});
    if (detail_.empty()) {
      detail_ = what;
    }
  };
  handlers.on_all_gone = [this] {
    if (phase_ == Phase::kRunning) {
      phase_ = Phase::kLeaving;
      reason_ = EndReason::kInternal;
      inflight_->KeepFile();
    }
    loop_.Stop();
  };
  return handlers;
}

LiveControl::Ways Crawl::MakeWays() {
  LiveControl::Ways ways;
  ways.status = [this] { return Status(); };
  ways.stop = [this] { StopWith(EndReason::kStopped); };
  ways.commit = [this] {
    if (!committing_) {
      Commit();
    }
  };
  ways.wake = [this] { wake_.FireAt(clock_.Now()); };
  return ways;
}

// --- Beginning

Result<void> Crawl::CommitNow() {
  Result<void> result;
  bool done = false;
  store_->Commit([&](Result<void> committed) {
    result = std::move(committed);
    done = true;
  });
  while (!done) {
    store_->HandleEvents();  // an engine that waits for a server: nothing else is going on yet, or any more
  }
  last_commit_ = clock_.Now();
  reports_since_commit_ = 0;
  return result;
}

Result<void> Crawl::Prepare() {
  store_->BeginRun(SettingsToJson(options_), clock_.WallTimeMs());
  for (const std::shared_ptr<const Recipe>& recipe : recipes_) {
    store_->DefineRecipe(recipe->name, recipe->FieldNames());
  }
  if (options_.index_text) {
    store_->DefineTextIndex();
  }
  if (shared_run_) {
    const auto commit = [this] { return CommitNow(); };
    if (Result<void> committed = commit(); !committed) {
      return committed;
    }
    return shared_run_->Begin(
        start_.resume, [this] { return ReadSeeds(); }, commit);
  }
  if (start_.resume) {
    dispatcher_.SetAside(TakeUpPoison(convictions_, start_.retry_failed, clock_.WallTimeMs(), *store_));
    if (start_.retry_failed) {
      if (Result<void> reopened = frontier_.ReopenFailed(); !reopened) {
        return reopened;
      }
    }
    if (start_.refresh) {
      const std::optional<milliseconds> max_age = start_.refresh->max_age;
      const Result<void> begun =
          store_->BeginRefresh({.at_ms = clock_.WallTimeMs(),
                                .max_age_ms = max_age ? std::optional<std::int64_t>(max_age->count()) : std::nullopt,
                                .first_interval_ms = kFirstInterval.count()});
      if (!begun) {
        return begun;
      }
    }
    if (Result<void> released = frontier_.ReleaseTraps(start_.release_traps); !released) {
      return released;
    }
    if (Result<void> dropped = frontier_.DropStoredRules(start_.drop_rules); !dropped) {
      return dropped;
    }
    if (Result<void> loaded = frontier_.Load(); !loaded) {
      return loaded;
    }
    const Result<Store::Totals> totals = store_->LoadTotals();
    if (!totals) {
      return totals.error();
    }
    bytes_body_ = totals->bytes_body;
  }
  return LoadSeeds();
}

Result<void> Crawl::LoadSeeds() {
  if (Result<void> read = ReadSeeds(); !read) {
    return read;
  }
  for (const std::string& text : options_.sitemap_urls) {
    if (const std::optional<Url> url = Url::Parse(text)) {
      frontier_.AddSitemap(*url);
    }
  }
  work_at_start_ = !frontier_.Exhausted();
  return {};
}

Result<void> Crawl::ReadSeeds() {
  bool published = start_.resume || !start_.publish;
  const bool whole_first = seeds_.WholeBeforePublishing();
  bool more = true;
  while (more && phase_ == Phase::kSeeding) {
    Result<bool> read = seeds_.Read(kSeedsPerCommit);
    if (!read) {
      return std::move(read).error();
    }
    more = *read;
    if (Result<void> committed = CommitNow(); !committed) {
      return committed;
    }
    if (!published && (!more || !whole_first)) {
      if (Result<void> done = start_.publish(); !done) {
        return done;
      }
      published = true;
    }
    if (options_.time_limit && clock_.Now() >= started_at_ + *options_.time_limit) {
      StopWith(EndReason::kTime);
    }
  }
  return {};
}

Result<CrawlSummary> Crawl::Run() {
  if (Result<void> prepared = Prepare(); !prepared) {
    if (start_.resume || shared_run_) {
      // It was opened for writing: leave it as it was found, one file that can be read and resumed.
      (void)store_->Finish(EndReasonName(EndReason::kInternal), clock_.WallTimeMs(), Store::Indexes::kBuild);
    }
    return std::move(prepared).error();
  }
  if (phase_ == Phase::kSeeding) {
    phase_ = Phase::kRunning;
    if (options_.time_limit) {
      deadline_.FireAt(started_at_ + *options_.time_limit);
    }
    tick_.FireEvery(hooks_.interval);
    sample_.FireEvery(kSampleInterval);
    gauges_.Begin();
    (void)control_.Follow(frontier_.totals().pages);  // those of earlier runs
    shared_run_ ? Round() : CheckEnd();
    if (phase_ == Phase::kRunning) {
      LoopSignals signals([this] { OnSignal(); });
      dispatcher_.Start(Allowed());
      turn_.emplace([this] { Turn(); });
      wake_.FireAt(clock_.Now());
      if (shared_run_) {
        round_.FireEvery(kRoundInterval);
      }
      loop_.Run();
    }
  }
  return Finish();
}

// --- One turn

void Crawl::Turn() {
  if (frontier_.failure()) {
    FailWith(*frontier_.failure());
    return;
  }
  if (!shared_run_) {
    CommitIfDue();
  }
  const bool more_hidden = !frontier_.BringBackHidden(kBackPerTurn);
  if (phase_ == Phase::kRunning && !shared_run_) {
    CheckEnd();
  }
  if (phase_ == Phase::kRunning && !control_.paused()) {
    Dispatch();
  }
  if (more_hidden) {
    wake_.FireAt(clock_.Now());
  }
  if (phase_ == Phase::kDraining && dispatcher_.batches_out() == 0 && frontier_.reads_out() == 0) {
    phase_ = Phase::kLeaving;
    dispatcher_.Shutdown();
  }
}

void Crawl::Dispatch() {
  // One moment for all: a host that becomes ready in between would be waited for by nobody.
  const SteadyTime now = clock_.Now();
  PageRate& rate = control_.page_rate();
  const std::uint64_t at_rate = rate.Available(now);
  const std::uint64_t before = dispatcher_.urls_given();
  const bool again = dispatcher_.Dispatch(now, std::min(Allowed(), at_rate));
  rate.Spend(dispatcher_.urls_given() - before);
  const std::optional<SteadyTime> next = frontier_.NextEvent();
  if (again) {
    wake_.FireAt(now);
  } else if (rate.Available(now) == 0) {
    wake_.FireAt(rate.NextAt());
  } else if (next && *next > now) {
    wake_.FireAt(*next);
  }
}

void Crawl::Round() {
  if (phase_ == Phase::kLeaving) {
    return;
  }
  shared_run_->Describe(dispatcher_.batches_out() == 0 && frontier_.reads_out() == 0);
  const SteadyTime begun = clock_.Now();
  if (Result<void> committed = CommitNow(); !committed) {
    FailWith(committed.error());
    return;
  }
  commit_share_.Add(last_commit_ - begun);
  dispatcher_.SetLeaseDeadline(store_->shared()->lease_deadline());
  if (phase_ != Phase::kRunning) {
    return;
  }
  const Result<std::optional<EndReason>> end = shared_run_->Round();
  dispatcher_.SetLeaseDeadline(store_->shared()->lease_deadline());  // it may have been renewed in there
  if (!end) {
    FailWith(end.error());
  } else if (*end) {
    StopWith(**end);
  }
}

std::uint64_t Crawl::Allowed() const {
  if (shared_run_) {
    return shared_run_->Allowed();
  }
  if (!options_.limit) {
    return UINT64_MAX;
  }
  const std::uint64_t taken = frontier_.totals().pages + frontier_.totals().urls_out;
  return taken >= *options_.limit ? 0 : *options_.limit - taken;
}

void Crawl::CheckEnd() {
  const bool nothing_out = dispatcher_.batches_out() == 0 && frontier_.reads_out() == 0;
  const bool at_limit = options_.limit && frontier_.totals().pages >= *options_.limit;
  if (nothing_out && !at_limit && options_.host_limit && frontier_.OnlyHostLimitsLeft()) {
    frontier_.SkipBeyondHostLimits();
  }
  if (nothing_out && frontier_.OnlySetAsideLeft() && !frontier_.SkipSetAside(kSkippedPerTurn)) {
    wake_.FireAt(clock_.Now());  // the rest in the turns that follow
  } else if (nothing_out && frontier_.Exhausted()) {
    StopWith(EndReason::kDone);
  } else if (at_limit && !frontier_.Exhausted()) {
    StopWith(EndReason::kLimit);
  }
}

void Crawl::OnPage(PageReport report, Host& host, std::uint32_t worker) {
  if (discarding_) {
    return;
  }
  const std::uint64_t bytes = report.bytes_body;
  const bool verdict = !writer_.WillRetry(report);
  const bool counts = verdict && !report.location && !report.attempt.error;
  if (options_.size_limit_bytes && counts && bytes_body_ + bytes > *options_.size_limit_bytes) {
    // The page that would go over the limit, and all after it, stay pending.
    discarding_ = true;
    StopWith(EndReason::kSize);
    return;
  }
  ++reports_since_commit_;
  if (hooks_.on_page && verdict) {
    hooks_.on_page(GlanceOf(report));
  }
  const std::uint64_t pages = frontier_.totals().pages;
  writer_.Write(std::move(report), host, worker);
  if (frontier_.totals().pages > pages) {
    bytes_body_ += bytes;
  }
}

void Crawl::CommitIfDue() {
  const bool due = reports_since_commit_ >= kCommitReports ||
                   (reports_since_commit_ > 0 && clock_.Now() - last_commit_ >= kCommitInterval);
  if (due && !committing_) {
    Commit();
  }
}

void Crawl::Commit() {
  committing_ = true;
  reports_since_commit_ = 0;
  store_->Commit([this, begun = clock_.Now()](Result<void> committed) {
    committing_ = false;
    last_commit_ = clock_.Now();
    commit_share_.Add(last_commit_ - begun);
    if (!committed) {
      FailWith(committed.error());
    }
  });
}

void Crawl::OnSample() {
  gauges_.Measure();
  const CrawlStatus status = Status();
  SampleRow row = SampleOf(status, clock_.WallTimeMs(), writer_.counts().responses);
  row.workers = dispatcher_.workers();
  row.connections = dispatcher_.connections();
  const std::string decision = phase_ == Phase::kRunning ? control_.Follow(status.pages) : std::string();
  row.decision = decision;
  row.commit_share = commit_share_.Take(clock_.Now());
  store_->AddSample(row);
  ++reports_since_commit_;  // a sample is worth a commit when its second is over
  if (const std::string warning = store_->TakeWarning(); !warning.empty()) {
    Log(LogLevel::kWarning, warning);
    store_->AddEvent(EventRow{row.at_ms, "storage", warning});
  }
}

CrawlStatus Crawl::Status() {
  CrawlStatus status;
  status.elapsed = std::chrono::duration_cast<milliseconds>(clock_.Now() - started_at_);
  AddCounts(frontier_, writer_.counts(), status);
  gauges_.AddTo(status);
  status.limit = options_.limit.value_or(0);
  return status;
}

// --- The end

void Crawl::StopWith(EndReason reason) {
  if (phase_ != Phase::kRunning && phase_ != Phase::kSeeding) {
    return;
  }
  phase_ = Phase::kDraining;
  reason_ = reason;
  // A signal lets transfers end; a limit that is reached does not wait for what will not be kept.
  if (reason == EndReason::kTime || reason == EndReason::kSize || reason == EndReason::kLimit) {
    dispatcher_.Abort();
  } else {
    dispatcher_.Drain();
  }
  wake_.FireAt(clock_.Now());
}

// Of the database, or of a file beside it. The first counts.
void Crawl::NoteFailure(const Error& error) {
  if (reason_ != EndReason::kStorage && reason_ != EndReason::kLeaseLost) {
    reason_ = error.code == ErrorCode::kLeaseLost ? EndReason::kLeaseLost : EndReason::kStorage;
    detail_ = error.message;
    disk_full_ = error.code == ErrorCode::kStorageFull;
  }
}

void Crawl::FailWith(const Error& error) {
  if (phase_ == Phase::kLeaving) {
    return;
  }
  discarding_ = true;
  NoteFailure(error);
  phase_ = Phase::kLeaving;
  dispatcher_.Abort();
  dispatcher_.Shutdown();
}

void Crawl::OnSignal() {
  if (phase_ == Phase::kRunning) {
    Log(LogLevel::kInfo, "stopping: waiting for what is in flight (again to leave at once)");
    StopWith(EndReason::kStopped);
    return;
  }
  Leave();
}

void Crawl::Leave() {
  if (std::exchange(left_at_once_, true)) {
    return;
  }
  reason_ = reason_ == EndReason::kDone ? EndReason::kStopped : reason_;
  if (shared_run_) {
    shared_run_->Describe(/*nothing_out=*/false);
  }
  const Result<void> finished =
      store_->Finish(EndReasonName(EndReason::kStopped), clock_.WallTimeMs(), Store::Indexes::kLeave);
  if (!finished) {
    Log(LogLevel::kError, finished.error().message);
    reason_ = EndReason::kStorage;
  }
  if (hooks_.on_abandon && finished) {
    inflight_->RemoveFile();
    hooks_.on_abandon();  // a program leaves here
  }
  discarding_ = true;
  phase_ = Phase::kLeaving;
  turn_.reset();
  sample_.Stop();
  dispatcher_.Abort();
  dispatcher_.Shutdown();
}

CrawlSummary Crawl::Finish() {
  gauges_.MeasureWorkers();
  round_.Stop();
  CrawlSummary summary;
  summary.status = Status();
  std::uint64_t seeds = frontier_.totals().seeds, seeds_fetched = frontier_.totals().seeds_fetched;
  if (shared_run_ && !left_at_once_) {
    shared_run_->Describe(/*nothing_out=*/false);
    (void)CommitNow();  // so that the totals hold what came last; Finish says what went wrong
    if (const Result<Store::Totals> all = store_->LoadTotals()) {
      summary.status.pages = all->pages;
      summary.status.redirects = all->redirects;
      summary.status.failed = all->failed;
      summary.status.skipped = all->skipped;
      seeds = all->seeds;
      seeds_fetched = all->fetched_seeds;
    }
  }
  const bool was_finished = start_.resume && !work_at_start_;
  if (reason_ == EndReason::kDone && !was_finished && seeds_fetched == 0) {
    reason_ = EndReason::kNoSeed;
    detail_ = seeds == 0 ? "the seeds given hold no URL" : "";
  }
  const bool readable = reason_ == EndReason::kDone || reason_ == EndReason::kNoSeed || reason_ == EndReason::kLimit ||
                        reason_ == EndReason::kSize || reason_ == EndReason::kTime;
  if (!left_at_once_) {
    const Result<void> finished =
        store_->Finish(EndReasonName(reason_ == EndReason::kNoSeed ? EndReason::kDone : reason_), clock_.WallTimeMs(),
                       readable ? Store::Indexes::kBuild : Store::Indexes::kLeave);
    if (!finished) {
      NoteFailure(finished.error());
    }
  }
  if (!options_.save_cookies.empty()) {
    const Result<void> saved =
        SaveCookies(options_.save_cookies, dispatcher_.cookies().Lines(clock_.WallTimeMs() / 1000));
    if (!saved) {
      NoteFailure(saved.error());
    }
  }
  summary.reason = reason_;
  summary.detail = detail_;
  summary.disk_full = disk_full_;
  summary.status.elapsed = std::chrono::duration_cast<milliseconds>(clock_.Now() - started_at_);
  const double seconds = std::chrono::duration<double>(summary.status.elapsed).count();
  summary.status.pages_per_second = seconds > 0 ? static_cast<double>(summary.status.run_pages) / seconds : 0;
  summary.bad_seed_lines = seeds_.bad_lines();
  AddFindings(frontier_, summary);
  if (start_.refresh || frontier_.totals().revisits > 0) {
    summary.refresh = writer_.counts().refresh;
    summary.refresh->unasked = frontier_.totals().unasked;
  }
  summary.cpu_seconds = CpuSeconds() - cpu_at_start_;
  return summary;
}

}  // namespace

Result<CrawlSummary> RunCrawl(const CrawlOptions& options, const CrawlStart& start, std::unique_ptr<Store> store,
                              const CrawlHooks& hooks) {
  Result<CrawlInputs> inputs = LoadInputs(options, start.resume, *store);
  if (!inputs) {
    return std::move(inputs).error();
  }
  Crawl crawl(options, start, std::move(store), hooks, *std::move(inputs));
  return crawl.Run();
}

}  // namespace spinneret
