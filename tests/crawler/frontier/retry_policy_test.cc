#include "crawler/frontier/retry_policy.h"

#include <doctest/doctest.h>

namespace spinneret {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

AttemptResult Status(int status, std::optional<seconds> retry_after = std::nullopt) {
  return {std::nullopt, status, retry_after};
}
AttemptResult Failure(ErrorCode code) {
  return {code, 0, std::nullopt};
}

}  // namespace

TEST_SUITE("crawler/frontier/retry_policy") {
TEST_CASE("RetryPolicy: what would end the same way is not tried again") {
  for (const int status : {200, 301, 304, 400, 401, 403, 404, 410, 501, 505}) {
    CAPTURE(status);
    CHECK_FALSE(DecideRetry(Status(status), 1, 5).retry);
  }
  for (const ErrorCode code : {ErrorCode::kTls, ErrorCode::kProtocol, ErrorCode::kTooLargeHeaders,
                               ErrorCode::kPrivateAddress, ErrorCode::kScheme, ErrorCode::kPoison}) {
    CAPTURE(ErrorName(code));
    CHECK_FALSE(DecideRetry(Failure(code), 1, 5).retry);
  }
}

TEST_CASE("RetryPolicy: transient failures are tried again as often as --retries says, with doubling delays") {
  for (const AttemptResult& result : {Status(500), Status(503), Status(429), Failure(ErrorCode::kReset),
                                      Failure(ErrorCode::kTimeout), Failure(ErrorCode::kConnect)}) {
    CAPTURE(result.status);
    const RetryDecision first = DecideRetry(result, 1, 2);
    const RetryDecision second = DecideRetry(result, 2, 2);
    CHECK(first.retry);
    CHECK(second.retry);
    CHECK(second.delay == 2 * first.delay);
    CHECK_FALSE(DecideRetry(result, 3, 2).retry);
  }
  CHECK_FALSE(DecideRetry(Status(503), 1, 0).retry);
}

TEST_CASE("RetryPolicy: delays stay bounded however many attempts there were") {
  CHECK(DecideRetry(Status(500), 1000, 2000).delay == milliseconds(300'000));
}

TEST_CASE("RetryPolicy: Retry-After takes the delay's place, concerns the whole host, and is bounded to an hour") {
  const RetryDecision decision = DecideRetry(Status(503, seconds(7)), 1, 2);
  CHECK(decision.delay == seconds(7));
  CHECK(decision.host_delay == seconds(7));
  CHECK(ConcernsWholeHost(Status(503, seconds(7))));
  CHECK_FALSE(ConcernsWholeHost(Status(503)));
  CHECK(DecideRetry(Status(429, seconds(99'999'999)), 1, 2).delay == seconds(3600));
  CHECK(DecideRetry(Status(429, seconds(0)), 1, 2).delay == seconds(0));
}

TEST_CASE("RetryPolicy: the host is left alone for a while also when the URL itself is given up") {
  const RetryDecision decision = DecideRetry(Failure(ErrorCode::kConnect), 3, 2);
  CHECK_FALSE(decision.retry);
  CHECK(decision.host_delay > milliseconds(0));
}
}

}  // namespace spinneret
