#include "crawler/page_rate.h"

#include <chrono>
#include <cstdint>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

using std::chrono::milliseconds;

// Pages that go in `span`, when as many go as may, as soon as they may.
std::uint64_t PagesIn(PageRate& rate, SteadyTime& now, milliseconds span) {
  std::uint64_t pages = 0;
  const SteadyTime end = now + span;
  while (now < end) {
    const std::uint64_t some = rate.Available(now);
    rate.Spend(some);
    pages += some;
    REQUIRE(rate.Available(now) == 0);
    const SteadyTime next = rate.NextAt();
    REQUIRE(next > now);
    now = next;
  }
  now = end;
  return pages;
}

TEST_SUITE("crawler/page_rate") {
TEST_CASE("PageRate: lets out what it is set to, and everything when it is not set") {
  PageRate rate;
  SteadyTime now{std::chrono::hours(1)};
  CHECK(rate.Available(now) == UINT64_MAX);
  rate.Spend(1'000'000);
  CHECK(rate.Available(now) == UINT64_MAX);
  for (const double per_second : {0.5, 1.0, 20.0, 700.0}) {
    rate.Set(per_second, now);
    const auto pages = static_cast<double>(PagesIn(rate, now, milliseconds(20'000)));
    CHECK(pages >= 20 * per_second - 1);
    CHECK(pages <= 20 * per_second + 2);
  }
  rate.Set(std::nullopt, now);
  CHECK(rate.Available(now) == UINT64_MAX);
}

TEST_CASE("PageRate: a pause is not made up for, and what was taken too much is") {
  PageRate rate;
  SteadyTime now{std::chrono::hours(1)};
  rate.Set(50, now);
  now += std::chrono::minutes(10);
  CHECK(rate.Available(now) == 5);  // a tenth of a second's
  rate.Spend(15);
  CHECK(rate.Available(now) == 0);
  CHECK(rate.NextAt() >= now + milliseconds(220));
  now += milliseconds(219);
  CHECK(rate.Available(now) == 0);
  now += milliseconds(2);
  CHECK(rate.Available(now) == 1);
  rate.Set(0.1, now);
  now += std::chrono::minutes(10);
  CHECK(rate.Available(now) == 1);  // but one at least
}
}  // TEST_SUITE("crawler/page_rate")

}  // namespace
}  // namespace spinneret
