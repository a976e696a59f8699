// ProxyPool: which of several proxies a site's requests go through, and which of them rest because they failed.
//
// Choice     a site keeps its proxy (rendezvous hashing of its name), so that cookies and addresses stay together; while
//            that one rests, another takes its sites alone, the other sites stay where they are. When all rest, the one
//            whose rest ends first is tried.
// Rest       5 s after the first failure, twice as long after each further one, at most 5 min; a success forgets them.
// Thread     one; the clock is the caller's.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace spinneret {

class ProxyPool {
 public:
  explicit ProxyPool(std::size_t proxies) : proxies_(proxies) {}

  // There must be at least one proxy.
  std::size_t Pick(std::string_view site, SteadyTime now) const;
  // `attempt_started`: a request that was under way when the proxy failed before tells nothing new. How long the proxy
  // rests now; 0 for such a request.
  std::chrono::milliseconds Failed(std::size_t proxy, SteadyTime attempt_started, SteadyTime now);
  void Worked(std::size_t proxy) { proxies_[proxy] = {}; }

 private:
  struct Proxy {
    std::uint32_t failures = 0;  // in a row
    SteadyTime failed_at = SteadyTime::min();
    SteadyTime rests_until = SteadyTime::min();
  };
  std::vector<Proxy> proxies_;
};

}  // namespace spinneret
