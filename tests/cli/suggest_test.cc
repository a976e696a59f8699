#include "cli/suggest.h"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace spinneret::cli {
namespace {

TEST_SUITE("cli/suggest") {
TEST_CASE("EditDistance: inserts, deletes, replacements and swaps of neighbours cost one each") {
  CHECK(EditDistance("", "") == 0);
  CHECK(EditDistance("", "abc") == 3);
  CHECK(EditDistance("crawl", "crawl") == 0);
  CHECK(EditDistance("CRAWL", "crawl") == 0);
  CHECK(EditDistance("craw", "crawl") == 1);
  CHECK(EditDistance("crawll", "crawl") == 1);
  CHECK(EditDistance("crowl", "crawl") == 1);
  CHECK(EditDistance("crwal", "crawl") == 1);
  CHECK(EditDistance("kitten", "sitting") == 3);
}

TEST_CASE("FindNearest: the nearest name, a beginning of one, or nothing when none is alike") {
  const std::vector<std::string> options = {"--workers", "--time-limit", "--timeout", "--limit", "--host-delay"};
  CHECK(FindNearest("--wrokers", options) == "--workers");
  CHECK(FindNearest("--worker", options) == "--workers");
  CHECK(FindNearest("--host_delay", options) == "--host-delay");
  CHECK(FindNearest("--host", options) == "--host-delay");
  CHECK(FindNearest("--colour", options) == std::nullopt);
  CHECK(FindNearest("", options) == std::nullopt);
  CHECK(FindNearest("--workers", {}) == std::nullopt);
  CHECK(FindNearest(std::string(100'000, 'w'), options) == std::nullopt);
}
}  // TEST_SUITE("cli/suggest")

}  // namespace
}  // namespace spinneret::cli
