// HostsLook: which hosts of a crawl a person would want to see now.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace spinneret {

struct HostsLook {
  struct Busy {
    std::string host;
    std::uint64_t pages = 0;  // since the look before
  };
  static constexpr std::size_t kBusiest = 3;
  std::vector<Busy> busiest;  // at most kBusiest, the busiest first

  struct Large {
    std::string host;
    std::uint64_t pages = 0;  // over all runs
    std::uint64_t pending = 0;
    std::uint64_t in_flight = 0;
    std::chrono::milliseconds delay{0};
    std::chrono::milliseconds latency{0};  // of its last answer; 0: none yet
    bool paused = false;                   // by the user
  };
  std::vector<Large> largest;  // by pages and pending together, the largest first; as many as were asked for

  // By politeness: what is queued of it times its delay. Empty: none has a delay and something queued.
  std::string longest;
  std::chrono::milliseconds longest_left{0};

  // Of those with something queued, the one whose last answer took longest. Empty: none has answered.
  std::string slowest;
  std::chrono::milliseconds slowest_answer{0};
};

}  // namespace spinneret
