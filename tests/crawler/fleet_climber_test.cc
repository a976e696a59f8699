#include "crawler/fleet_climber.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

// Pages per second with so many workers and connections, and how much a second may differ from it by chance.
struct Machine {
  std::function<double(FleetSize)> rate;
  double noise = 0;
};

// Two cores of 500 pages a second, and connections of 10 each: the knee is at 2 workers and 100 connections. Beyond, it
// becomes slower, as threads and transfers are in each other's way.
double Knee(FleetSize size) {
  const double by_workers =
      500.0 * std::min(size.workers, 2U) * std::pow(0.97, size.workers < 2 ? 0 : size.workers - 2);
  const double by_connections = 10.0 * size.connections;
  return std::min(by_workers, by_connections);
}

// 40 hosts with a delay of a second.
double Polite(FleetSize size) {
  return std::min(40.0, 10.0 * size.connections);
}

struct End {
  double mean_rate = 0;  // over the last quarter
  double mean_workers = 0, mean_connections = 0;
};

End Climb(const Machine& machine, FleetSize start, FleetSize most, int seconds, std::uint32_t seed) {
  FleetClimber climber(start, most);
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> noise(1 - machine.noise, 1 + machine.noise);
  End end;
  double due = 0;
  int counted = 0;
  for (int second = 0; second < seconds; ++second) {
    const double rate = machine.rate(climber.size()) * noise(random);
    due += rate;
    const auto pages = static_cast<std::uint64_t>(due);
    due -= static_cast<double>(pages);
    const FleetSize before = climber.size();
    const std::optional<FleetDecision> decision = climber.Tick(pages);
    CHECK(decision.has_value() == !(before == climber.size()));
    const FleetSize size = climber.size();
    REQUIRE(size.workers >= 1);
    REQUIRE(size.workers <= most.workers);
    REQUIRE(size.connections >= size.workers);
    REQUIRE(size.connections <= most.connections);
    if (decision) {
      CHECK(decision->size == size);
      CHECK_FALSE(decision->why.empty());
    }
    if (second >= seconds * 3 / 4) {
      ++counted;
      end.mean_rate += rate;
      end.mean_workers += size.workers;
      end.mean_connections += size.connections;
    }
  }
  end.mean_rate /= counted;
  end.mean_workers /= counted;
  end.mean_connections /= counted;
  return end;
}

TEST_SUITE("crawler/fleet_climber") {
TEST_CASE("FleetClimber: climbs to the knee from below, and comes down to it from above, also through noise") {
  for (const double noise : {0.0, 0.1}) {
    for (std::uint32_t seed = 1; seed <= 8; ++seed) {
      for (const FleetSize start : {FleetSize{1, 4}, FleetSize{8, 256}}) {
        CAPTURE(noise);
        CAPTURE(seed);
        CAPTURE(start.workers);
        const End end = Climb({Knee, noise}, start, {8, 256}, 1200, seed);
        CHECK(end.mean_rate > 800);  // of 1000, trials that did not help included
        CHECK(end.mean_workers < 3.5);
        CHECK(end.mean_connections > 80);
        CHECK(end.mean_connections < 170);
      }
    }
  }
}

TEST_CASE("FleetClimber: where politeness is the bound more workers do not help, and it comes down") {
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    const End end = Climb({Polite, 0.05}, {8, 256}, {8, 256}, 1200, seed);
    CHECK(end.mean_workers < 1.5);
    CHECK(end.mean_connections < 12);
    CHECK(end.mean_rate > 35);
  }
}

TEST_CASE("FleetClimber: a machine that changes is followed") {
  double cores = 1;
  int second = 0;
  const Machine machine{[&](FleetSize size) {
                          cores = ++second < 600 ? 1 : 6;
                          return std::min(300 * std::min<double>(size.workers, cores), 10.0 * size.connections);
                        },
                        0};
  const End end = Climb(machine, {1, 16}, {8, 512}, 2400, 1);
  CHECK(end.mean_workers > 4.5);
  CHECK(end.mean_rate > 1450);
}

TEST_CASE("FleetClimber: says each change with its reason, and goes back from what did not help") {
  FleetClimber climber({1, 1}, {2, 1});
  std::optional<FleetDecision> decision;
  // One connection: no step can be made.
  for (int second = 0; second < 100; ++second) {
    CHECK_FALSE(climber.Tick(10).has_value());
  }
  FleetClimber wider({1, 1}, {1, 2});
  const auto next = [&] {
    do {
      decision = wider.Tick(10);
    } while (!decision);
    return decision->why;
  };
  CHECK(next() == "connections 1 to 2: trial");
  CHECK(wider.size() == FleetSize{1, 2});
  CHECK(next() == "connections 2 to 1: 10 pages/s instead of 10");
  CHECK(wider.size() == FleetSize{1, 1});
}
}  // TEST_SUITE("crawler/fleet_climber")

}  // namespace
}  // namespace spinneret
