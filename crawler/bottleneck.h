// What held a crawl back, said with numbers, and what would help.
//
// Thread   pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/crawl_pace.h"

namespace spinneret {

enum class Bottleneck : std::uint8_t {
  kUnknown,     // too little was measured
  kNone,        // it kept up with what there was to ask
  kDisk,        // commits
  kMainThread,  // scheduling and storing
  kWorkers,     // reading pages
  kDns,
  kConnections,  // all in use, waiting for servers and network
  kServers,      // one connection a host, and the hosts are slow
  kPoliteness,   // hosts rest between requests
  kFewLinks,     // too few URLs were known
};
// "disk", "main thread", "workers", "dns", "network", "servers", "politeness", "too few links", "none", "unknown".
std::string_view BottleneckName(Bottleneck bottleneck);

// What a crawl was allowed to use.
struct CrawlMeans {
  std::uint32_t workers = 1;
  std::uint32_t connections = 1;
  std::uint32_t host_connections = 1;
  std::chrono::milliseconds host_delay{0};
  bool adaptive_delay = false;
  unsigned cores = 1;
};

struct Diagnosis {
  Bottleneck bottleneck = Bottleneck::kUnknown;
  std::string why;     // a sentence or two with the numbers
  std::string advice;  // what would help; empty when nothing is known to
};

// The longest cause; hosts are named where they are the cause.
Diagnosis Diagnose(const CrawlPace& pace, const CrawlMeans& means);

}  // namespace spinneret
