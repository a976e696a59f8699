// The one place that decides whether an attempt is repeated, and when.
//
// Table     kind of failure → retryable, first delay, counts against the host. Delays double per attempt up to five
//           minutes; a server's Retry-After takes their place, bounded to one hour.
// Thread    pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/error.h"

namespace spinneret {

struct AttemptResult {
  std::optional<ErrorCode> error;                   // set when no response came
  int status = 0;                                   // of the response otherwise
  std::optional<std::chrono::seconds> retry_after;  // as the server said
};

struct RetryDecision {
  bool retry = false;
  std::chrono::milliseconds delay{0};       // until this URL is asked again
  std::chrono::milliseconds host_delay{0};  // until anything of this host is asked again, beyond its ordinary delay
};

// `attempt` counts from 1 and includes the one that just ended; at most `retries` follow the first.
RetryDecision DecideRetry(const AttemptResult& result, std::uint32_t attempt, std::uint32_t retries);

// True for failures that say something about the host as a whole (it cannot be reached, or asks for rest): the rest of
// a batch goes back unasked.
bool ConcernsWholeHost(const AttemptResult& result);

}  // namespace spinneret
