#include "crawler/fetch/curl_fetcher.h"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <utility>

#include <ares.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <uv.h>

#include "base/check.h"
#include "base/thread_checker.h"
#include "crawler/fetch/internal/curl_error.h"
#include "crawler/fetch/internal/curl_handles.h"
#include "crawler/fetch/internal/easy_setup.h"
#include "crawler/fetch/internal/kept_connections.h"
#include "crawler/fetch/internal/multi_loop.h"
#include "crawler/fetch/internal/proxy_pool.h"
#include "crawler/fetch/internal/site_sessions.h"
#include "crawler/fetch/internal/transfer.h"
#include "crawler/fetch/internal/uv_guard.h"
#include "crawler/fetch/internal/uv_ptr.h"
#include "crawler/fetch/resolver.h"

namespace spinneret {
namespace {

constexpr std::size_t kMaxSites = 1024;

SteadyTime Now() {
  return std::chrono::steady_clock::now();
}

// The fetcher's inside. Held by shared_ptr: a callback may destroy the fetcher while Turn() is running it.
class Engine final : public MultiLoop::Client, public std::enable_shared_from_this<Engine> {
 public:
  Engine(uv_loop_t* loop, EasySetup setup, FetcherEvents events)
      : loop_(loop),
        setup_(std::move(setup)),
        events_(std::move(events)),
        max_active_(std::max<std::size_t>(setup_.settings().max_connections, 1)),
        sessions_(kMaxSites, setup_.settings().cookies ? SiteSessions::Cookies::kOn : SiteSessions::Cookies::kOff),
        kept_(max_active_),
        proxies_(setup_.proxy_count()) {}
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine() = default;

  Result<void> Open() {
    ResolverSettings settings;
    settings.overrides = setup_.settings().resolve;
    settings.servers = setup_.settings().dns_servers;
    settings.keeps_loop_alive = false;  // lookup_timer_ does, as long as a transfer waits
    Result<std::unique_ptr<Resolver>> resolver = Resolver::Make(loop_, settings);
    if (!resolver) {
      return std::move(resolver).error();
    }
    Result<std::unique_ptr<MultiLoop>> multi = MultiLoop::Make(loop_, max_active_, this);
    if (!multi) {
      return std::move(multi).error();
    }
    resolver_ = *std::move(resolver);
    multi_ = *std::move(multi);
    lookup_timer_ = MakeUvHandle<uv_timer_t>(loop_, uv_timer_init, this);
    return {};
  }

  void Start(FetchRequest request, Fetcher::Callback done) {
    SPINNERET_CHECK(thread_.CalledOnOwner(), "a fetcher belongs to one thread");
    auto transfer = std::make_unique<Transfer>();
    const std::uint64_t id = ++last_id_;
    transfer->id = id;
    transfer->request = std::move(request);
    transfer->done = std::move(done);
    Transfer& added = *transfer;
    transfers_.emplace(id, std::move(transfer));
    Result<Target> target = TargetOf(added.request.url);
    if (!target) {
      added.started_at_ms = SystemClock().WallTimeMs();
      Finish(added, FailureOf(added, std::move(target).error()));
      return;
    }
    added.target = *std::move(target);
    waiting_.push_back(id);
    LaunchWaiting();
  }

  void CancelAll() {
    SPINNERET_CHECK(thread_.CalledOnOwner(), "a fetcher belongs to one thread");
    waiting_.clear();
    std::vector<Transfer*> all;
    all.reserve(transfers_.size());
    for (const auto& [id, transfer] : transfers_) {
      all.push_back(transfer.get());
    }
    std::sort(all.begin(), all.end(), [](const Transfer* a, const Transfer* b) { return a->id < b->id; });
    for (Transfer* transfer : all) {
      Finish(*transfer, FailureOf(*transfer, Err(ErrorCode::kCancelled, "given up on request")));
    }
    ArmLookupTimer();
  }

  void AddCookies(const SiteCookies& cookies, bool own) {
    SPINNERET_CHECK(thread_.CalledOnOwner(), "a fetcher belongs to one thread");
    sessions_.Add(cookies.site, cookies.lines, own ? SiteSessions::From::kOwn : SiteSessions::From::kElsewhere);
  }

  void SetMaxConnections(std::size_t most) {
    max_active_ = std::max<std::size_t>(most, 1);
    kept_.SetMost(max_active_);
    multi_->SetMaxConnections(max_active_);
    LaunchWaiting();
  }

  std::size_t in_flight() const { return transfers_.size() + finished_.size() + undelivered_; }

