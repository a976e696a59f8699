// Dispatcher: the worker threads, and which batch goes to which of them.
//
// Choice     a host stays with the worker that served it last (its connection, TLS session and cookies are there) while
//            that one has room; a host without a delay goes to the worker with the least to do.
// Bounds     URLs out per worker; so reports outstanding are bounded, and when the store lags, batches wait.
// Shortage   a worker that dies because the machine has no memory or sockets left blames nobody; what it was reading stays in its
//            slot, unless another worker takes its place.
// Failure    a worker that dies is replaced and its batches go back to the frontier. Blame is exact: a page that was being
//            read by two workers when they died is poison, whatever else was out is not. One that fails before it is
//            ready, or the third time in a row without a report, is not replaced.
// Resizing   a worker that is taken away finishes what is in flight, gives the rest of its batches back and exits; its seat
//            stays for one to come.
// Thread     main thread.
// Ownership  owns the workers; borrows the frontier.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/clock.h"
#include "crawler/cookie_book.h"
#include "crawler/frontier/frontier.h"
#include "crawler/inflight_slots.h"
#include "crawler/messages.h"
#include "crawler/poison_page.h"
#include "crawler/worker_threads/worker.h"

namespace spinneret {

struct WorkerFleetSettings {
  std::uint32_t workers = 1;
  std::uint32_t connections = 64;         // over all workers; at least one each
  std::uint64_t worker_memory_bytes = 0;  // 0: no limit
  PageSettings page;                      // fetch.max_connections is set for each worker
};

class Dispatcher {
 public:
  struct Handlers {
    std::function<void(PageReport, Host&, std::uint32_t worker)> on_page;
    std::function<void(RobotsReport)> on_robots;
    std::function<void(const ProxyReport&)> on_proxy_rest;
    std::function<void(SitemapReport)> on_sitemap;
    std::function<void(PoisonPage, std::string_view body, Host&)> on_poison;  // for its outcome
    std::function<void(std::string_view what)> on_worker_lost;                // replaced, or the last one is gone
    std::function<void()> on_all_gone;                                        // every worker has exited
  };

  // `inflight`: a slot for each worker.
  Dispatcher(WorkerFleetSettings settings, std::shared_ptr<InflightSlots> inflight, Frontier& frontier,
             const Clock& clock, Handlers handlers, const std::vector<SiteCookies>& cookies);
  ~Dispatcher();

  // Pages that are known to be poison: when their turn comes they go to on_poison and to no worker. Before Start.
  void SetAside(PoisonByUrl poison) { poison_ = std::move(poison); }
  // Starts the workers, each with its first batches as workerData. At most `allowed` URLs are given out.
  void Start(std::uint64_t allowed);
  // Gives out what is ready at `now`, at most `allowed` URLs. True when it stopped for the sake of the loop's other
  // work and wants to be called again at once.
  bool Dispatch(SteadyTime now, std::uint64_t allowed);
  // So many workers (at most InflightSlots::kMostSlots), and connections over all of them (at least as many), from here
  // on. For a moment there may be more of both: what is in flight ends as it would have. kStorageFull where the disk has
  // no space for more workers' slots; then nothing has changed.
  Result<void> Resize(std::uint32_t workers, std::uint32_t connections);
  // Those that there should be.
  std::uint32_t workers() const { return settings_.workers; }
  std::uint32_t connections() const { return settings_.connections; }
  // Workers start nothing more until it is taken back.
  void Hold(bool on);
  // Of a shared crawl: from this BootTime() on workers ask nothing.
  void SetLeaseDeadline(std::chrono::nanoseconds deadline);
  void Drain();
  void Abort();
  void Shutdown();

  // What all workers together hold.
  const CookieBook& cookies() const { return cookies_; }

  std::size_t batches_out() const { return out_.size(); }
  // URLs in batches so far, as often as they were given out.
  std::uint64_t urls_given() const { return urls_given_; }
  std::size_t workers_alive() const { return alive_; }

  struct Usage {
    std::vector<double> utilization;  // of each worker since the last call, 0 … 1
    std::uint64_t in_flight = 0;      // transfers
    std::uint64_t bytes_wire = 0;     // received, this run
  };
  Usage MeasureUsage();

 private:
  using PageWorkerThread = worker_threads::Worker<PageWorkerProtocol>;
  struct Seat {  // a worker's place; the thread in it may be replaced
    std::unique_ptr<PageWorkerThread> thread;
    worker_threads::SharedBuffer counters{0};
    worker_threads::LoopUtilizationReading last_reading;
    std::uint64_t urls_out = 0;
    std::uint64_t bytes_of_predecessors = 0;
    std::uint32_t deaths = 0;  // in a row, without a report in between
    bool ready = false;
    bool alive = false;
    bool leaving = false;        // alive, and gets nothing more
    bool machine_short = false;  // the thread died for want of memory or sockets
  };
  struct OutBatch {
    std::uint32_t host = 0;
    std::uint32_t seat = 0;
    std::uint64_t weight = 1;  // counted in Seat::urls_out
    std::vector<UrlHandle> unreported;
    std::optional<RobotsJob> robots;    // until its report is here
    std::optional<SitemapJob> sitemap;  // until its last report is here
  };

  void StartThread(std::uint32_t seat, std::vector<UrlBatch> first);
  void Leave(Seat& seat);
  // Takes the thread, which has exited, out of its seat.
  void Retire(Seat& seat);
  bool Works(std::uint32_t seat) const { return seats_[seat].alive && !seats_[seat].leaving; }
  std::uint32_t ShareOf(std::uint32_t seat) const;
  std::optional<std::uint32_t> PickSeat(const Host& host) const;
  // None where no worker is there that may be given something.
  std::optional<std::uint32_t> LeastBusy() const;
  bool TakeBatches(SteadyTime now, std::uint64_t allowed,
                   const std::function<void(std::uint32_t seat, UrlBatch)>& give);
  void Register(std::uint32_t seat, const UrlBatch& batch);
  void Broadcast(const ToPageWorker& message);

  void OnMessage(std::uint32_t seat, FromPageWorker message);
  void Take(std::uint32_t seat, Ready);
  void Take(std::uint32_t seat, PageReport report);
  void Take(std::uint32_t seat, RobotsReport report);
  void Take(std::uint32_t seat, SitemapReport report);
  void Take(std::uint32_t seat, BatchDone done);
  void Take(std::uint32_t seat, CookieReport report);
  void Take(std::uint32_t seat, ProxyReport report);
  void Take(std::uint32_t seat, Evidence evidence);
  void OnExit(std::uint32_t seat, int code);
  void GiveBack(std::uint32_t seat);
  void DropPoison(UrlBatch& batch);

  WorkerFleetSettings settings_;
  const std::shared_ptr<InflightSlots> inflight_;
  Frontier& frontier_;
  const Clock& clock_;
  const Handlers handlers_;
  std::uint64_t most_urls_out_;  // per worker
  std::vector<Seat> seats_;
  CookieBook cookies_;
  boost::unordered_flat_map<std::uint32_t, OutBatch> out_;  // by batch id
  PoisonByUrl poison_;
  struct Accused {
    std::uint32_t deaths = 0;  // of workers that were reading it
    std::string body;          // the last one's, where it could be had
  };
  boost::unordered_flat_map<std::uint32_t, Accused> accused_;  // by URL
  std::vector<std::unique_ptr<PageWorkerThread>> retired_;     // exited, and perhaps still in their last handler
  std::size_t alive_ = 0;
  std::uint64_t urls_given_ = 0;
  std::chrono::nanoseconds lease_deadline_{0};
  bool ending_ = false;
};

}  // namespace spinneret
