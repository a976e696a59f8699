// KeptConnections: which servers' connections stay open after a response. libcurl's cache, when it is full, leaves an
// empty entry behind for each connection that it closes to make room, and walks all of them for the next one: with
// thousands of hosts most of a request's cost. So the cache is never let run full: a connection is closed with its
// response where the server is not expected to be asked again soon, or where enough are open.
//
// Thread  one.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace spinneret {

class KeptConnections {
 public:
  // libcurl closes what was idle for so long.
  static constexpr std::chrono::seconds kLongestIdle{20};

  explicit KeptConnections(std::size_t most) : most_(most) {}

  // Of a request that begins: whether its connection shall stay. `more`: its server will be asked again.
  bool Keep(const std::string& server, bool more, SteadyTime now);

  void SetMost(std::size_t most) { most_ = most; }
  std::size_t size() const { return until_.size(); }

 private:
  std::size_t most_;
  std::unordered_map<std::string, SteadyTime> until_;  // by server; from then on libcurl has closed it
  SteadyTime next_look_{};
};

}  // namespace spinneret
