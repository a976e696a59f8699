#include "crawler/record_coverage.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace spinneret {
namespace {

nlohmann::ordered_json Json(const char* text) {
  return nlohmann::ordered_json::parse(text);
}

TEST_SUITE("crawler/record_coverage") {
TEST_CASE("coverage: a field is filled by any value but null and what is empty") {
  RecordCoverage coverage("shop", {"a", "b"});
  coverage.Add("http://x.example/", Json(R"({"a": "", "b": false})"));
  coverage.Add("http://x.example/", Json(R"({"a": null, "b": 0})"));
  coverage.Add("http://x.example/", Json(R"({"a": [], "b": {"c": null}})"));
  coverage.Add("http://x.example/", Json(R"({"b": {}})"));
  coverage.Add("http://x.example/", Json(R"({"a": "\u00e9t\u00e9", "b": [1, 2]})"));
  coverage.Add("http://x.example/", Json(R"({"a": "x", "b": "x"})"));
  const std::vector<CoverageRow> rows = coverage.Rows();
  REQUIRE(rows.size() == 3);  // one shape alone is all pages
  CHECK(rows[0].field.empty());
  CHECK(rows[0].records == 6);
  CHECK(rows[1].field == "a");
  CHECK(rows[1].filled == 2);
  CHECK(rows[1].types == R"({"text":2})");
  CHECK(rows[1].shortest == 1);
  CHECK(rows[1].longest == 3);  // characters
  CHECK(*rows[1].mean_length == doctest::Approx(2));
  CHECK(rows[1].distinct_values == 2);
  CHECK(rows[2].filled == 5);
  CHECK(rows[2].types == R"({"bool":1,"list":1,"number":1,"object":1,"text":1})");
}

TEST_CASE("coverage: is counted for each shape of URL, and shapes beyond the bound are one") {
  RecordCoverage coverage("shop", {"a"});
  coverage.Add("http://x.example/item/1", Json(R"({"a": 1})"));
  coverage.Add("http://x.example/item/2", Json(R"({"a": null})"));
  coverage.Add("http://x.example/about", Json(R"({"a": 1})"));
  std::vector<CoverageRow> rows = coverage.Rows();
  REQUIRE(rows.size() == 6);
  CHECK(rows[1].rate() == doctest::Approx(2.0 / 3));
  CHECK(rows[4].shape == "/item/{n}");
  CHECK(rows[5].rate() == doctest::Approx(0.5));
  for (std::size_t i = 0; i < 3 * kCoverageShapes; ++i) {
    coverage.Add("http://x.example/" + std::string(1 + i % 26, static_cast<char>('a' + i / 26)), Json("{}"));
  }
  CHECK(coverage.Rows().size() <= 2 * (kCoverageShapes + 2));
}

TEST_CASE("coverage: a share that moved is named, one that moved little is not") {
  RecordCoverage before("shop", {"a", "b", "c"}), now("shop", {"a", "b", "d"});
  for (int i = 0; i < 10; ++i) {
    before.Add("http://x.example/", Json(R"({"a": 1, "b": 1, "c": 1})"));
    now.Add("http://x.example/", i < 4 ? Json(R"({"a": 1, "b": 1})") : Json(R"({"b": 1})"));
  }
  CHECK(CoverageDrift(before.Rows(), now.Rows(), 0.01) ==
        std::vector<std::string>{"a filled in 40.0 % (100.0 % before)"});
  CHECK(CoverageDrift(before.Rows(), now.Rows(), 0.7).empty());
  CHECK(CoverageDrift({}, now.Rows(), 0.01).empty());
}
}

}  // namespace
}  // namespace spinneret
