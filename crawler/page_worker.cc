#include "crawler/page_worker.h"

#include <algorithm>
#include <atomic>
#include <list>
#include <memory>
#include <span>
#include <stdexcept>
#include <utility>

#include <unistd.h>

#include "crawler/frontier/retry_policy.h"
#include "crawler/loop_handles.h"
#include "crawler/messages.h"
#include "crawler/page_processor.h"
#include "crawler/worker_threads/event_loop.h"
#include "crawler/worker_threads/worker.h"

namespace spinneret {
namespace {

namespace wt = worker_threads;

constexpr std::chrono::milliseconds kLeaseLook{250};

// Another agent may ask the hosts from the lease's end on.
std::chrono::nanoseconds LeaseLeft(wt::SharedBuffer& counters) {
  const std::uint64_t deadline =
      counters.View<std::uint64_t>()[static_cast<std::size_t>(WorkerCounter::kLeaseDeadline)].load(
          std::memory_order_relaxed);
  return deadline == 0 ? std::chrono::nanoseconds::max()
                       : std::chrono::nanoseconds(static_cast<std::int64_t>(deadline)) - BootTime();
}

bool LeaseHolds(wt::SharedBuffer& counters) {
  return LeaseLeft(counters).count() > 0;
}

// The header lines that ask for a page only where it is not the one that these stand for. Both are sent where both are
// known: a server that has entity tags looks at these alone (RFC 9110 section 13.1.3).
std::vector<std::string> ConditionsOf(const Validators& validators) {
  std::vector<std::string> lines;
  if (!validators.etag.empty()) {
    lines.push_back("If-None-Match: " + validators.etag);
  }
  if (!validators.last_modified.empty()) {
    lines.push_back("If-Modified-Since: " + validators.last_modified);
  }
  return lines;
}

// A batch being worked off. It keeps the host's politeness: no more than `connections` at once, and from the end of one
// response to the start of the next request `delay`.
struct Lane {
  UrlBatch batch;
  std::size_t next = 0;         // of batch.urls
  bool single_started = false;  // the robots.txt or sitemap that is all of the batch
  std::uint32_t active = 0;
  SteadyTime next_allowed{};
  bool stopped = false;  // the rest goes back unasked
  bool single_returned = false;
  std::vector<UrlHandle> unfinished;  // started and given up
  BatchDone done;

  bool IsSingle() const { return batch.robots || batch.sitemap; }
  bool HasMore() const { return !stopped && (IsSingle() ? !single_started : next < batch.urls.size()); }
  bool Finished() const { return active == 0 && !HasMore(); }
};

class PageWorker {
 public:
  PageWorker(PageWorkerData& data, std::unique_ptr<Fetcher> fetcher)
      : counters_(data.counters),
        inflight_(data.inflight),
        slot_(data.slot),
        evidence_fd_(data.settings.evidence_fd),
        connections_(data.connections),
        keep_raw_headers_(data.settings.store_body != StoreBody::kNone),
        processor_(data.settings),
        port_(*wt::ParentPort<PageWorkerProtocol>()),
        fetcher_(std::move(fetcher)) {
    port_.OnMessage([this](ToPageWorker message) {
      std::visit([this](auto&& m) { Take(std::forward<decltype(m)>(m)); }, std::move(message));
    });
    port_.PostMessage(Ready());
    if (Counter(WorkerCounter::kLeaseDeadline) != 0) {
      LookAtLease();
    }
    for (UrlBatch& batch : data.first) {
      Take(std::move(batch));
    }
  }
  PageWorker(const PageWorker&) = delete;
  PageWorker& operator=(const PageWorker&) = delete;

 private:
  void Take(UrlBatch batch) {
    fetcher_->AddCookies({batch.cookies.site, std::move(batch.cookies.lines)}, /*own=*/false);
    fetcher_->AddCookies({batch.cookies.site, std::move(batch.cookies.own)}, /*own=*/true);
    Lane& lane = lanes_.emplace_back();
    lane.done.batch = batch.id;
    lane.next_allowed = batch.not_before;
    lane.batch = std::move(batch);
    lane.stopped = draining_;
    Pump();
  }

