#include "crawler/crawl_status.h"

#include <algorithm>

namespace spinneret {

std::string_view EndReasonName(EndReason reason) {
  switch (reason) {
    case EndReason::kDone:
      return "done";
    case EndReason::kLimit:
      return "limit";
    case EndReason::kSize:
      return "size";
    case EndReason::kTime:
      return "time";
    case EndReason::kStopped:
      return "stopped";
    case EndReason::kStorage:
      return "storage";
    case EndReason::kNoSeed:
      return "no_seed";
    case EndReason::kInternal:
      return "internal";
    case EndReason::kLeaseLost:
      return "lease_lost";
  }
  return "internal";
}

void RequestTimes::Add(double ms) {
  const auto bound = std::lower_bound(kBoundsMs.begin(), kBoundsMs.end(), ms);
  ++counts[static_cast<std::size_t>(bound - kBoundsMs.begin())];
  total_ms += ms;
}

SampleRow SampleOf(const CrawlStatus& status, std::int64_t at_ms, std::uint64_t fetches) {
  SampleRow row;
  row.at_ms = at_ms;
  row.pages = status.pages;
  row.fetches = fetches;
  row.failed = status.failed;
  row.known = status.known;
  row.pending = status.queued;
  row.in_flight = status.in_flight;
  row.transfers = status.transfers;
  row.ready_hosts = status.active_hosts;
  row.bytes_wire = status.bytes_wire;
  row.main_utilization = status.main_utilization;
  for (const double utilization : status.worker_utilization) {
    row.worker_utilization += utilization / static_cast<double>(status.worker_utilization.size());
  }
  return row;
}

TimeLeft TimeLeftOf(const CrawlStatus& status) {
  TimeLeft left;
  const std::uint64_t queued = status.queued - std::min(status.queued, status.hidden);
  std::uint64_t pages = queued;
  if (status.limit > 0) {
    pages = std::min(pages, status.limit - std::min(status.limit, status.pages));
  }
  // A limit that is near does not wait for the slowest host.
  if (pages == queued) {
    left.at_least = status.look.longest_left;
  }
  const auto at_rate = [pages](double rate) -> std::optional<std::chrono::milliseconds> {
    if (rate <= 0) {
      return std::nullopt;
    }
    constexpr double kLongest = 10 * 365 * 24 * 3600.0;
    const double seconds = std::min(kLongest, static_cast<double>(pages) / rate);
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  };
  left.at_this_rate = at_rate(status.pages_per_second);
  left.at_fastest = at_rate(status.fastest_rate);
  left.at_slowest = at_rate(status.slowest_rate);
  return left;
}

}  // namespace spinneret
