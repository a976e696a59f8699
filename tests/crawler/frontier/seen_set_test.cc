#include "crawler/frontier/seen_set.h"

#include <cstdint>

#include <doctest/doctest.h>

#include "tests/support/size.h"

namespace spinneret {
namespace {

UrlFingerprint Fingerprint(std::uint32_t n) {
  return {{n * 2654435761U, n ^ 0x9E3779B9U, n * 40503U}};
}

}  // namespace

TEST_SUITE("crawler/frontier/seen_set") {
TEST_CASE("SeenSet: what was inserted is found with its handle, and nothing else is") {
  SeenSet seen;
  const auto count = testing::SizeOf<std::uint32_t>(1'000'000, 100'000, 20'000);
  for (std::uint32_t n = 1; n <= count; ++n) {
    seen.Insert(Fingerprint(n), UrlHandle{n});
  }
  CHECK(seen.size() == count);
  std::uint32_t wrong = 0;
  for (std::uint32_t n = 1; n <= count; ++n) {
    wrong += seen.Find(Fingerprint(n)) == UrlHandle{n} ? 0 : 1;
    wrong += seen.Find(Fingerprint(n + count)) ? 1 : 0;
  }
  CHECK(wrong == 0);
}

TEST_CASE("SeenSet: fingerprints that differ in their last word alone are different URLs") {
  SeenSet seen;
  seen.Insert({{1, 2, 3}}, UrlHandle{1});
  CHECK_FALSE(seen.Find({{1, 2, 4}}));
  CHECK_FALSE(seen.Find({{1, 2, 3 + 256}}));  // the same shard
  CHECK(seen.Find({{1, 2, 3}}) == UrlHandle{1});
}
}

}  // namespace spinneret