  void Take(Drain) {
    draining_ = true;
    for (Lane& lane : lanes_) {
      lane.stopped = true;
    }
    Pump();
  }

  void Take(Abort) {
    Take(Drain());
    fetcher_->CancelAll();
  }

  void Take(Hold hold) {
    held_ = hold.on;
    Pump();
  }

  void Take(Share share) {
    connections_ = share.connections;
    fetcher_->SetMaxConnections(connections_);
    Pump();
  }

  void Take(Shutdown) {
    timer_.Stop();
    lease_timer_.Stop();
    fetcher_.reset();          // its handles hold the loop
    port_.OnMessage(nullptr);  // and so does a listener
  }

  // Starts what may start now, ends lanes that are worked off, and sets the timer for the next that becomes ready.
  void Pump() {
    if (over_memory_) {
      return;
    }
    const SteadyTime now = std::chrono::steady_clock::now();
    bool progress = true;
    while (progress && active_ < connections_ && !held_) {
      progress = false;  // one of each lane in turn, so that a long one does not keep the others waiting
      for (Lane& lane : lanes_) {
        if (active_ < connections_ && lane.HasMore() && lane.active < lane.batch.connections &&
            lane.next_allowed <= now && LeaseHolds()) {
          StartNext(lane);
          progress = true;
        }
      }
    }
    SteadyTime wake = SteadyTime::max();
    for (auto it = lanes_.begin(); it != lanes_.end();) {
      if (it->Finished()) {
        EndLane(*it);
        it = lanes_.erase(it);
        continue;
      }
      if (it->HasMore() && it->next_allowed > now && !held_) {
        wake = std::min(wake, it->next_allowed);
      }
      ++it;
    }
    SetCounter(WorkerCounter::kInFlight, active_);
    if (wake != SteadyTime::max()) {
      timer_.FireAt(wake);
    }
  }

  bool LeaseHolds() { return spinneret::LeaseHolds(counters_); }

  // What is under way when the lease ends is given up: its answer could not be written. With a new lease the rest goes on.
  void LookAtLease() {
    const std::chrono::nanoseconds left = LeaseLeft(counters_);
    if (left.count() > 0) {
      Pump();
    } else if (active_ > 0) {
      fetcher_->CancelAll();
    }
    // At its end to the millisecond, though not later than that where the machine slept.
    const std::chrono::nanoseconds pause =
        left.count() > 0 ? std::min<std::chrono::nanoseconds>(left, kLeaseLook) : kLeaseLook;
    lease_timer_.FireAt(std::chrono::steady_clock::now() + pause);
  }

  void StartNext(Lane& lane) {
    ++lane.active;
    ++active_;
    FetchRequest request;
    if (lane.batch.robots) {
      lane.single_started = true;
      request.url = lane.batch.robots->url;
      request.max_body_bytes = RobotsTxt::kMaxBytes;
      request.send_credentials = false;
      request.send_certificate = lane.batch.robots->send_certificate;
      fetcher_->Start(std::move(request), [this, &lane](FetchDone done) { EndRobots(lane, std::move(done)); });
      return;
    }
    if (lane.batch.sitemap) {
      lane.single_started = true;
      request.url = lane.batch.sitemap->url;
      request.max_body_bytes = kMaxSitemapBytes;
      request.send_credentials = lane.batch.sitemap->send_credentials;
      fetcher_->Start(std::move(request), [this, &lane](FetchDone done) { EndSitemap(lane, std::move(done)); });
      return;
    }
    FetchJob& job = lane.batch.urls[lane.next++];
    request.url = job.text;
    request.headers = ConditionsOf(job.validators);
    request.keep_raw_headers = keep_raw_headers_;
    request.send_credentials = job.send_credentials;
    request.send_certificate = job.send_credentials;
    request.more_expected = lane.batch.more || lane.HasMore();
    fetcher_->Start(std::move(request), [this, &lane, &job](FetchDone done) { EndPage(lane, job, std::move(done)); });
  }

