#include "cli/tune_plan.h"

#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include "cli/tune_chart.h"

namespace spinneret::cli {
namespace {

using Counts = std::vector<std::uint32_t>;

TrialResult Trial(std::uint32_t workers, std::uint32_t connections, std::uint64_t pages) {
  TrialResult trial;
  trial.workers = workers;
  trial.connections = connections;
  trial.pages = pages;
  trial.seconds = 10;
  return trial;
}

TEST_SUITE("cli/tune_plan") {
TEST_CASE("ParseTrialCounts: lists and ranges") {
  CHECK(ParseTrialCounts("4,1,2,4", 8) == Counts{1, 2, 4});
  CHECK(ParseTrialCounts("1..8", 8) == Counts{1, 2, 4, 8});
  CHECK(ParseTrialCounts("3..10", 16) == Counts{3, 6, 10});
  CHECK(ParseTrialCounts("5..5", 8) == Counts{5});
  for (const char* text :
       {"", "0", "9", "1..9", "8..1", "..", "1..", "..3", "1,,2", "1,2,", "a", "1...3", "-1", "1.5"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseTrialCounts(text, 8));
  }
  CHECK_FALSE(ParseTrialCounts("1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", 8));
  CHECK_FALSE(ParseTrialCounts("1..4294967295", 4'294'967'295));
}

TEST_CASE("DefaultTrialWorkers: doubled up to the cores") {
  CHECK(DefaultTrialWorkers(1) == Counts{1, 2});
  CHECK(DefaultTrialWorkers(6) == Counts{1, 2, 4, 6});
  CHECK(DefaultTrialWorkers(100).back() == 32);
}

TEST_CASE("ChooseTrial: the least workers, then the least connections, within 5 % of the best") {
  CHECK(ChooseTrial({}) == nullptr);
  CHECK(ChooseTrial({Trial(1, 64, 0)}) == nullptr);
  const std::vector<TrialResult> trials = {Trial(1, 64, 500), Trial(2, 64, 960), Trial(4, 64, 1000), Trial(2, 32, 955),
                                           Trial(2, 128, 990)};
  CHECK(ChooseTrial(trials) == &trials[3]);
}

TEST_CASE("TuneChart: a picture with a point for each trial and the knee marked") {
  const std::vector<TrialResult> trials = {Trial(1, 64, 500), Trial(2, 64, 1000)};
  const std::string svg = TuneChart(trials, &trials[1]);
  CHECK(svg.starts_with("<svg "));
  CHECK(svg.ends_with("</svg>\n"));
  CHECK(svg.find("use this") != std::string::npos);
  CHECK(svg.find("<script") == std::string::npos);
  std::size_t circles = 0;
  for (std::size_t at = svg.find("<circle"); at != std::string::npos; at = svg.find("<circle", at + 1)) {
    ++circles;
  }
  CHECK(circles == 2);
  CHECK(TuneChart({}, nullptr).ends_with("</svg>\n"));
}
}

}  // namespace
}  // namespace spinneret::cli
