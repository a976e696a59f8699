// CrawlGauges: what is measured of a running crawl once a second: rates, how busy its threads are, which hosts stand out.
//
// Thread   main thread.
#pragma once

#include <chrono>
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
  // All three must outlive it.
  CrawlGauges(Frontier& frontier, Dispatcher& dispatcher, const Clock& clock)
      : frontier_(frontier), dispatcher_(dispatcher), clock_(clock) {}

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
