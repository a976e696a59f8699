#include "crawler/crawl_gauges.h"

#include <utility>

namespace spinneret {
namespace {

namespace wt = worker_threads;

constexpr std::size_t kManyHosts = 100'000;

}  // namespace

void CrawlGauges::Begin() {
  pages_.Add(clock_.Now(), frontier_.totals().pages);
  last_main_reading_ = wt::CurrentLoopUtilization();
  LookAtHosts();
  look_.busiest.clear();  // by earlier runs
}

void CrawlGauges::Measure() {
  pages_.Add(clock_.Now(), frontier_.totals().pages);
  const wt::LoopUtilizationReading reading = wt::CurrentLoopUtilization();
  main_utilization_ = wt::Utilization(last_main_reading_, reading);
  last_main_reading_ = reading;
  MeasureWorkers();
  // With very many hosts the look at each is left to every tenth second.
  if (frontier_.host_count() < kManyHosts || measured_++ % 10 == 0) {
    LookAtHosts();
  }
}

void CrawlGauges::LookAtHosts() {
  look_ = frontier_.LookAtHosts(largest_hosts_);
  const SteadyTime now = clock_.Now();
  look_span_ = std::chrono::duration_cast<std::chrono::milliseconds>(now - std::exchange(looked_at_, now));
}

void CrawlGauges::AddTo(CrawlStatus& status) const {
  status.bytes_wire = usage_.bytes_wire;
  status.transfers = usage_.in_flight;
  status.worker_utilization = usage_.utilization;
  status.main_utilization = main_utilization_;
  status.pages_per_second = pages_.PerSecond(clock_.Now(), status.pages);
  status.slowest_rate = pages_.Slowest();
  status.fastest_rate = pages_.Fastest();
  status.look = look_;
  status.look_span = look_span_;
}

}  // namespace spinneret
