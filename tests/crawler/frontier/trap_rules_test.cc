#include "crawler/frontier/trap_rules.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "crawler/frontier/distinct_sketch.h"

namespace spinneret {
namespace {

// Pages that lead to more of their kind, each with its own content.
ClusterFacts Feeding(std::uint32_t urls) {
  ClusterFacts facts;
  facts.admitted = facts.self_fed = facts.fetched = facts.feeders = facts.compared = urls;
  facts.contents = facts.texts = facts.residues = urls;
  return facts;
}

std::string Rule(const ClusterFacts& facts, std::uint32_t budget = kDefaultTrapBudget) {
  const std::optional<TrapFinding> found = JudgeCluster(facts, budget);
  return found ? std::string(TrapRuleName(found->rule)) : "";
}

FamilyFacts Combinations(std::uint32_t urls) {
  FamilyFacts facts;
  facts.admitted = urls;
  facts.fetched = facts.feeders = urls / 2;
  facts.pairs = 30;
  facts.name_sets = 20;
  facts.most_names = 4;
  return facts;
}

}  // namespace

TEST_SUITE("crawler/frontier/trap_rules") {
TEST_CASE("TrapRules: a hundred thousand pages of one shape with content of their own are no trap") {
  CHECK(Rule(Feeding(100'000)) == "");
}

TEST_CASE("TrapRules: identical pages that were listed elsewhere are no trap") {
  ClusterFacts facts = Feeding(50'000);
  facts.contents = 1;
  facts.feeders = 1;
  CHECK(Rule(facts) == "");
  facts.feeders = facts.fetched / 2;
  CHECK(Rule(facts) == "duplicate-content");
}

TEST_CASE("TrapRules: identical pages that lead on are no trap below the budget") {
  ClusterFacts facts = Feeding(999);
  facts.contents = 1;
  CHECK(Rule(facts) == "");
  CHECK(Rule(facts, 500) == "duplicate-content");
}

TEST_CASE("TrapRules: a calendar is one by dates far off, of pages that lead to each other") {
  ClusterFacts facts = Feeding(400);
  facts.far_dates = 99;
  CHECK(Rule(facts) == "");
  facts.far_dates = 100;
  CHECK(Rule(facts) == "calendar");
  facts.self_fed = 300;
  CHECK(Rule(facts) == "");
}

TEST_CASE("TrapRules: two years ahead and the nineteenth century are not far off") {
  const std::int32_t now = 12 * 2026 + 10;
  CHECK_FALSE(IsFarDate(now + 24, now));
  CHECK(IsFarDate(now + 25, now));
  CHECK_FALSE(IsFarDate(12 * 1801, now));
  CHECK(IsFarDate(12 * 1799, now));
}

TEST_CASE("TrapRules: a growing path is one when it has grown beyond doubt, or has nothing new to say") {
  ClusterFacts facts = Feeding(120);
  facts.repeats = 15;
  CHECK(Rule(facts) == "");
  facts.repeats = 16;
  CHECK(Rule(facts) == "repeated-segments");
  facts.repeats = 3;
  facts.contents = 2;
  CHECK(Rule(facts) == "repeated-segments");
}

TEST_CASE("TrapRules: a growing query is one by its names or its length") {
  ClusterFacts facts = Feeding(120);
  facts.query_repeats = 16;
  CHECK(Rule(facts) == "growing-query");
  facts = Feeding(120);
  facts.shortest_query = 1000;  // tokens of one length are no growth
  facts.longest_query = 1100;
  CHECK(Rule(facts) == "");
  facts.shortest_query = 20;
  CHECK(Rule(facts) == "growing-query");
}

TEST_CASE("TrapRules: session ids are told from ids by what the pages say") {
  ClusterFacts facts = Feeding(5000);
  facts.has_session = true;
  CHECK(Rule(facts) == "");
  facts.texts = 200;
  CHECK(Rule(facts) == "session-id");
  facts.texts = 5000;
  facts.residues = 1;  // item?id=…
  CHECK(Rule(facts) == "");
  facts.named_session = true;
  CHECK(Rule(facts) == "session-id");
}

TEST_CASE("TrapRules: a chain of ten budgets of hops is endless") {
  ClusterFacts facts = Feeding(10'000);
  facts.chain = 9'999;
  CHECK(Rule(facts) == "");
  facts.chain = 10'000;
  CHECK(Rule(facts) == "endless-chain");
}

TEST_CASE("TrapRules: filters are facets when they combine and bring nothing new") {
  const auto rule = [](const FamilyFacts& facts) { return JudgeFamily(facts, kDefaultTrapBudget).has_value(); };
  CHECK(rule(Combinations(2000)));
  CHECK_FALSE(rule(Combinations(900)));
  FamilyFacts facts = Combinations(2000);
  facts.brought = 100;
  CHECK_FALSE(rule(facts));
  facts = Combinations(2000);
  facts.pairs = 600;  // a list by id
  CHECK_FALSE(rule(facts));
  facts = Combinations(2000);
  facts.name_sets = 1;
  CHECK_FALSE(rule(facts));
  facts.admitted = 10'000;
  CHECK(rule(facts));
}

TEST_CASE("TrapRules: names are read back") {
  for (int i = 0; i < 7; ++i) {
    const auto rule = static_cast<TrapRule>(i);
    CHECK(TrapRuleFromName(TrapRuleName(rule)) == rule);
  }
  CHECK_FALSE(TrapRuleFromName("other").has_value());
}
}

TEST_SUITE("crawler/frontier/distinct_sketch") {
TEST_CASE("DistinctSketch: the estimate is near, and the same in every order") {
  std::uint64_t state = 1;
  for (const int count : {1, 10, 100, 1000, 20'000}) {
    CAPTURE(count);
    std::vector<std::uint64_t> values;
    for (int i = 0; i < count; ++i) {
      state += 0x9E3779B97F4A7C15U;
      std::uint64_t z = state;
      z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
      z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
      values.push_back(z ^ (z >> 31U));
    }
    DistinctSketch forward;
    DistinctSketch backward;
    for (const std::uint64_t value : values) {
      forward.Add(value);
      forward.Add(value);
    }
    for (auto it = values.rbegin(); it != values.rend(); ++it) {
      backward.Add(*it);
    }
    CHECK(forward.Estimate() == backward.Estimate());
    CHECK(forward.Estimate() > 0.6 * count);
    CHECK(forward.Estimate() < 1.5 * count);
  }
}
}

}  // namespace spinneret
