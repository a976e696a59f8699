#include "crawler/fetch_trace.h"

#include <map>
#include <set>
#include <utility>

#include <zstd.h>

#include "crawler/cookie_book.h"
#include "crawler/option_settings.h"
#include "crawler/page_worker.h"
#include "crawler/worker_threads/event_loop.h"
#include "crawler/worker_threads/worker.h"

namespace spinneret {
namespace {

namespace wt = worker_threads;

// A worker that is asked one thing at a time.
class OneWorker {
 public:
  OneWorker(PageWorkerData data, const std::vector<SiteCookies>& cookies)
      : worker_(RunPageWorker, std::move(data), Options()) {
    for (const SiteCookies& site : cookies) {
      cookies_.Take(site, CookieBook::kFile);
    }
    worker_.OnMessage([this](FromPageWorker message) {
      if (auto* page = std::get_if<PageReport>(&message)) {
        page_ = std::move(*page);
      } else if (auto* robots = std::get_if<RobotsReport>(&message)) {
        robots_ = std::move(*robots);
      } else if (auto* cookie = std::get_if<CookieReport>(&message)) {
        cookies_.Take(cookie->cookies, 0);
      } else if (std::holds_alternative<BatchDone>(message)) {
        loop_.Stop();
      }
    });
    worker_.OnError([this](const wt::WorkerError& error) { failure_ = error.message; });
    worker_.OnExit([this](int) {
      exited_ = true;
      loop_.Stop();
    });
  }
  ~OneWorker() {
    worker_.PostMessage(Shutdown());
    while (!exited_) {
      loop_.Run();
    }
  }
  OneWorker(const OneWorker&) = delete;
  OneWorker& operator=(const OneWorker&) = delete;

  // `host` is "name[:port]".
  Result<PageReport> Ask(std::string_view host, FetchJob job) {
    UrlBatch batch;
    batch.cookies = cookies_.For(host, 0);
    batch.urls.push_back(std::move(job));
    return Run(std::move(batch), page_);
  }
  Result<RobotsReport> Ask(std::string_view host, RobotsJob job) {
    UrlBatch batch;
    batch.cookies = cookies_.For(host, 0);
    batch.robots = std::move(job);
    return Run(std::move(batch), robots_);
  }

  const CookieBook& cookies() const { return cookies_; }

 private:
  static wt::WorkerOptions Options() {
    wt::WorkerOptions options;
    options.name = "fetch-1";
    return options;
  }

  template <class Report>
  Result<Report> Run(UrlBatch batch, std::optional<Report>& report) {
    report.reset();
    if (!exited_) {
      worker_.PostMessage(std::move(batch));
      loop_.Run();
    }
    if (!report) {
      return Err(ErrorCode::kInternal, failure_.empty() ? "the worker ended without an answer" : failure_);
    }
    return std::move(*report);
  }

  wt::EventLoop& loop_ = wt::EventLoop::Current();
  CookieBook cookies_;
  std::optional<PageReport> page_;
  std::optional<RobotsReport> robots_;
  std::string failure_;
  bool exited_ = false;
  wt::Worker<PageWorkerProtocol> worker_;
};

PageWorkerData WorkerDataOf(const CrawlOptions& options) {
  PageWorkerData data;
  data.settings = PageSettingsOf(options, HashSecret{});
  data.settings.fetch.max_connections = 1;
  data.settings.store_body = StoreBody::kZstd;  // with it come the header block and the body
  data.connections = 1;
  data.counters = wt::SharedBuffer(static_cast<std::size_t>(WorkerCounter::kCount) * sizeof(std::uint64_t));
  data.inflight = InflightSlots::Make({}, 1);
  return data;
}

class Tracer {
 public:
  Tracer(const CrawlOptions& options, Scope scope, const std::vector<SiteCookies>& cookies)
      : options_(options),
        scope_(std::move(scope)),
        keys_(HashSecret{}, CanonicalRules(options.canonical)),
        worker_(WorkerDataOf(options), cookies) {}

