#include "crawler/frontier/robots_policy.h"

#include <doctest/doctest.h>

namespace spinneret {
namespace {

RobotsStep Step(AttemptResult result, bool has_location = false, RobotsJob job = {}) {
  return DecideRobots(result, has_location, job, 2).step;
}
AttemptResult Status(int status) {
  return {std::nullopt, status, std::nullopt};
}

}  // namespace

TEST_SUITE("crawler/frontier/robots_policy") {
TEST_CASE("RobotsPolicy: 2xx gives rules (RFC 9309 section 2.3.1.1)") {
  CHECK(Step(Status(200)) == RobotsStep::kUseRules);
  CHECK(Step(Status(204)) == RobotsStep::kUseRules);
}

TEST_CASE("RobotsPolicy: five redirects are followed, a sixth counts as no file (RFC 9309 section 2.3.1.2)") {
  RobotsJob job;
  job.redirects = 4;
  CHECK(Step(Status(301), true, job) == RobotsStep::kFollow);
  job.redirects = 5;
  CHECK(Step(Status(301), true, job) == RobotsStep::kAllowAll);
  CHECK(Step(Status(302), false) == RobotsStep::kAllowAll);
}

TEST_CASE("RobotsPolicy: 4xx except 429 allows everything (RFC 9309 section 2.3.1.3)") {
  for (const int status : {400, 401, 403, 404, 410, 451}) {
    CAPTURE(status);
    CHECK(Step(Status(status)) == RobotsStep::kAllowAll);
  }
}

TEST_CASE("RobotsPolicy: 5xx, 429 and no answer are tried again, then unreachable (RFC 9309 section 2.3.1.4)") {
  RobotsJob last;
  last.attempt = 3;
  for (const AttemptResult& result :
       {Status(500), Status(501), Status(503), Status(599), Status(429),
        AttemptResult{ErrorCode::kTimeout, 0, std::nullopt}, AttemptResult{ErrorCode::kDns, 0, std::nullopt}}) {
    CAPTURE(result.status);
    CHECK(Step(result) == RobotsStep::kRetry);
    CHECK(Step(result, false, last) == RobotsStep::kUnreachable);
  }
  CHECK(Step(AttemptResult{ErrorCode::kTls, 0, std::nullopt}, false, last) == RobotsStep::kUnreachable);
}

TEST_CASE("RobotsPolicy: a refused address is told apart from an unreachable host") {
  CHECK(Step(AttemptResult{ErrorCode::kPrivateAddress, 0, std::nullopt}) == RobotsStep::kPrivateAddress);
}

TEST_CASE("RobotsPolicy: Cache-Control sets the lifetime between an hour and a day") {
  using std::chrono::seconds;
  CHECK(RobotsLifetime("") == kLongestRobotsLifetime);
  CHECK(RobotsLifetime("public, must-revalidate") == kLongestRobotsLifetime);
  CHECK(RobotsLifetime("max-age=7200") == seconds(7200));
  CHECK(RobotsLifetime("Public , MAX-AGE = \"7200\"") == seconds(7200));
  CHECK(RobotsLifetime("max-age=86401") == kLongestRobotsLifetime);
  CHECK(RobotsLifetime("max-age=3599") == kShortestRobotsLifetime);
  CHECK(RobotsLifetime("max-age=7200, no-cache") == kShortestRobotsLifetime);
  CHECK(RobotsLifetime("no-store") == kShortestRobotsLifetime);
  for (const char* nonsense :
       {"max-age", "max-age=", "max-age=-1", "max-age=1h", "max-age=99999999999999", ",,=,", "\""}) {
    CAPTURE(nonsense);
    CHECK(RobotsLifetime(nonsense) == kLongestRobotsLifetime);
  }
}

TEST_CASE(
    "RobotsPolicy: a copy is recalled until it is a day old, and not when the clock says that it is of tomorrow") {
  constexpr std::int64_t kNow = 1'700'000'000'000;
  constexpr std::int64_t kDay = 24 * 3'600'000;
  OriginRobots robots;
  CHECK_FALSE(robots.Recall(kNow));
  robots.Keep(RobotsState::kAllowAll, {}, kNow, kShortestRobotsLifetime);
  robots.state = RobotsState::kAsked;
  CHECK(robots.Recall(kNow + kDay - 1));
  CHECK(robots.state == RobotsState::kAllowAll);
  CHECK(robots.expires_at_ms == kNow + kDay);
  CHECK_FALSE(robots.Recall(kNow + kDay));
  CHECK_FALSE(robots.Recall(kNow - 1));
}
}

}  // namespace spinneret
