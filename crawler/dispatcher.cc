#include "crawler/dispatcher.h"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/log.h"
#include "crawler/page_worker.h"

namespace spinneret {
namespace {

// A worker has this many rounds of its connections out, so that it never waits for the main thread's next turn, which
// may last as long as a commit does; and at least this many URLs.
constexpr std::uint64_t kRoundsOut = 4;
constexpr std::uint64_t kFewestUrlsOut = 64;
constexpr std::uint32_t kMostDeathsInARow = 3;
constexpr std::uint32_t kMostDeathsOfAPage = 2;
// A turn of the loop that has made batches for so long is ended: a host whose URLs robots.txt forbids, or a rule hides,
// gives none out, however long its queue is.
constexpr std::chrono::milliseconds kLongestTurn{4};

std::uint64_t MostUrlsOut(const WorkerFleetSettings& settings) {
  return std::max(kFewestUrlsOut, kRoundsOut * settings.connections / settings.workers);
}

bool IsShortage(const worker_threads::WorkerError& error) {
  if (error.code == worker_threads::WorkerErrorCode::kOutOfMemory) {
    return false;  // its own limit
  }
  try {
    std::rethrow_exception(error.exception);
  } catch (const MachineShort&) {
    return true;
  } catch (const std::bad_alloc&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

Dispatcher::Dispatcher(WorkerFleetSettings settings, std::shared_ptr<InflightSlots> inflight, Frontier& frontier,
                       const Clock& clock, Handlers handlers, const std::vector<SiteCookies>& cookies)
    : settings_(std::move(settings)),
      inflight_(std::move(inflight)),
      frontier_(frontier),
      clock_(clock),
      handlers_(std::move(handlers)),
      most_urls_out_(MostUrlsOut(settings_)),
      seats_(settings_.workers) {
  for (const SiteCookies& site : cookies) {
    cookies_.Take(site, CookieBook::kFile);
  }
}

Dispatcher::~Dispatcher() = default;

void Dispatcher::Start(std::uint64_t allowed) {
  std::vector<std::vector<UrlBatch>> first(seats_.size());
  for (Seat& seat : seats_) {
    seat.alive = true;  // for PickSeat
  }
  TakeBatches(clock_.Now(), allowed,
              [&](std::uint32_t seat, UrlBatch batch) { first[seat].push_back(std::move(batch)); });
  for (std::uint32_t i = 0; i < seats_.size(); ++i) {
    StartThread(i, std::move(first[i]));
  }
}

Result<void> Dispatcher::Resize(std::uint32_t workers, std::uint32_t connections) {
  if (!inflight_->Grow(workers)) {
    return Err(ErrorCode::kStorageFull, "the disk has no space for more workers' slots");
  }
  settings_.workers = workers;
  settings_.connections = connections;
  most_urls_out_ = MostUrlsOut(settings_);
  seats_.resize(std::max<std::size_t>(seats_.size(), workers));
  for (std::uint32_t i = 0; i < seats_.size() && !ending_; ++i) {
    Seat& seat = seats_[i];
    if (i >= workers) {
      Leave(seat);
    } else if (!seat.alive) {
      Retire(seat);
      StartThread(i, {});
    } else if (!seat.leaving) {  // else another follows it
      seat.thread->PostMessage(Share{ShareOf(i)});
    }
  }
  return {};
}

void Dispatcher::Leave(Seat& seat) {
  if (!seat.alive || seat.leaving) {
    return;
  }
  seat.leaving = true;
  seat.thread->PostMessage(spinneret::Drain());
  if (seat.urls_out == 0) {
    seat.thread->PostMessage(spinneret::Shutdown());
  }
}

void Dispatcher::Retire(Seat& seat) {
  if (seat.thread) {
    seat.bytes_of_predecessors +=
        seat.counters.View<std::uint64_t>()[static_cast<std::size_t>(WorkerCounter::kBytesWire)].load();
    retired_.push_back(std::move(seat.thread));
  }
  seat.leaving = false;
  seat.deaths = 0;
}

std::uint32_t Dispatcher::ShareOf(std::uint32_t seat) const {
  // The remainder goes to the first workers, so that all together have exactly --connections.
  const std::uint32_t more = seat < settings_.connections % settings_.workers ? 1 : 0;
  return std::max<std::uint32_t>(1, settings_.connections / settings_.workers + more);
}

void Dispatcher::StartThread(std::uint32_t seat_index, std::vector<UrlBatch> first) {
  Seat& seat = seats_[seat_index];
  const std::uint32_t connections = ShareOf(seat_index);
  PageWorkerData data;
  data.settings = settings_.page;
  data.settings.fetch.max_connections = connections;
  data.connections = connections;
  data.counters = worker_threads::SharedBuffer(static_cast<std::size_t>(WorkerCounter::kCount) * sizeof(std::uint64_t));
  data.inflight = inflight_;
  inflight_->Clear(seat_index);
  data.slot = seat_index;
  data.counters.View<std::uint64_t>()[static_cast<std::size_t>(WorkerCounter::kLeaseDeadline)].store(
      static_cast<std::uint64_t>(lease_deadline_.count()));
  data.first = std::move(first);
  seat.counters = data.counters;
  seat.ready = false;
  seat.alive = true;
  seat.last_reading = {};
  ++alive_;
  worker_threads::WorkerOptions options;
  options.name = fmt::format("fetch-{}", seat_index + 1);
  options.memory_limit_bytes = static_cast<std::size_t>(settings_.worker_memory_bytes);
  seat.thread = std::make_unique<PageWorkerThread>(RunPageWorker, std::move(data), std::move(options));
  seat.thread->OnMessage([this, seat_index](FromPageWorker message) { OnMessage(seat_index, std::move(message)); });
  seat.thread->OnError([this, seat_index](const worker_threads::WorkerError& error) {
    seats_[seat_index].machine_short = IsShortage(error);
    handlers_.on_worker_lost(fmt::format("worker {} failed: {}", seat_index + 1, error.message));
  });
  seat.thread->OnExit([this, seat_index](int code) { OnExit(seat_index, code); });
}

std::optional<std::uint32_t> Dispatcher::PickSeat(const Host& host) const {
  const auto has_room = [&](std::uint32_t i) { return Works(i) && seats_[i].urls_out < most_urls_out_; };
  // A host with several batches out is split: affinity would pile them up on one worker.
  if (host.batches_out == 0 && host.last_worker && has_room(*host.last_worker) &&
      seats_[*host.last_worker].urls_out <= most_urls_out_ / 2) {
    return host.last_worker;
  }
  const std::optional<std::uint32_t> least = LeastBusy();
  return least && has_room(*least) ? least : std::nullopt;
}

std::optional<std::uint32_t> Dispatcher::LeastBusy() const {
  std::optional<std::uint32_t> least;
  for (std::uint32_t i = 0; i < seats_.size(); ++i) {
    if (Works(i) && (!least || seats_[i].urls_out < seats_[*least].urls_out)) {
      least = i;
    }
  }
  return least;
}

bool Dispatcher::TakeBatches(SteadyTime now, std::uint64_t allowed,
                             const std::function<void(std::uint32_t seat, UrlBatch)>& give) {
  const std::uint64_t already_out = frontier_.totals().urls_out;
  frontier_.WakeRetries(now);
  const SteadyTime begun = clock_.Now();
  while (clock_.Now() - begun < kLongestTurn) {
    const std::uint64_t taken = frontier_.totals().urls_out - std::min(already_out, frontier_.totals().urls_out);
    if (taken >= allowed) {
      return false;
    }
    const std::optional<std::uint32_t> least = LeastBusy();
    if (!least || seats_[*least].urls_out >= most_urls_out_) {
      return false;
    }
    Host* host = frontier_.PopReady(now);
    if (host == nullptr) {
      return false;
    }
    const std::optional<std::uint32_t> seat = PickSeat(*host);
    SPINNERET_CHECK(seat.has_value(), "some worker has room");
    const auto most = static_cast<std::uint32_t>(std::min<std::uint64_t>(allowed - taken, UINT32_MAX));
    frontier_.MakeBatch(*host, most, [this, seat = *seat, give](Result<UrlBatch> batch) {
      if (!batch || batch->empty()) {
        return;  // the frontier keeps the failure; an empty batch had only URLs that are not to be asked
      }
      DropPoison(*batch);
      if (batch->empty()) {
        frontier_.BatchEnded(frontier_.HostAt(batch->host_index), seat, {});
        return;
      }
      const bool pinned = batch->worker && *batch->worker < seats_.size() && Works(*batch->worker);
      // One that was taken away while the texts were read is no choice any more.
      const std::uint32_t chosen = Works(seat) ? seat : LeastBusy().value_or(seat);
      const std::uint32_t target = pinned ? *batch->worker : chosen;
      batch->cookies = cookies_.For(frontier_.HostAt(batch->host_index).name, target);
      Register(target, *batch);
      give(target, std::move(*batch));
    });
    if (frontier_.failure()) {
      return false;
    }
  }
  return true;
}

void Dispatcher::DropPoison(UrlBatch& batch) {
  if (poison_.empty()) {
    return;
  }
  std::erase_if(batch.urls, [&](const FetchJob& job) {
    const auto known = poison_.find(job.text);
    if (known == poison_.end()) {
      return false;
    }
    PoisonPage page = known->second;
    page.url = job.url;
    handlers_.on_poison(std::move(page), {}, frontier_.HostAt(batch.host_index));
    return true;
  });
}

void Dispatcher::Register(std::uint32_t seat, const UrlBatch& batch) {
  OutBatch out;
  out.host = batch.host_index;
  out.seat = seat;
  out.weight = std::max<std::uint64_t>(1, batch.urls.size());
  out.robots = batch.robots;
  out.sitemap = batch.sitemap;
  out.unreported.reserve(batch.urls.size());
  for (const FetchJob& job : batch.urls) {
    out.unreported.push_back(job.url);
  }
  seats_[seat].urls_out += out.weight;
  urls_given_ += batch.urls.size();
  out_.emplace(batch.id, std::move(out));
}

bool Dispatcher::Dispatch(SteadyTime now, std::uint64_t allowed) {
  if (ending_) {
    return false;
  }
  retired_.clear();
  return TakeBatches(
      now, allowed, [this](std::uint32_t seat, UrlBatch batch) { seats_[seat].thread->PostMessage(std::move(batch)); });
}

void Dispatcher::SetLeaseDeadline(std::chrono::nanoseconds deadline) {
  lease_deadline_ = deadline;
  for (Seat& seat : seats_) {
    if (seat.alive && seat.thread) {
      seat.counters.View<std::uint64_t>()[static_cast<std::size_t>(WorkerCounter::kLeaseDeadline)].store(
          static_cast<std::uint64_t>(deadline.count()), std::memory_order_relaxed);
    }
  }
}

void Dispatcher::Broadcast(const ToPageWorker& message) {
  ending_ = true;
  for (Seat& seat : seats_) {
    if (seat.alive && seat.thread) {
      seat.thread->PostMessage(message);
    }
  }
}

void Dispatcher::Hold(bool on) {
  for (Seat& seat : seats_) {
    if (seat.alive && seat.thread) {
      seat.thread->PostMessage(ToPageWorker(spinneret::Hold{on}));
    }
  }
}

void Dispatcher::Drain() {
  Broadcast(spinneret::Drain());
}

void Dispatcher::Abort() {
  Broadcast(spinneret::Abort());
}

void Dispatcher::Shutdown() {
  Broadcast(spinneret::Shutdown());
}

void Dispatcher::OnMessage(std::uint32_t seat, FromPageWorker message) {
  std::visit([&](auto&& m) { Take(seat, std::forward<decltype(m)>(m)); }, std::move(message));
}

void Dispatcher::Take(std::uint32_t seat, Ready) {
  seats_[seat].ready = true;
}

void Dispatcher::Take(std::uint32_t seat, PageReport report) {
  seats_[seat].deaths = 0;
  const auto it = out_.find(report.batch);
  SPINNERET_CHECK(it != out_.end(), "a report belongs to a batch that is out");
  std::vector<UrlHandle>& unreported = it->second.unreported;
  const auto position = std::find(unreported.begin(), unreported.end(), report.url);
  SPINNERET_CHECK(position != unreported.end(), "a URL is reported once");
  *position = unreported.back();
  unreported.pop_back();
  if (!accused_.empty()) {
    accused_.erase(report.url.value);
  }
  handlers_.on_page(std::move(report), frontier_.HostAt(it->second.host), seat);
}

void Dispatcher::Take(std::uint32_t, RobotsReport report) {
  const auto it = out_.find(report.batch);
  SPINNERET_CHECK(it != out_.end(), "a report belongs to a batch that is out");
  it->second.robots.reset();
  handlers_.on_robots(std::move(report));
}

void Dispatcher::Take(std::uint32_t seat, SitemapReport report) {
  seats_[seat].deaths = 0;
  const auto it = out_.find(report.batch);
  SPINNERET_CHECK(it != out_.end(), "a report belongs to a batch that is out");
  if (report.last) {
    it->second.sitemap.reset();
  }
  handlers_.on_sitemap(std::move(report));
}

void Dispatcher::Take(std::uint32_t seat, BatchDone done) {
  const auto it = out_.find(done.batch);
  SPINNERET_CHECK(it != out_.end(), "a batch ends once");
  const OutBatch out = std::move(it->second);
  out_.erase(it);
  seats_[seat].urls_out -= out.weight;
  Host& host = frontier_.HostAt(out.host);
  for (auto url = done.returned.rbegin(); url != done.returned.rend(); ++url) {
    frontier_.Returned(*url, host);
  }
  if (done.robots_returned && out.robots) {
    frontier_.RobotsReturned(*out.robots, host);
  }
  if (done.sitemap_returned && out.sitemap) {
    frontier_.SitemapReturned(*out.sitemap, host);
  }
  frontier_.BatchEnded(host, seat, Frontier::BatchEnd{done.ended_at, done.host_delay, done.latency});
  if (seats_[seat].leaving && seats_[seat].urls_out == 0) {
    seats_[seat].thread->PostMessage(spinneret::Shutdown());
  }
}

void Dispatcher::Take(std::uint32_t seat, CookieReport report) {
  cookies_.Take(report.cookies, seat);
}

void Dispatcher::Take(std::uint32_t, ProxyReport report) {
  handlers_.on_proxy_rest(report);
}

void Dispatcher::Take(std::uint32_t, Evidence evidence) {
  accused_[evidence.url.value].body = std::move(evidence.body);
}

void Dispatcher::OnExit(std::uint32_t seat_index, int code) {
  Seat& seat = seats_[seat_index];
  seat.alive = false;
  --alive_;
  if (code != 0) {
    GiveBack(seat_index);
  }
  const std::uint32_t deaths = code != 0 ? seat.deaths + 1 : 0;
  const bool fit = seat.leaving || (code != 0 && seat.ready && deaths < kMostDeathsInARow);
  if (!ending_ && fit) {
    Retire(seat);
    if (seat_index < settings_.workers) {
      StartThread(seat_index, {});
      seat.deaths = deaths;
    }
  }
  if (alive_ == 0) {
    handlers_.on_all_gone();
  }
}

void Dispatcher::GiveBack(std::uint32_t seat) {
  // What the worker was reading when it died is to blame, and nothing else that it had.
  const bool blameless = std::exchange(seats_[seat].machine_short, false);
  const UrlHandle reading = blameless ? UrlHandle() : inflight_->Get(seat);
  if (!blameless) {
    inflight_->Clear(seat);
  }
  std::vector<std::uint32_t> batches;
  for (const auto& [id, out] : out_) {
    if (out.seat == seat) {
      batches.push_back(id);
    }
  }
  for (const std::uint32_t id : batches) {
    const OutBatch out = std::move(out_.at(id));
    out_.erase(id);
    Host& host = frontier_.HostAt(out.host);
    for (const UrlHandle url : out.unreported) {
      if (url == reading && ++accused_[url.value].deaths >= kMostDeathsOfAPage) {
        PoisonPage page;
        page.url = url;
        page.at_ms = clock_.WallTimeMs();
        page.how = "two workers died while they read it";
        handlers_.on_poison(std::move(page), accused_[url.value].body, host);
        accused_.erase(url.value);
      } else {
        frontier_.Returned(url, host);
      }
    }
    if (out.robots && blameless) {
      frontier_.RobotsReturned(*out.robots, host);
    } else if (out.robots) {
      RobotsJob again = *out.robots;
      ++again.attempt;  // one that brings workers down is not tried for ever
      frontier_.RobotsLost(std::move(again), host);
    }
    if (out.sitemap && blameless) {
      frontier_.SitemapReturned(*out.sitemap, host);
    } else if (out.sitemap) {
      SitemapJob again = *out.sitemap;
      ++again.attempt;
      frontier_.SitemapLost(std::move(again), host);
    }
    // Whether a request was under way is not known: the delay counts from now.
    frontier_.BatchEnded(host, seat, Frontier::BatchEnd{clock_.Now(), {}, {}});
  }
  seats_[seat].urls_out = 0;
}

Dispatcher::Usage Dispatcher::MeasureUsage() {
  Usage usage;
  for (Seat& seat : seats_) {
    usage.bytes_wire += seat.bytes_of_predecessors;
    if (!seat.thread) {
      continue;
    }
    const worker_threads::LoopUtilizationReading reading = seat.thread->LoopUtilization();
    usage.utilization.push_back(worker_threads::Utilization(seat.last_reading, reading));
    seat.last_reading = reading;
    const auto counters = seat.counters.View<std::uint64_t>();
    usage.in_flight += counters[static_cast<std::size_t>(WorkerCounter::kInFlight)].load(std::memory_order_relaxed);
    usage.bytes_wire += counters[static_cast<std::size_t>(WorkerCounter::kBytesWire)].load(std::memory_order_relaxed);
  }
  return usage;
}

}  // namespace spinneret
