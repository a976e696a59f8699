#include "cli/dashboard_state.h"

#include <chrono>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "cli/metrics.h"
#include "tests/support/process.h"

namespace spinneret::cli {
namespace {

using std::chrono::milliseconds;

CrawlStatus BusyStatus() {
  CrawlStatus status;
  status.elapsed = milliseconds{83'500};
  status.pages = 1234;
  status.run_pages = 1000;
  status.queued = 77;
  status.worker_utilization = {0.25, 1};
  status.statuses = {{"200", 990}, {"404", 10}};
  status.errors = {{"404", 10}, {"timeout", 3}};
  status.types = {{"text/html", 1000}};
  for (const double ms : {5.0, 10.0, 10.5, 20'000.0}) {
    status.times.Add(ms);
  }
  return status;
}

// Samples by name and labels, as a scraper reads them; each must have been described before.
std::map<std::string, double> ReadMetrics(const std::string& text) {
  std::map<std::string, double> samples;
  std::map<std::string, std::string> types;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    std::istringstream words(line);
    std::string mark, what, name, type;
    if (line.starts_with("#")) {
      words >> mark >> what >> name >> type;
      const bool known = what == "TYPE" || what == "HELP";
      CHECK(known);
      if (what == "TYPE") {
        CHECK(types.emplace(name, type).second);
      }
      continue;
    }
    const std::size_t space = line.rfind(' ');
    REQUIRE(space != std::string::npos);
    const std::string sample = line.substr(0, space);
    std::string family = sample.substr(0, sample.find('{'));
    for (const char* suffix : {"_bucket", "_sum", "_count"}) {
      const std::size_t at = family.rfind(suffix);
      family = at != std::string::npos && types.count(family) == 0 ? family.substr(0, at) : family;
    }
    REQUIRE(types.count(family) == 1);
    CHECK((types[family] == "counter") == family.ends_with("_total"));
    CHECK(samples.emplace(sample, std::stod(line.substr(space + 1))).second);
  }
  return samples;
}

TEST_SUITE("cli/dashboard_state") {
TEST_CASE(
    "MetricsText: what Prometheus reads is what the crawl counted, with types, cumulative buckets and escaped labels") {
  std::map<std::string, double> samples = ReadMetrics(MetricsText(BusyStatus(), "a\"b\\c\nd\xff.db"));
  CHECK(samples.count(R"(spinneret_info{database="a\"b\\c\\x0ad\\xff.db"})") == 1);
  CHECK(samples["spinneret_pages_total"] == 1234);
  CHECK(samples["spinneret_run_seconds"] == 83.5);
  CHECK(samples["spinneret_queued_urls"] == 77);
  CHECK(samples["spinneret_answers_total{status=\"404\"}"] == 10);
  CHECK(samples["spinneret_errors_total{kind=\"timeout\"}"] == 3);
  CHECK(samples["spinneret_worker_utilization_ratio{worker=\"1\"}"] == 1);
  CHECK(samples["spinneret_request_seconds_bucket{le=\"0.01\"}"] == 2);
  CHECK(samples["spinneret_request_seconds_bucket{le=\"0.02\"}"] == 3);
  CHECK(samples["spinneret_request_seconds_bucket{le=\"10\"}"] == 3);
  CHECK(samples["spinneret_request_seconds_bucket{le=\"+Inf\"}"] == 4);
  CHECK(samples["spinneret_request_seconds_count"] == 4);
  CHECK(samples["spinneret_request_seconds_sum"] == doctest::Approx(20.0255));
}

TEST_CASE("MetricsText: docs/dashboard.md has each name") {
  const std::string document = testing::ReadFile(std::string(SPINNERET_ROOT) + "/docs/dashboard.md");
  std::istringstream lines(MetricsText(BusyStatus(), "crawl.db"));
  std::set<std::string> names;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) {
      const std::string name = line.substr(7, line.rfind(' ') - 7);
      names.insert(name);
      CHECK_MESSAGE(document.find("`" + name) != std::string::npos, name);
    }
  }
  CHECK(names.size() > 15);
}

TEST_CASE("CrawlCourse: a crawl of any length is a few hundred points, and their rates come to its pages") {
  CrawlCourse course;
  CrawlStatus status;
  status.worker_utilization = {0.5};
  for (int second = 1; second <= 10'000; ++second) {
    status.elapsed = milliseconds{1000 * second};
    status.run_pages += static_cast<std::uint64_t>(second % 7);
    status.queued = static_cast<std::uint64_t>(second);
    course.Add(status);
    REQUIRE(course.points().size() <= CrawlCourse::kMost);
  }
  CHECK(course.points().size() > CrawlCourse::kMost / 3);
  double pages = 0, from = 0;
  for (const CrawlCourse::Point& point : course.points()) {
    CHECK(point.seconds > from);
    CHECK(point.workers == doctest::Approx(0.5));
    pages += point.pages_per_second * (point.seconds - from);
    from = point.seconds;
  }
  CHECK(from > 9900);  // what is not a whole point yet is not shown
  CHECK(pages == doctest::Approx(3 * from).epsilon(0.001));
}

TEST_CASE("MessageText: a line of JSON, whatever bytes the web put into titles and URLs, which are cut") {
  RecentPages recent;
  PageGlance page;
  const std::string url = "http://a.test/" + std::string(5000, 'x');
  page.url = url;
  page.title = "</script>\n\r\xff\xe2\x80\xa8<img>";
  page.error = "timeout";
  recent.Add(page);
  for (std::size_t i = 0; i < RecentPages::kMost; ++i) {
    recent.Add(page);
  }
  CHECK(recent.pages().size() == RecentPages::kMost);
  DashboardState state;
  state.status = BusyStatus();
  state.recent.assign(recent.pages().begin(), recent.pages().end());
  state.end = EndReason::kDone;
  const std::string text = MessageText(state);
  CHECK(text.find('\n') == std::string::npos);
  CHECK(text.find('\r') == std::string::npos);
  CHECK(text.size() < 100'000);
  const nlohmann::json message = nlohmann::json::parse(text);
  CHECK(message["pages"] == 1234);
  CHECK(message["end"] == "done");
  const nlohmann::json& row = message["tables"]["recent"][0];
  CHECK(row.size() == kPageColumns.size());
  CHECK(row[0].get<std::string>().size() < 320);
  CHECK(row[1] == "timeout");
  CHECK(row[2] == "</script>\n\r\xef\xbf\xbd\xe2\x80\xa8<img>");
  CHECK(message["charts"]["times"]["values"].size() == message["charts"]["times"]["labels"].size());
}
}  // TEST_SUITE("cli/dashboard_state")

}  // namespace
}  // namespace spinneret::cli
