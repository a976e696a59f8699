#include "crawler/fetch/internal/kept_connections.h"

#include <string>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

TEST_SUITE("fetch/kept_connections") {
TEST_CASE("KeptConnections: those of servers that are asked again stay, up to the most") {
  KeptConnections kept(4);
  const SteadyTime now{};
  for (int i = 0; i < 4; ++i) {
    CHECK(kept.Keep("s" + std::to_string(i) + ":80", true, now));
  }
  CHECK_FALSE(kept.Keep("s4:80", true, now));
  CHECK(kept.Keep("s0:80", true, now));
  CHECK(kept.size() == 4);
}

TEST_CASE("KeptConnections: half of the room is for servers of which nothing more is known") {
  KeptConnections kept(4);
  const SteadyTime now{};
  CHECK(kept.Keep("a:80", false, now));
  CHECK(kept.Keep("b:80", false, now));
  CHECK_FALSE(kept.Keep("c:80", false, now));
  CHECK(kept.Keep("c:80", true, now));
  CHECK(kept.size() == 3);
  // The last request to one that was kept closes it, and makes room.
  CHECK_FALSE(kept.Keep("c:80", false, now));
  CHECK(kept.size() == 2);
}

TEST_CASE("KeptConnections: what libcurl has closed meanwhile makes room") {
  KeptConnections kept(2);
  SteadyTime now{};
  CHECK(kept.Keep("a:80", true, now));
  CHECK(kept.Keep("b:80", true, now));
  CHECK_FALSE(kept.Keep("c:80", true, now));
  now += 3 * KeptConnections::kLongestIdle;
  CHECK(kept.Keep("c:80", true, now));
  CHECK(kept.size() == 1);
}
}

}  // namespace
}  // namespace spinneret
