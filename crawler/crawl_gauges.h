// CrawlGauges: what is measured of a running crawl once a second: rates, how busy its threads are, which hosts stand out.
//
// Thread   main thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"
#include "crawler/crawl_status.h"
#include "crawler/dispatcher.h"
#include "crawler/frontier/frontier.h"
#include "crawler/rate_window.h"
#include "crawler/worker_threads/event_loop.h"

namespace spinneret {

class CrawlGauges {
 public:
  // All three must outlive it. `largest_hosts`: how many of HostsLook::largest are wanted.
  CrawlGauges(Frontier& frontier, Dispatcher& dispatcher, const Clock& clock, std::size_t largest_hosts)
      : frontier_(frontier), dispatcher_(dispatcher), clock_(clock), largest_hosts_(largest_hosts) {}

  // From here on is measured.
  void Begin();
  // Once a second.
  void Measure();
  // The workers' last second, or all of a crawl that was shorter.
  void MeasureWorkers() { usage_ = dispatcher_.MeasureUsage(); }

  void AddTo(CrawlStatus& status) const;

 private:
  void LookAtHosts();

  Frontier& frontier_;
  Dispatcher& dispatcher_;
  const Clock& clock_;
  const std::size_t largest_hosts_;
  RateWindow pages_;
  worker_threads::LoopUtilizationReading last_main_reading_;
  double main_utilization_ = 0;
  Dispatcher::Usage usage_;
  HostsLook look_;
  SteadyTime looked_at_{};
  std::chrono::milliseconds look_span_{0};
  std::uint64_t measured_ = 0;
};

}  // namespace spinneret
