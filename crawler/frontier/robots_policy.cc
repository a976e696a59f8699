#include "crawler/frontier/robots_policy.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace spinneret {
namespace {

using std::chrono::milliseconds;

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; });
}

}  // namespace

milliseconds RobotsLifetime(std::string_view cache_control) {
  milliseconds lifetime = kLongestRobotsLifetime;
  while (!cache_control.empty()) {
    const std::size_t comma = cache_control.find(',');
    const std::string_view directive = Trim(cache_control.substr(0, comma));
    cache_control.remove_prefix(comma == std::string_view::npos ? cache_control.size() : comma + 1);
    const std::size_t equals = directive.find('=');
    const std::string_view name = Trim(directive.substr(0, equals));
    if (EqualsIgnoringCase(name, "no-cache") || EqualsIgnoringCase(name, "no-store")) {
      lifetime = kShortestRobotsLifetime;
    } else if (EqualsIgnoringCase(name, "max-age") && equals != std::string_view::npos) {
      std::string_view value = Trim(directive.substr(equals + 1));
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
      }
      std::uint32_t seconds = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
      if (error == std::errc() && end == value.data() + value.size()) {
        lifetime = std::min<milliseconds>(lifetime, std::chrono::seconds(seconds));
      }
    }
  }
  return std::max(lifetime, kShortestRobotsLifetime);
}

void OriginRobots::Keep(RobotsState answer, RobotsTxt new_rules, std::int64_t now_ms, milliseconds lifetime) {
  state = copy = answer;
  rules = std::move(new_rules);
  fetched_at_ms = now_ms;
  expires_at_ms = now_ms + lifetime.count();
}

bool OriginRobots::Recall(std::int64_t now_ms) {
  const std::int64_t end = fetched_at_ms + kLongestRobotsLifetime.count();
  // A clock that was put back would keep a copy for ever.
  if (copy == RobotsState::kUnknown || now_ms >= end || now_ms < fetched_at_ms) {
    return false;
  }
  state = copy;
  expires_at_ms = std::min(end, now_ms + kShortestRobotsLifetime.count());
  return true;
}

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
