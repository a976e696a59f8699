// What an attempt to fetch a robots.txt means for the URLs of its origin (RFC 9309 §2.3.1).
//
// Rules     2xx: the rules · 3xx: followed, up to five hops, then as 4xx · 4xx except 429: everything is allowed · 429,
//           5xx and no answer: tried by the retry table; then a copy that is younger than a day holds on, and without
//           one the origin's URLs are skipped as robots_unreachable for this run. A body that broke off is no answer.
// Cache     a day (§2.4), or less where Cache-Control: max-age says so (RFC 9111 §5.2.2.1), but never under an hour: a
//           site that forbids caching is not asked for the file before every page.
// Thread    pure functions and values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/url_identity.h"
#include "crawler/frontier/retry_policy.h"
#include "parser/robots_txt.h"

namespace spinneret {

inline constexpr std::uint8_t kMaxRobotsRedirects = 5;
inline constexpr std::chrono::milliseconds kLongestRobotsLifetime = std::chrono::hours(24);
inline constexpr std::chrono::milliseconds kShortestRobotsLifetime = std::chrono::hours(1);

// A robots.txt to fetch: for `origin`, from `url` (another host's, after a redirect).
struct RobotsJob {
  std::string origin;  // "https://name[:port]"
  HostKey origin_host;
  std::string url;
  std::uint8_t redirects = 0;
  std::uint32_t attempt = 1;
  bool send_certificate = false;  // `url` is of a seed's origin
};

enum class RobotsState : std::uint8_t {
  kUnknown,         // to be fetched
  kAsked,           // a job is out
  kRules,           // rules hold
  kAllowAll,        // there is none, or it is ignored
  kUnreachable,     // its URLs are skipped for this run
  kPrivateAddress,  // the host's address is refused, so nothing of it is asked
};

struct OriginRobots {
  RobotsState state = RobotsState::kUnknown;
  std::string detail;  // of kUnreachable and kPrivateAddress: why

  // The last answer there was.
  RobotsState copy = RobotsState::kUnknown;  // kRules, kAllowAll; kUnknown: none yet
  RobotsTxt rules;                           // of kRules
  std::int64_t fetched_at_ms = 0;            // wall clock
  std::int64_t expires_at_ms = 0;            // from then on the file is asked for again

  void Keep(RobotsState answer, RobotsTxt new_rules, std::int64_t now_ms, std::chrono::milliseconds lifetime);
  // The copy goes into force as it was kept. False when there is none that is younger than a day.
  bool Recall(std::int64_t now_ms);
};

enum class RobotsStep : std::uint8_t { kUseRules, kAllowAll, kFollow, kRetry, kUnreachable, kPrivateAddress };

struct RobotsDecision {
  RobotsStep step = RobotsStep::kAllowAll;
  std::chrono::milliseconds delay{0};       // of kRetry
  std::chrono::milliseconds host_delay{0};  // beyond the host's ordinary delay
};

// `has_location`: a 3xx named a target that is an http(s) URL.
RobotsDecision DecideRobots(const AttemptResult& result, bool has_location, const RobotsJob& job,
                            std::uint32_t retries);

// How long an answer with this Cache-Control is good for, between the shortest and the longest lifetime.
std::chrono::milliseconds RobotsLifetime(std::string_view cache_control);

// A copy that was recalled: its host did not give the file when it was asked for it again.
inline constexpr std::string_view kStaleRobots = "stale";
// "ok", "missing", "unreachable", "private_address", "": the word in v_hosts.robots.
std::string_view RobotsStateName(RobotsState state);

}  // namespace spinneret