  // Ends everything without callbacks. Afterwards nothing of libuv or libcurl points here.
  void Shutdown() {
    closed_ = true;
    for (const auto& [id, transfer] : transfers_) {
      ReleaseEasy(*transfer);
    }
    transfers_.clear();
    waiting_.clear();
    lookups_.clear();
    finished_.clear();
    pool_.clear();
    resolver_.reset();
    multi_.reset();
    lookup_timer_.reset();
  }

  void OnTurn() override {
    const std::shared_ptr<Engine> self = shared_from_this();
    while (const auto done = multi_->FindDone()) {
      char* data = nullptr;
      curl_easy_getinfo(done->first, CURLINFO_PRIVATE, &data);
      OnAttemptDone(*reinterpret_cast<Transfer*>(data), done->second);
    }
    LaunchWaiting();
    Deliver();
  }

 private:
  struct Finished {
    Fetcher::Callback callback;
    FetchDone done;
  };
  struct Lookup {
    std::uint64_t id;
    SteadyTime deadline;
  };

  static FetchDone FailureOf(const Transfer& transfer, Error error) {
    FetchDone done = transfer.Measure(Now());
    done.result = std::move(error);
    return done;
  }

  // Calls back from the loop; `transfer` is gone after it.
  void Finish(Transfer& transfer, FetchDone done) {
    if (transfer.state != Transfer::State::kWaiting) {
      --active_;
    }
    ReleaseEasy(transfer);
    finished_.push_back(Finished{std::move(transfer.done), std::move(done)});
    transfers_.erase(transfer.id);
    multi_->Wake();
  }

  void ReleaseEasy(Transfer& transfer) {
    if (transfer.easy == nullptr) {
      return;
    }
    CurlEasy easy(std::exchange(transfer.easy, nullptr));
    multi_->Remove(easy.get());
    if (transfer.site != nullptr) {
      SiteSessions::Site* const site = std::exchange(transfer.site, nullptr);
      SiteCookies changed{site->name, sessions_.Detach(site, easy.get(), transfer.head.set_cookie_bytes())};
      if (!changed.lines.empty() && events_.on_cookies && !closed_) {
        events_.on_cookies(std::move(changed));
      }
    }
    curl_easy_reset(easy.get());  // drops every pointer into the transfer
    pool_.push_back(std::move(easy));
  }

  void Deliver() {
    std::deque<Finished> batch = std::exchange(finished_, {});
    while (!batch.empty()) {
      Finished next = std::move(batch.front());
      batch.pop_front();
      undelivered_ = batch.size();
      next.callback(std::move(next.done));
      if (closed_) {
        return;
      }
    }
    if (!finished_.empty()) {
      multi_->Wake();
    }
  }

  void LaunchWaiting() {
    while (active_ < max_active_ && !waiting_.empty()) {
      const auto found = transfers_.find(waiting_.front());
      waiting_.pop_front();
      if (found != transfers_.end()) {
        Launch(*found->second);
      }
    }
  }

  void Launch(Transfer& transfer) {
    ++active_;
    transfer.state = Transfer::State::kResolving;
    transfer.started = Now();
    transfer.started_at_ms = SystemClock().WallTimeMs();
    if (setup_.proxy_count() > 0) {
      transfer.proxy = proxies_.Pick(SiteOf(transfer.target.host), transfer.started);
    }
    LookUp(transfer);
  }

  void LookUp(Transfer& transfer) {
    const Target& target = setup_.ConnectTarget(transfer);
    if (std::optional<Result<Addresses>> known = resolver_->Find(target.host, target.port)) {
      OnAddresses(transfer, *known);
      return;
    }
    const FetchLimits& limits = setup_.settings().limits;
    const SteadyTime deadline = transfer.started + std::min(limits.timeout, limits.connect_timeout);
    const auto later = std::upper_bound(lookups_.begin(), lookups_.end(), deadline,
                                        [](SteadyTime at, const Lookup& lookup) { return at < lookup.deadline; });
    lookups_.insert(later, Lookup{transfer.id, deadline});
    ArmLookupTimer();
    resolver_->Resolve(target.host, target.port, [this, id = transfer.id](const Result<Addresses>& answer) {
      const auto found = transfers_.find(id);
      if (found != transfers_.end()) {
        OnAddresses(*found->second, answer);
        ArmLookupTimer();  // a timer that nobody waits for would keep the loop alive
      }
    });
  }

