#include "cli/tune_trial.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace spinneret::cli {
namespace {

TEST_SUITE("cli/tune_trial") {
TEST_CASE("TrialLog: pages and time of the last object, utilisation over the ticks that had pages") {
  TrialLog log;
  log.AddLine(R"({"elapsed_ms":100,"run_pages":0,"main_utilization":1,"worker_utilization":[1,1]})");
  log.AddLine(R"({"elapsed_ms":1000,"run_pages":10,"main_utilization":0.2,"worker_utilization":[0.5,0.7]})");
  log.AddLine(R"({"elapsed_ms":2000,"run_pages":30,"main_utilization":0.4,"worker_utilization":[0.9,0.7]})");
  log.AddLine(R"({"elapsed_ms":2500,"run_pages":40,"main_utilization":0.9,"worker_utilization":[0,0],"end":"time"})");
  CHECK(log.pages() == 40);
  CHECK(log.seconds() == doctest::Approx(2.5));
  CHECK(log.main_utilization() == doctest::Approx(0.3));
  CHECK(log.worker_utilization() == doctest::Approx(0.7));
  CHECK(log.messages().empty());
}

TEST_CASE("TrialLog: what is no object is kept as a message, the last few of them") {
  TrialLog log;
  log.AddLine("spinneret: error: no seeds");
  log.AddLine("{broken");
  log.AddLine("");
  CHECK(log.messages() == std::vector<std::string>{"error: no seeds", "{broken"});
  log.AddLine(R"({"run_pages":"many","elapsed_ms":null,"worker_utilization":["x"]})");
  CHECK(log.pages() == 0);
  for (int i = 0; i < 1000; ++i) {
    log.AddLine("line " + std::to_string(i));
  }
  CHECK(log.messages().size() <= 10);
  CHECK(log.messages().back() == "line 999");
}
}  // TEST_SUITE("cli/tune_trial")

}  // namespace
}  // namespace spinneret::cli