  static bool Cancelled(const FetchDone& done) {
    return !done.result && done.result.error().code == ErrorCode::kCancelled;
  }

  // The runtime ends this worker at its loop's next turn. Nothing more is begun or reported: what is out goes to the
  // next worker.
  static bool OutOfMemory(const std::optional<Error>& error) { return error && error->code == ErrorCode::kOutOfMemory; }

  // What the machine lacks is no page's fault: the worker ends, and all that it had is asked again, by another.
  static void CheckMachine(const FetchDone& done) {
    if (!done.result && done.result.error().code == ErrorCode::kSystem) {
      throw MachineShort(done.result.error().message);
    }
  }

  void EndRobots(Lane& lane, FetchDone done) {
    if (over_memory_) {
      return;
    }
    CheckMachine(done);
    if (Cancelled(done)) {
      Rest(lane, done);
      lane.single_returned = true;
    } else {
      Account(lane, done);
      RobotsReport report = processor_.ReportRobots(*lane.batch.robots, std::move(done));
      if (OutOfMemory(report.attempt.error)) {
        over_memory_ = true;
        return;
      }
      report.batch = lane.batch.id;
      NoteRest(lane, report.attempt);
      port_.PostMessage(std::move(report));
    }
    EndTransfer(lane);
  }

  void EndSitemap(Lane& lane, FetchDone done) {
    if (over_memory_) {
      return;
    }
    CheckMachine(done);
    if (Cancelled(done)) {
      Rest(lane, done);
      lane.single_returned = true;
    } else {
      Account(lane, done);
      SitemapReport last = processor_.ReportSitemap(*lane.batch.sitemap, std::move(done), [&](SitemapReport piece) {
        piece.batch = lane.batch.id;
        port_.PostMessage(std::move(piece));
      });
      if (last.attempt.error && last.attempt.error->code == ErrorCode::kSystem) {
        throw MachineShort(last.attempt.error->message);
      }
      if (OutOfMemory(last.attempt.error)) {
        over_memory_ = true;
        return;
      }
      last.batch = lane.batch.id;
      NoteRest(lane, last.attempt);
      port_.PostMessage(std::move(last));
    }
    EndTransfer(lane);
  }

  void EndPage(Lane& lane, const FetchJob& job, FetchDone done) {
    if (over_memory_) {
      return;
    }
    CheckMachine(done);
    if (Cancelled(done)) {
      Rest(lane, done);
      lane.unfinished.push_back(job.url);
    } else {
      Account(lane, done);
      inflight_->Set(slot_, job.url, job.text, job.send_credentials);  // and it stays there when this is the end
      KeepEvidence(done);
      PageReport report = processor_.Report(job, std::move(done));
      if (report.attempt.error && report.attempt.error->code == ErrorCode::kSystem) {
        throw MachineShort(report.attempt.error->message);
      }
      if (OutOfMemory(report.attempt.error)) {
        over_memory_ = true;
        if (!report.evidence.empty()) {
          port_.PostMessage(Evidence{job.url, std::move(report.evidence)});
        }
        return;
      }
      report.batch = lane.batch.id;
      NoteRest(lane, report.attempt);
      port_.PostMessage(std::move(report));
      inflight_->Clear(slot_);
    }
    EndTransfer(lane);
  }

  // A process that reads one page alone, because it may die of it.
  void KeepEvidence(const FetchDone& done) const {
    if (evidence_fd_ >= 0 && done.result && ftruncate(evidence_fd_, 0) == 0) {
      const std::string& body = done.result->body;
      // What could not be written is missing in a report, and nowhere else.
      (void)!pwrite(evidence_fd_, body.data(), body.size(), 0);
    }
  }

  // Also after a request that was given up: the host may have been asked all the same.
  static void Rest(Lane& lane, const FetchDone& done) {
    lane.done.ended_at = std::max(lane.done.ended_at.value_or(done.ended_at), done.ended_at);
    lane.next_allowed = std::max(lane.next_allowed, done.ended_at + lane.batch.delay);
  }