  void OnAddresses(Transfer& transfer, const Result<Addresses>& answer) {
    transfer.resolved = Now();
    if (!answer) {
      if (!TryOtherProxy(transfer, answer.error().message, transfer.started)) {
        Finish(transfer, FailureOf(transfer, answer.error()));
      }
      return;
    }
    transfer.addresses = *answer;
    transfer.state = Transfer::State::kRunning;
    Attempt(transfer);
  }

  void Attempt(Transfer& transfer) {
    if (pool_.empty()) {
      transfer.easy = curl_easy_init();
    } else {
      transfer.easy = pool_.back().release();
      pool_.pop_back();
    }
    if (transfer.easy == nullptr) {
      Finish(transfer, FailureOf(transfer, Err(ErrorCode::kSystem, "libcurl's easy handle cannot be made")));
      return;
    }
    const Target& server = setup_.ConnectTarget(transfer);
    transfer.keep_connection =
        kept_.Keep(fmt::format("{}:{}", server.host, server.port), transfer.request.more_expected, Now());
    if (Result<void> applied = setup_.Apply(transfer, Now()); !applied) {
      Finish(transfer, FailureOf(transfer, std::move(applied).error()));
      return;
    }
    if (events_.may_send) {
      curl_easy_setopt(transfer.easy, CURLOPT_PREREQFUNCTION, &OnSend);
      curl_easy_setopt(transfer.easy, CURLOPT_PREREQDATA, this);
    }
    transfer.site = sessions_.Attach(transfer.target.host, transfer.easy);
    if (const CURLMcode code = multi_->Add(transfer.easy); code != CURLM_OK) {
      Finish(transfer, FailureOf(transfer, ErrorOfCurlMulti(code)));
    }
  }

  static int OnSend(void* engine, char* /*primary_ip*/, char* /*local_ip*/, int /*port*/, int /*local_port*/) noexcept {
    return static_cast<Engine*>(engine)->events_.may_send() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
  }

  void OnAttemptDone(Transfer& transfer, CURLcode code) {
    const SteadyTime now = Now();
    const std::size_t tries = std::min(transfer.addresses.ips.size(), kMaxAddressesTried);
    const FetchLimits& limits = setup_.settings().limits;
    if (const std::string why = transfer.ProxyFailure(code); !why.empty()) {
      if (!TryOtherProxy(transfer, why, transfer.attempt_started)) {
        Finish(transfer,
               FailureOf(transfer, Err(ErrorCode::kConnect, fmt::format("the proxy {} failed: {}",
                                                                        setup_.ProxyName(*transfer.proxy), why))));
      }
      return;
    }
    if (transfer.proxy) {
      proxies_.Worked(*transfer.proxy);
    } else if (transfer.address + 1 < tries && transfer.FailedToConnect(code) &&
               now - transfer.started < std::min(limits.connect_timeout, limits.timeout)) {
      ++transfer.address;
      ReleaseEasy(transfer);
      Attempt(transfer);
      return;
    }
    FetchDone done = transfer.Measure(now);
    done.result = transfer.Judge(code);
    if (transfer.head.status() != 0 && !transfer.proxy) {
      resolver_->Prefer(transfer.target.host, transfer.addresses.ips[transfer.address]);
    }
    Finish(transfer, std::move(done));
  }

  // Notes that the transfer's proxy failed. True when the request goes on through another one.
  bool TryOtherProxy(Transfer& transfer, const std::string& why, SteadyTime attempt_started) {
    if (!transfer.proxy) {
      return false;
    }
    const std::size_t failed = *transfer.proxy;
    const SteadyTime now = Now();
    const std::chrono::milliseconds rest = proxies_.Failed(failed, attempt_started, now);
    if (rest.count() > 0 && events_.on_proxy_rest) {
      events_.on_proxy_rest(setup_.ProxyName(failed), why, rest);
    }
    transfer.failed_proxies.push_back(failed);
    const std::size_t next = proxies_.Pick(SiteOf(transfer.target.host), now);
    const std::vector<std::size_t>& tried = transfer.failed_proxies;
    const FetchLimits& limits = setup_.settings().limits;
    if (std::find(tried.begin(), tried.end(), next) != tried.end() ||
        now - transfer.started >= std::min(limits.connect_timeout, limits.timeout)) {
      return false;
    }
    ReleaseEasy(transfer);
    transfer.proxy = next;
    transfer.addresses = {};
    transfer.address = 0;
    transfer.state = Transfer::State::kResolving;
    LookUp(transfer);
    return true;
  }

