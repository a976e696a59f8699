#include "crawler/frontier/known_urls.h"

#include <doctest/doctest.h>

namespace spinneret {

TEST_SUITE("crawler/frontier/known_urls") {
TEST_CASE("KnownUrls: flags are set and cleared one by one") {
  KnownUrls known;
  known.Add(UrlHandle{1}, {{1, 2, 3}}, 4, kUnlimitedHops);
  known.Set(UrlHandle{1}, UrlFlag::kSeed);
  known.Set(UrlHandle{1}, UrlFlag::kDone);
  known.Clear(UrlHandle{1}, UrlFlag::kDone);
  CHECK(known.Has(UrlHandle{1}, UrlFlag::kSeed));
  CHECK_FALSE(known.Has(UrlHandle{1}, UrlFlag::kDone));
  CHECK(known.Find({{1, 2, 3}}) == UrlHandle{1});
}

TEST_CASE("KnownUrls: a depth beyond 65535 saturates instead of wrapping") {
  KnownUrls known;
  known.Add(UrlHandle{1}, {{1, 2, 3}}, 70'000, 5);
  CHECK(known.depth(UrlHandle{1}) == 65'535);
  known.SetPath(UrlHandle{1}, 3, 2);
  CHECK(known.depth(UrlHandle{1}) == 3);
  CHECK(known.hops_left(UrlHandle{1}) == 2);
}
}

}  // namespace spinneret
