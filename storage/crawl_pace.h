// How fast a crawl went and what it had to do meanwhile: the samples, requests and hosts of its database, summed up.
//
// Thread   that of the Reader.
// Units    milliseconds; shares from 0 to 1.
// Errors   those of Reader::Query.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/sqlite/reader.h"

namespace spinneret {

struct CrawlPace {
  struct HostPace {
    std::string name;
    std::uint64_t pages = 0, pending = 0;
    double interval_ms = 0;  // from one request to the next, with one connection
  };

  // Means over the newest run's samples, one a second.
  std::uint64_t samples = 0;
  double seconds = 0;
  double main_utilization = 0, worker_utilization = 0, commit_share = 0;
  double transfers = 0;  // requests that were running
  double waiting = 0;    // URLs that were queued and not with a worker
  double hosts = 0;      // with something to ask

  // Over all requests of the database.
  std::uint64_t requests = 0;
  double total_ms = 0, dns_ms = 0, connect_ms = 0, tls_ms = 0, ttfb_ms = 0;

  std::vector<HostPace> slowest;  // at most three
};

// `host_delay_ms`: the crawl's own, which holds where robots.txt asks for less.
Result<CrawlPace> LoadCrawlPace(Reader& reader, double host_delay_ms);

}  // namespace spinneret