  // Sorted by when they are due.
  void ArmLookupTimer() {
    while (!lookups_.empty() && !IsResolving(lookups_.front().id)) {
      lookups_.pop_front();
    }
    if (lookups_.empty()) {
      uv_timer_stop(lookup_timer_.get());
      return;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(lookups_.front().deadline - Now()).count();
    uv_update_time(loop_);
    uv_timer_start(
        lookup_timer_.get(),
        [](uv_timer_t* handle) { Guarded([handle] { static_cast<Engine*>(handle->data)->OnLookupsDue(); }); },
        static_cast<std::uint64_t>(std::max<std::int64_t>(left, 0)), 0);
  }

  bool IsResolving(std::uint64_t id) const {
    const auto found = transfers_.find(id);
    return found != transfers_.end() && found->second->state == Transfer::State::kResolving;
  }

  void OnLookupsDue() {
    const FetchLimits& limits = setup_.settings().limits;
    const bool whole_time = limits.timeout <= limits.connect_timeout;
    while (!lookups_.empty() && (lookups_.front().deadline <= Now() || !IsResolving(lookups_.front().id))) {
      const std::uint64_t id = lookups_.front().id;
      lookups_.pop_front();
      if (IsResolving(id)) {
        Transfer& transfer = *transfers_.at(id);
        Finish(transfer,
               FailureOf(transfer, Err(whole_time ? ErrorCode::kTimeout : ErrorCode::kDns,
                                       fmt::format("{}: no answer from DNS within {} ms", transfer.target.host,
                                                   std::min(limits.timeout, limits.connect_timeout).count()))));
      }
    }
    ArmLookupTimer();
  }

  const ThreadChecker thread_;
  uv_loop_t* const loop_;
  const EasySetup setup_;
  const FetcherEvents events_;
  std::size_t max_active_;

  bool closed_ = false;
  std::uint64_t last_id_ = 0;
  std::size_t active_ = 0;       // transfers that are not waiting
  std::size_t undelivered_ = 0;  // of the batch that Deliver is in
  std::unordered_map<std::uint64_t, std::unique_ptr<Transfer>> transfers_;
  std::deque<std::uint64_t> waiting_;
  std::deque<Lookup> lookups_;
  std::deque<Finished> finished_;  // filled by Finish, emptied by Deliver
  SiteSessions sessions_;          // outlives the easy handles
  KeptConnections kept_;
  ProxyPool proxies_;
  std::vector<CurlEasy> pool_;
  std::unique_ptr<Resolver> resolver_;
  std::unique_ptr<MultiLoop> multi_;
  UvPtr<uv_timer_t> lookup_timer_;
};

class CurlFetcher final : public Fetcher {
 public:
  explicit CurlFetcher(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {}
  CurlFetcher(const CurlFetcher&) = delete;
  CurlFetcher& operator=(const CurlFetcher&) = delete;
  ~CurlFetcher() override { engine_->Shutdown(); }

  void Start(FetchRequest request, Callback done) override { engine_->Start(std::move(request), std::move(done)); }
  void AddCookies(const SiteCookies& cookies, bool own) override { engine_->AddCookies(cookies, own); }
  void CancelAll() override { engine_->CancelAll(); }
  std::size_t in_flight() const override { return engine_->in_flight(); }
  void SetMaxConnections(std::size_t most) override { engine_->SetMaxConnections(most); }

 private:
  std::shared_ptr<Engine> engine_;
};

}  // namespace

Result<void> InitFetching() {
  static const CURLcode curl = curl_global_init(CURL_GLOBAL_DEFAULT);
  static const int cares = ares_library_init(ARES_LIB_INIT_ALL);
  if (curl != CURLE_OK) {
    return ErrorOfCurl(curl, {});
  }
  if (cares != ARES_SUCCESS) {
    return Err(ErrorCode::kSystem, fmt::format("{} (c-ares {})", ares_strerror(cares), cares));
  }
  return {};
}

Result<std::unique_ptr<Fetcher>> MakeCurlFetcher(uv_loop_s* loop, FetchSettings settings, FetcherEvents events) {
  Result<EasySetup> setup = EasySetup::Make(std::move(settings));
  if (!setup) {
    return std::move(setup).error();
  }
  auto engine = std::make_shared<Engine>(loop, *std::move(setup), std::move(events));
  if (Result<void> opened = engine->Open(); !opened) {
    return std::move(opened).error();
  }
  return std::unique_ptr<Fetcher>(std::make_unique<CurlFetcher>(std::move(engine)));
}

}  // namespace spinneret
