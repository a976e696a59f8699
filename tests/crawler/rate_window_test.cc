#include "crawler/rate_window.h"

#include <chrono>
#include <cstdint>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

using std::chrono::seconds;

TEST_SUITE("crawler/rate_window") {
TEST_CASE("RateWindow: looks back over the last samples, and at the least and the most of the last minute") {
  RateWindow window;
  SteadyTime now{std::chrono::hours(1)};
  CHECK(window.PerSecond(now, 10) == 0);
  CHECK(window.Slowest() == 0);
  std::uint64_t count = 0;
  const auto run = [&](int for_seconds, std::uint64_t per_second) {
    for (int i = 0; i < for_seconds; ++i) {
      window.Add(now, count);
      now += seconds(1);
      count += per_second;
    }
  };
  run(10, 20);
  CHECK(window.PerSecond(now, count) == doctest::Approx(20));
  CHECK(window.Slowest() == doctest::Approx(20));
  CHECK(window.Fastest() == doctest::Approx(20));
  run(20, 100);
  CHECK(window.PerSecond(now, count) == doctest::Approx(100));
  CHECK(window.Slowest() == doctest::Approx(20));
  CHECK(window.Fastest() == doctest::Approx(100));
  run(80, 50);  // what is longer ago is forgotten
  CHECK(window.Slowest() == doctest::Approx(50));
  CHECK(window.Fastest() == doctest::Approx(50));
}
}  // TEST_SUITE("crawler/rate_window")

}  // namespace
}  // namespace spinneret
