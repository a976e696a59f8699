#include "crawler/frontier/robots_policy.h"

namespace spinneret {

RobotsDecision DecideRobots(const AttemptResult& result, bool has_location, const RobotsJob& job,
                            std::uint32_t retries) {
  // Only the origin's own address says that its URLs cannot be asked; a redirect to a private one is like no answer.
  if (result.error == ErrorCode::kPrivateAddress && job.redirects == 0) {
    return {RobotsStep::kPrivateAddress};
  }
  const bool unreachable = result.error.has_value() || result.status == 429 || result.status >= 500;
  if (unreachable) {
    // Every 5xx is tried again here, also one that is final for a page (501): what hangs on it is a whole host.
    const RetryDecision retry = DecideRetry(result, job.attempt, retries);
    const bool again = retry.retry || (!result.error && retry.delay.count() == 0 && job.attempt <= retries);
    return {again ? RobotsStep::kRetry : RobotsStep::kUnreachable, retry.delay, retry.host_delay};
  }
  if (result.status >= 300 && result.status < 400) {
    const bool follow = has_location && job.redirects < kMaxRobotsRedirects;
    return {follow ? RobotsStep::kFollow : RobotsStep::kAllowAll};
  }
  if (result.status >= 200 && result.status < 300) {
    return {RobotsStep::kUseRules};
  }
  return {RobotsStep::kAllowAll};
}

std::string_view RobotsStateName(RobotsState state) {
  switch (state) {
    case RobotsState::kRules:
      return "ok";
    case RobotsState::kAllowAll:
      return "missing";
    case RobotsState::kUnreachable:
      return "unreachable";
    case RobotsState::kPrivateAddress:
      return "private_address";
    case RobotsState::kUnknown:
    case RobotsState::kAsked:
      break;
  }
  return "";
}

}  // namespace spinneret
