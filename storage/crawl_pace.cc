#include "storage/crawl_pace.h"

#include <algorithm>

#include "storage/lookup.h"

namespace spinneret {

Result<CrawlPace> LoadCrawlPace(Reader& reader, double host_delay_ms) {
  CrawlPace pace;
  const auto count = [](const RowView& row, std::size_t column) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(row.Integer(column), 0));
  };
  Result<void> done = LookUp(reader, "pace-samples", {}, [&](const RowView& row) {
    pace.samples = count(row, 0);
    pace.seconds = static_cast<double>(row.Integer(1)) / 1000;
    pace.main_utilization = row.Real(2, 0);
    pace.worker_utilization = row.Real(3, 0);
    pace.commit_share = row.Real(4, 0);
    pace.transfers = row.Real(5, 0);
    pace.waiting = row.Real(6, 0);
    pace.hosts = row.Real(7, 0);
    return false;
  });
  if (done) {
    done = LookUp(reader, "pace-phases", {}, [&](const RowView& row) {
      pace.requests = count(row, 0);
      pace.total_ms = row.Real(1, 0);
      pace.dns_ms = row.Real(2, 0);
      pace.connect_ms = row.Real(3, 0);
      pace.tls_ms = row.Real(4, 0);
      pace.ttfb_ms = row.Real(5, 0);
      return false;
    });
  }
  if (done) {
    const double mean_ms = pace.requests == 0 ? 0 : pace.total_ms / static_cast<double>(pace.requests);
    const Cell parameters[] = {host_delay_ms, mean_ms};
    done = LookUp(reader, "pace-hosts", parameters, [&](const RowView& row) {
      pace.slowest.push_back({row.Text(0), count(row, 1), count(row, 2), row.Real(3, 0)});
      return true;
    });
  }
  if (!done) {
    return done.error();
  }
  return pace;
}

}  // namespace spinneret