  void Account(Lane& lane, const FetchDone& done) {
    Rest(lane, done);
    if (done.timings.ttfb_ms > 0) {
      lane.done.latency = std::chrono::milliseconds(static_cast<std::int64_t>(done.timings.ttfb_ms));
    }
    AddToCounter(WorkerCounter::kResponses, 1);
    AddToCounter(WorkerCounter::kBytesWire, done.bytes_wire);
  }

  // A host that cannot be reached, or asks for rest, is not asked for the rest of its batch.
  void NoteRest(Lane& lane, const AttemptRecord& attempt) {
    const AttemptResult result = attempt.result();
    if (ConcernsWholeHost(result)) {
      lane.stopped = true;
      lane.done.host_delay =
          std::max(lane.done.host_delay, DecideRetry(result, attempt.tries, attempt.tries).host_delay);
    }
  }

  void EndTransfer(Lane& lane) {
    --lane.active;
    --active_;
    Pump();  // may end the lane
  }

  void EndLane(Lane& lane) {
    const bool single_returned = lane.single_returned || !lane.single_started;
    lane.done.robots_returned = lane.batch.robots && single_returned;
    lane.done.sitemap_returned = lane.batch.sitemap && single_returned;
    lane.done.returned = std::move(lane.unfinished);
    for (; lane.next < lane.batch.urls.size(); ++lane.next) {
      lane.done.returned.push_back(lane.batch.urls[lane.next].url);
    }
    port_.PostMessage(std::move(lane.done));
  }

  std::atomic<std::uint64_t>& Counter(WorkerCounter counter) {
    return counters_.View<std::uint64_t>()[static_cast<std::size_t>(counter)];
  }
  void SetCounter(WorkerCounter counter, std::uint64_t value) {
    Counter(counter).store(value, std::memory_order_relaxed);
  }
  void AddToCounter(WorkerCounter counter, std::uint64_t value) {
    Counter(counter).fetch_add(value, std::memory_order_relaxed);
  }

  wt::SharedBuffer counters_;
  const std::shared_ptr<InflightSlots> inflight_;
  const std::uint32_t slot_;
  const int evidence_fd_;
  std::uint32_t connections_;
  const bool keep_raw_headers_;
  PageProcessor processor_;
  std::remove_pointer_t<decltype(wt::ParentPort<PageWorkerProtocol>())>& port_;
  std::unique_ptr<Fetcher> fetcher_;
  LoopTimer timer_{[this] { Pump(); }};
  LoopTimer lease_timer_{[this] { LookAtLease(); }};
  std::list<Lane> lanes_;  // addresses stay: transfers refer to them
  std::uint32_t active_ = 0;
  bool draining_ = false;
  bool held_ = false;
  bool over_memory_ = false;
};

}  // namespace

void RunPageWorker() {
  auto& data = wt::WorkerData<PageWorkerData>();
  auto& port = *wt::ParentPort<PageWorkerProtocol>();
  FetcherEvents events;
  events.on_cookies = [&port](SiteCookies cookies) { port.PostMessage(CookieReport{std::move(cookies)}); };
  events.on_proxy_rest = [&port](const std::string& proxy, const std::string& why, std::chrono::milliseconds rest) {
    port.PostMessage(ProxyReport{proxy, why, rest});
  };
  // A worker that was stopped between beginning a transfer and sending its request does not send it when it goes on.
  events.may_send = [&data] { return LeaseHolds(data.counters); };
  Result<std::unique_ptr<Fetcher>> fetcher =
      MakeCurlFetcher(wt::EventLoop::Current().uv(), data.settings.fetch, std::move(events));
  if (!fetcher) {
    throw std::runtime_error(fetcher.error().message);  // becomes the worker's error event
  }
  // The loop is run here, so that the worker and its transfers end before the loop does, also by Terminate or an
  // exception.
  PageWorker worker(data, std::move(*fetcher));
  wt::EventLoop::Current().Run();
}

}  // namespace spinneret
