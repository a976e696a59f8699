#include "crawler/bottleneck.h"

#include <chrono>
#include <string>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

using std::chrono::milliseconds;

// Ten seconds of a crawl of one host that nothing held back.
CrawlPace Pace() {
  CrawlPace pace;
  pace.samples = 10;
  pace.seconds = 10;
  pace.main_utilization = 0.2;
  pace.worker_utilization = 0.3;
  pace.transfers = 1;
  pace.waiting = 500;
  pace.hosts = 1;
  pace.requests = 1000;
  pace.total_ms = 5'000;
  pace.ttfb_ms = 4'000;
  pace.slowest.push_back({"shop.example", 100, 3'000, 1'005});
  return pace;
}

CrawlMeans Means() {
  CrawlMeans means;
  means.workers = 2;
  means.connections = 64;
  means.host_delay = milliseconds(1000);
  means.cores = 4;
  return means;
}

bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_SUITE("crawler/bottleneck") {
TEST_CASE("Diagnose: too little to go by is said") {
  CrawlPace pace = Pace();
  pace.samples = 2;
  CHECK(Diagnose(pace, Means()).bottleneck == Bottleneck::kUnknown);
  pace = Pace();
  pace.requests = 0;
  CHECK(Diagnose(pace, Means()).bottleneck == Bottleneck::kUnknown);
}

TEST_CASE("Diagnose: a host that rests between requests is named, with what it still needs") {
  CrawlPace pace = Pace();
  pace.transfers = 0.1;
  const Diagnosis found = Diagnose(pace, Means());
  CHECK(found.bottleneck == Bottleneck::kPoliteness);
  CHECK(Has(found.why, "90 % of the time"));
  CHECK(Has(found.why, "shop.example alone needs 50 min more for the 3000 URLs it has left"));
  CHECK(Has(found.advice, "More workers will not help"));
}

TEST_CASE("Diagnose: hosts that answer slowly, also where the adaptive delay makes them rest") {
  CrawlPace pace = Pace();
  pace.hosts = 20;
  pace.transfers = 7;
  pace.total_ms = 900 * 1000;
  pace.ttfb_ms = 890 * 1000;
  pace.slowest = {{"slow.example", 100, 10, 950}};
  CrawlMeans means = Means();
  means.host_delay = milliseconds(50);
  means.adaptive_delay = true;
  const Diagnosis found = Diagnose(pace, means);
  CHECK(found.bottleneck == Bottleneck::kServers);
  CHECK(Has(found.why, "A request took 900 ms, 890 ms of it until the first byte"));
  CHECK(Has(found.why, "rests for twice the time"));
}

TEST_CASE("Diagnose: workers that read all the time, with and without free cores") {
  CrawlPace pace = Pace();
  pace.worker_utilization = 0.98;
  const Diagnosis found = Diagnose(pace, Means());
  CHECK(found.bottleneck == Bottleneck::kWorkers);
  CHECK(Has(found.advice, "-w 4"));
  CrawlMeans full = Means();
  full.workers = 4;
  CHECK_FALSE(Has(Diagnose(pace, full).advice, "More workers"));
}

TEST_CASE("Diagnose: main thread and disk are told apart") {
  CrawlPace pace = Pace();
  pace.main_utilization = 0.95;
  pace.worker_utilization = 0.6;
  CHECK(Diagnose(pace, Means()).bottleneck == Bottleneck::kMainThread);
  pace.commit_share = 0.6;
  CHECK(Diagnose(pace, Means()).bottleneck == Bottleneck::kDisk);
}

TEST_CASE("Diagnose: DNS, connections, and too few links") {
  CrawlPace pace = Pace();
  pace.dns_ms = 4'000;
  CHECK(Diagnose(pace, Means()).bottleneck == Bottleneck::kDns);
  pace = Pace();
  pace.transfers = 60;
  pace.hosts = 200;
  const Diagnosis network = Diagnose(pace, Means());
  CHECK(network.bottleneck == Bottleneck::kConnections);
  CHECK(Has(network.advice, "--connections 128"));
  pace = Pace();
  pace.waiting = 0.5;
  pace.hosts = 30;
  pace.transfers = 3;
  CHECK(Diagnose(pace, Means()).bottleneck == Bottleneck::kFewLinks);
}
}

}  // namespace
}  // namespace spinneret
