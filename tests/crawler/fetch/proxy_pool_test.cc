#include "crawler/fetch/internal/proxy_pool.h"

#include <map>
#include <string>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const SteadyTime kStart{std::chrono::hours(1)};

std::map<std::string, std::size_t> PickAll(const ProxyPool& pool, SteadyTime now) {
  std::map<std::string, std::size_t> picked;
  for (int i = 0; i < 300; ++i) {
    const std::string site = "site-" + std::to_string(i) + ".example";
    picked[site] = pool.Pick(site, now);
  }
  return picked;
}

TEST_SUITE("fetch/proxy_pool") {
TEST_CASE("sites are shared out among the proxies, and each keeps its own") {
  const ProxyPool pool(3);
  std::map<std::size_t, int> sites;
  for (const auto& [site, proxy] : PickAll(pool, kStart)) {
    ++sites[proxy];
    CHECK(pool.Pick(site, kStart + std::chrono::hours(5)) == proxy);
  }
  REQUIRE(sites.size() == 3);
  for (const auto& [proxy, count] : sites) {
    CHECK(count > 60);
  }
}

TEST_CASE("the sites of a proxy that rests go elsewhere, the others stay, and its own come back") {
  ProxyPool pool(3);
  const auto before = PickAll(pool, kStart);
  CHECK(pool.Failed(1, kStart, kStart) == seconds(5));
  const auto meanwhile = PickAll(pool, kStart + seconds(4));
  for (const auto& [site, proxy] : before) {
    CHECK((proxy == 1 ? meanwhile.at(site) != 1 : meanwhile.at(site) == proxy));
  }
  CHECK(PickAll(pool, kStart + seconds(5)) == before);
}

TEST_CASE("a rest doubles with each failure up to five minutes, and a success forgets them") {
  ProxyPool pool(1);
  SteadyTime now = kStart;
  for (const int rest : {5, 10, 20, 40, 80, 160, 300, 300}) {
    CHECK(pool.Failed(0, now, now) == seconds(rest));
    now += seconds(rest);
  }
  pool.Worked(0);
  CHECK(pool.Failed(0, now, now) == seconds(5));
}

TEST_CASE("requests that were under way when a proxy failed do not make its rest longer") {
  ProxyPool pool(2);
  CHECK(pool.Failed(0, kStart, kStart + seconds(3)) == seconds(5));
  CHECK(pool.Failed(0, kStart + seconds(1), kStart + seconds(4)) == milliseconds(0));
  CHECK(pool.Failed(0, kStart + seconds(9), kStart + seconds(9)) == seconds(10));
}

TEST_CASE("when all rest, the one whose rest ends first is tried") {
  ProxyPool pool(3);
  CHECK(pool.Failed(2, kStart, kStart) == seconds(5));
  CHECK(pool.Failed(0, kStart, kStart + seconds(1)) == seconds(5));
  CHECK(pool.Failed(1, kStart, kStart + seconds(2)) == seconds(5));
  CHECK(pool.Pick("any.example", kStart + seconds(3)) == 2);
}
}  // TEST_SUITE("fetch/proxy_pool")

}  // namespace
}  // namespace spinneret
