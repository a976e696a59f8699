#include "crawler/frontier/host_table.h"

#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

using std::chrono::milliseconds;

const SteadyTime kStart{std::chrono::hours(1)};

Host& AddWaiting(HostTable& table, std::uint64_t key, std::uint32_t urls) {
  Host& host = table.Add(HostKey{key}, "host-" + std::to_string(key) + ".test");
  for (std::uint32_t i = 1; i <= urls; ++i) {
    host.waiting.PushBack(UrlHandle{i});
  }
  table.Reconsider(host);
  return host;
}

}  // namespace

TEST_SUITE("crawler/frontier/host_table") {
TEST_CASE("UrlQueue: what came back is first, then what has a rank by rank, then the others in order") {
  UrlQueue queue;
  queue.PushBack(UrlHandle{1});
  queue.PushRanked(UrlHandle{2}, 0);
  queue.PushRanked(UrlHandle{3}, 10);
  queue.PushRanked(UrlHandle{4}, 10);
  queue.PushBack(UrlHandle{5});
  queue.PushFront(UrlHandle{6});
  CHECK(queue.size() == 6);
  std::vector<std::uint32_t> order;
  while (!queue.empty()) {
    order.push_back(queue.PopFront().value);
    if (order.size() == 2) {
      queue.PushFront(UrlHandle{7});
    }
  }
  CHECK(order == std::vector<std::uint32_t>{6, 3, 7, 4, 2, 1, 5});
}

TEST_CASE("HostTable: a host with a delay and a batch out is not ready, whatever waits") {
  HostTable table(HostSettings{milliseconds(1000), 8, UINT64_MAX});
  Host& host = AddWaiting(table, 1, 10);
  CHECK(table.PopReady(kStart) == &host);
  host.batches_out = 1;
  table.Reconsider(host);
  CHECK(table.PopReady(kStart) == nullptr);
  host.batches_out = 0;
  host.not_before = kStart + milliseconds(1000);
  table.Reconsider(host);
  CHECK(table.PopReady(kStart + milliseconds(999)) == nullptr);
  CHECK(table.NextReady() == kStart + milliseconds(1000));
  CHECK(table.PopReady(kStart + milliseconds(1000)) == &host);
}

TEST_CASE("HostTable: a host without a delay has several batches out, up to its share") {
  HostTable table(HostSettings{milliseconds(0), 2, UINT64_MAX});
  Host& host = AddWaiting(table, 1, 10);
  CHECK(table.PopReady(kStart) == &host);
  host.batches_out = 1;
  table.Reconsider(host);
  CHECK(table.PopReady(kStart) == &host);
  host.batches_out = 2;
  table.Reconsider(host);
  CHECK(table.PopReady(kStart) == nullptr);
}

TEST_CASE("HostTable: a Crawl-delay binds a host that would have none") {
  HostTable table(HostSettings{milliseconds(0), 8, UINT64_MAX});
  Host& host = AddWaiting(table, 1, 10);
  host.crawl_delay = milliseconds(2000);
  CHECK(table.DelayOf(host) == milliseconds(2000));
  host.batches_out = 1;
  CHECK_FALSE(table.MayIssue(host));
}

TEST_CASE("HostTable: a huge host does not starve others: the one that has waited longest comes first") {
  HostTable table(HostSettings{milliseconds(0), 8, UINT64_MAX});
  Host& huge = AddWaiting(table, 1, 1000);
  Host& small = AddWaiting(table, 2, 1);
  CHECK(table.PopReady(kStart) == &huge);
  table.Reconsider(huge);
  CHECK(table.PopReady(kStart) == &small);
  table.Reconsider(small);
  CHECK(table.PopReady(kStart) == &huge);
}

TEST_CASE("HostTable: --host-limit counts what is out as well as what is done") {
  HostTable table(HostSettings{milliseconds(0), 8, 5});
  Host& host = AddWaiting(table, 1, 10);
  host.pages = 2;
  host.urls_out = 2;
  CHECK(table.Allowance(host) == 1);
  host.urls_out = 3;
  CHECK(table.PopReady(kStart) == nullptr);
}

TEST_CASE("HostTable: URLs wait while robots.txt is asked, the request for it does not") {
  HostTable table(HostSettings{milliseconds(0), 8, UINT64_MAX});
  Host& host = AddWaiting(table, 1, 10);
  host.robots_asked = 1;
  CHECK(table.PopReady(kStart) == nullptr);
  host.robots_jobs.push_back(RobotsJob{});
  table.Reconsider(host);
  CHECK(table.PopReady(kStart) == &host);
}

TEST_CASE("UrlQueue: first in, first out, what comes back goes to the front") {
  UrlQueue queue;
  CHECK(queue.empty());
  queue.PushBack(UrlHandle{1});
  queue.PushBack(UrlHandle{2});
  queue.PushFront(UrlHandle{3});
  CHECK(queue.size() == 3);
  CHECK(queue.PopFront() == UrlHandle{3});
  CHECK(queue.PopFront() == UrlHandle{1});
  CHECK(queue.PopFront() == UrlHandle{2});
  CHECK(queue.empty());
}

TEST_CASE(
    "HostTable: a look names the busiest since the last one, the slowest to answer and the one that takes longest") {
  HostTable table(HostSettings{milliseconds(1000), 1, 50});
  CHECK(table.Look().busiest.empty());
  for (std::uint64_t key = 1; key <= 5; ++key) {
    Host& host = AddWaiting(table, key, 1);
    host.pages = key == 4 ? 0 : 10 * key;
    host.pending = 100 - 15 * key;
  }
  table.Find(HostKey{2})->latency = milliseconds(300);
  table.Find(HostKey{3})->latency = milliseconds(200);
  table.Find(HostKey{5})->latency = milliseconds(9000);
  table.Find(HostKey{5})->pending = 0;
  HostsLook look = table.Look();
  REQUIRE(look.busiest.size() == HostsLook::kBusiest);
  CHECK(look.busiest[0].host == "host-5.test");
  CHECK(look.busiest[0].pages == 50);
  CHECK(look.busiest[1].host == "host-3.test");
  CHECK(look.busiest[2].host == "host-2.test");
  CHECK(look.slowest == "host-2.test");  // of those with something left
  CHECK(look.slowest_answer == milliseconds(300));
  // Of the 85 of host 1 the limit lets out 40, and of host 4 it lets out all 40: the first is named.
  CHECK(look.longest == "host-1.test");
  CHECK(look.longest_left == milliseconds(40'000));

  table.Find(HostKey{4})->pages = 3;
  look = table.Look();
  REQUIRE(look.busiest.size() == 1);
  CHECK(look.busiest[0].host == "host-4.test");
  CHECK(look.busiest[0].pages == 3);
}

TEST_CASE("HostTable: a look names as many of the largest hosts as are wanted, by pages and what waits") {
  HostTable table(HostSettings{milliseconds(1000), 1, UINT64_MAX});
  for (std::uint64_t key = 1; key <= 6; ++key) {
    Host& host = AddWaiting(table, key, 1);
    host.pages = key % 3;
    host.pending = 10 * (key % 4);
  }
  Host& third = *table.Find(HostKey{3});
  third.crawl_delay = milliseconds(7000);
  third.latency = milliseconds(40);
  third.urls_out = 2;
  third.paused = true;
  const auto names = [&table](std::size_t most) {
    std::string all;
    for (const HostsLook::Large& host : table.Look(most).largest) {
      all += host.host + " ";
    }
    return all;
  };
  CHECK(names(0).empty());
  CHECK(names(3) == "host-3.test host-2.test host-6.test ");
  CHECK(names(100) == "host-3.test host-2.test host-6.test host-5.test host-1.test host-4.test ");
  const HostsLook::Large largest = table.Look(1).largest.front();
  CHECK(largest.pages == 0);
  CHECK(largest.pending == 30);
  CHECK(largest.in_flight == 2);
  CHECK(largest.delay == milliseconds(7000));
  CHECK(largest.latency == milliseconds(40));
  CHECK(largest.paused);
}
}

}  // namespace spinneret