  Result<FetchTrace> Run(Url url);
  const CookieBook& cookies() const { return worker_.cookies(); }

 private:
  struct KnownRobots {
    TracedRobots traced;
    RobotsTxt rules;
  };

  // Whether the hop may be asked.
  Result<bool> Judge(const Url& url, Standing standing, TracedHop& hop);
  Result<KnownRobots> AskRobots(const Url& url);
  void TakePage(const Url& url, const PageReport& report, FetchTrace& trace);

  const CrawlOptions& options_;
  Scope scope_;
  KeyMaker keys_;
  OneWorker worker_;
  std::map<std::string, KnownRobots> robots_;  // by origin
};

Result<FetchTrace> Tracer::Run(Url url) {
  FetchTrace trace;
  url = url.WithoutSecrets();
  scope_.Widen(url);
  const std::string first_origin = url.origin();
  std::set<UrlFingerprint> asked;
  std::set<UrlFingerprint> asked_again;  // for a cookie's sake
  UrlFingerprint name = keys_.Fingerprint(url.href_without_fragment());
  for (std::uint32_t redirects = 0;; ++redirects) {
    TracedHop& hop = trace.hops.emplace_back();
    const Result<bool> may = Judge(url, redirects == 0 ? Standing::kSeed : Standing::kSeedChain, hop);
    if (!may) {
      return may.error();
    }
    if (!*may) {
      trace.end = hop.admission == AdmissionCode::kAdmitted ? TraceEnd::kRobots : TraceEnd::kRefused;
      return trace;
    }
    FetchJob job;
    job.url = UrlHandle{1};
    job.text = hop.url;
    job.send_credentials = url.origin() == first_origin;
    Result<PageReport> report = worker_.Ask(url.host_key_text(), std::move(job));
    if (!report) {
      return std::move(report).error();
    }
    hop.report = std::move(*report);
    asked.insert(name);
    if (hop.report->attempt.error) {
      trace.end = TraceEnd::kFailed;
      return trace;
    }
    if (!hop.report->location) {
      TakePage(url, *hop.report, trace);
      return trace;
    }
    const RedirectLocation& location = *hop.report->location;
    if (location.respelling) {
      asked.insert(location.respelling->from);
      name = location.respelling->to;
    } else {
      name = location.keys.fingerprint;
    }
    trace.circle = asked.contains(name) && !(hop.report->sets_cookie && asked_again.insert(name).second);
    std::optional<Url> next = Url::Parse(location.href);
    if (trace.circle || redirects >= options_.max_redirects || !next) {
      trace.end = TraceEnd::kTooManyRedirects;
      return trace;
    }
    url = std::move(*next);
  }
}

Result<bool> Tracer::Judge(const Url& url, Standing standing, TracedHop& hop) {
  std::string scratch;
  hop.url = url.href_without_fragment();
  hop.key = keys_.rules().KeyOf(url, scratch);
  const Admission admission = scope_.Check(url, standing);
  hop.admission = admission.code;
  hop.admission_detail = admission.detail;
  if (!admission.admitted()) {
    return false;
  }
  if (options_.robots == RobotsMode::kIgnore) {
    return true;
  }
  auto known = robots_.find(url.origin());
  if (known == robots_.end()) {
    Result<KnownRobots> asked = AskRobots(url);
    if (!asked) {
      return std::move(asked).error();
    }
    hop.robots = asked->traced;
    asked->traced.reports.clear();
    known = robots_.emplace(url.origin(), std::move(*asked)).first;
  } else {
    hop.robots = known->second.traced;
  }
  if (hop.robots->state == RobotsState::kRules) {
    const RobotsVerdict verdict = known->second.rules.Check(url.path_and_query());
    hop.robots->allowed = verdict.allowed;
    hop.robots->line = verdict.line;
    hop.robots->rule = verdict.rule;
  }
  return hop.robots->allowed;
}

Result<Tracer::KnownRobots> Tracer::AskRobots(const Url& url) {
  KnownRobots known;
  TracedRobots& robots = known.traced;
  robots.origin = url.origin();
  RobotsJob job;
  job.origin = url.origin();
  job.origin_host = keys_.Host(url.host_key_text());
  job.url = url.origin() + "/robots.txt";
  for (;;) {
    const std::optional<Url> asked = Url::Parse(job.url);
    Result<RobotsReport> report = worker_.Ask(asked ? asked->host_key_text() : std::string(), job);
    if (!report) {
      return std::move(report).error();
    }
    RobotsReport& last = robots.reports.emplace_back(std::move(*report));
    const RobotsDecision decision = DecideRobots(last.attempt.result(), last.location.has_value(), job, 0);
    const std::string why = last.attempt.error
                                ? std::string(ErrorName(last.attempt.error->code)) + ": " + last.attempt.error->message
                                : "status " + std::to_string(last.attempt.status);
    switch (decision.step) {
      case RobotsStep::kFollow:
        job.url = last.location->href;
        ++job.redirects;
        continue;
      case RobotsStep::kUseRules:
        robots.state = RobotsState::kRules;
        known.rules = std::move(last.rules);
        robots.crawl_delay = known.rules.crawl_delay();
        break;
      case RobotsStep::kAllowAll:
        robots.state = RobotsState::kAllowAll;
        break;
      case RobotsStep::kPrivateAddress:
        robots.state = RobotsState::kPrivateAddress;
        robots.detail = why;
        robots.allowed = false;
        break;
      case RobotsStep::kRetry:
      case RobotsStep::kUnreachable:
        robots.state = RobotsState::kUnreachable;
        robots.detail = why;
        robots.allowed = false;
        break;
    }
    return known;
  }
}

void Tracer::TakePage(const Url& url, const PageReport& report, FetchTrace& trace) {
  trace.end = TraceEnd::kFetched;
  if (!report.body_zstd.empty()) {
    trace.body.resize(report.bytes_body);
    const std::size_t size =
        ZSTD_decompress(trace.body.data(), trace.body.size(), report.body_zstd.data(), report.body_zstd.size());
    trace.body.resize(ZSTD_isError(size) != 0 ? 0 : size);
  }
  scope_.Widen(url);
  if (report.page) {
    const PageDetails& page = *report.page;
    for (std::size_t i = 0; i < page.links.size(); ++i) {
      const std::optional<Url> target = Url::Parse(page.links[i].href);
      const bool nofollow = page.nofollow || page.keys[i].following == Following::kRel;
      const AdmissionCode code = nofollow ? AdmissionCode::kNofollow
                                 : target ? scope_.Check(*target, Standing::kLink).code
                                          : AdmissionCode::kScheme;
      trace.link_admissions.push_back(code);
    }
  }
}

}  // namespace

Result<FetchTrace> TraceFetch(const CrawlOptions& options, const Url& url) {
  Result<Scope> scope = ScopeOf(options);
  if (!scope) {
    return std::move(scope).error();
  }
  if (Result<void> ready = InitFetching(); !ready) {
    return std::move(ready).error();
  }
  const auto now_s = [] { return SystemClock().WallTimeMs() / 1000; };
  std::vector<SiteCookies> cookies;
  if (!options.load_cookies.empty()) {
    Result<std::vector<SiteCookies>> loaded = LoadCookies(options.load_cookies, now_s());
    if (!loaded) {
      return std::move(loaded).error();
    }
    cookies = *std::move(loaded);
  }
  Tracer tracer(options, std::move(*scope), cookies);
  Result<FetchTrace> trace = tracer.Run(url);
  if (trace && !options.save_cookies.empty()) {
    if (Result<void> saved = SaveCookies(options.save_cookies, tracer.cookies().Lines(now_s())); !saved) {
      return std::move(saved).error();
    }
  }
  return trace;
}

}  // namespace spinneret
