#include "crawler/frontier/live_rules.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

constexpr LiveRuleKind kExclude = LiveRuleKind::kExclude;
constexpr LiveRuleKind kInclude = LiveRuleKind::kInclude;

std::uint32_t Added(LiveRules& rules, LiveRuleKind kind, const std::string& pattern) {
  const Result<std::uint32_t> number = rules.Add(kind, pattern);
  REQUIRE_MESSAGE(number.has_value(), (number ? std::string() : number.error().message));
  return *number;
}

// The number of the rule that hides a link, which it does; 0: none does.
std::uint32_t Hides(LiveRules& rules, const std::string& href, std::uint32_t handle = 1) {
  LiveRules::Rule* const rule = rules.FindHiding(href, Standing::kLink);
  if (rule == nullptr) {
    return 0;
  }
  rules.Hide(*rule, {UrlHandle{handle}, 7});
  return rule->number;
}

std::vector<std::uint32_t> Returning(LiveRules& rules) {
  std::vector<std::uint32_t> handles;
  while (const auto back = rules.TakeReturning()) {
    CHECK(back->host == 7);
    handles.push_back(back->url.value);
  }
  return handles;
}

TEST_SUITE("crawler/frontier/live_rules") {
TEST_CASE("LiveRules: an exclude that matches hides, and where there are includes one of them has to match") {
  LiveRules rules;
  CHECK_FALSE(rules.any());
  CHECK(Hides(rules, "http://a.test/x") == 0);
  const std::uint32_t docs = Added(rules, kInclude, "/docs/");
  const std::uint32_t pdf = Added(rules, kExclude, "[.]pdf$");
  const std::uint32_t blog = Added(rules, kInclude, "/blog/");
  CHECK(docs == 1);
  CHECK(pdf == 2);
  CHECK(blog == 3);
  CHECK(Hides(rules, "http://a.test/docs/x") == 0);
  CHECK(Hides(rules, "http://a.test/blog/x") == 0);
  CHECK(Hides(rules, "http://a.test/docs/x.pdf") == pdf);
  CHECK(Hides(rules, "http://a.test/x") == blog);  // the newest
  CHECK(Hides(rules, "http://a.test/x.pdf") == pdf);
  CHECK(rules.hidden_count() == 3);
  const std::vector<LiveRuleLook> looks = rules.Look();
  REQUIRE(looks.size() == 3);
  CHECK(looks[1].pattern == "[.]pdf$");
  CHECK(looks[1].hidden == 2);
  CHECK(looks[2].hidden == 1);
}

TEST_CASE("LiveRules: seeds and where they redirect to pass includes, and no exclude") {
  LiveRules rules;
  Added(rules, kInclude, "/docs/");
  Added(rules, kExclude, "secret");
  for (const Standing standing : {Standing::kSeed, Standing::kSeedChain}) {
    CHECK(rules.FindHiding("http://a.test/", standing) == nullptr);
    CHECK(rules.FindHiding("http://a.test/secret", standing) != nullptr);
  }
}

TEST_CASE("LiveRules: what a dropped rule hid comes back, in order, and its number is not given again") {
  LiveRules rules;
  const std::uint32_t first = Added(rules, kExclude, "/a");
  const std::uint32_t second = Added(rules, kExclude, "/b");
  CHECK(Hides(rules, "http://x.test/a1", 11) == first);
  CHECK(Hides(rules, "http://x.test/b1", 12) == second);
  CHECK(Hides(rules, "http://x.test/a2", 13) == first);
  CHECK_FALSE(rules.any_returning());
  CHECK(rules.Drop(first));
  CHECK_FALSE(rules.Drop(first));
  CHECK(rules.any_returning());
  CHECK(rules.hidden_count() == 1);
  CHECK(Returning(rules) == std::vector<std::uint32_t>{11, 13});
  CHECK_FALSE(rules.any_returning());
  CHECK(Hides(rules, "http://x.test/a1") == 0);
  CHECK(rules.Drop(second));
  CHECK(Added(rules, kExclude, "/c") == 3);
}

TEST_CASE("LiveRules: another include brings back what the older ones hid, as it may match that") {
  LiveRules rules;
  Added(rules, kInclude, "/a");
  CHECK(Hides(rules, "http://x.test/b", 21) == 1);
  CHECK(Hides(rules, "http://x.test/c", 22) == 1);
  Added(rules, kInclude, "/b");
  CHECK(Returning(rules) == std::vector<std::uint32_t>{21, 22});
  CHECK(Hides(rules, "http://x.test/b", 21) == 0);
  CHECK(Hides(rules, "http://x.test/c", 22) == 2);
}

TEST_CASE("LiveRules: a database's rules hold again with their numbers, and numbers of dropped ones stay taken") {
  LiveRules rules;
  CHECK(rules.Restore(2, kExclude, "/a").has_value());
  CHECK(rules.Restore(5, kExclude, std::nullopt).has_value());
  CHECK(Hides(rules, "http://x.test/a", 31) == 2);
  CHECK(Added(rules, kExclude, "/b") == 6);
  const auto left_out = rules.TakeHidden();
  REQUIRE(left_out.has_value());
  CHECK(left_out->url.url.value == 31);
  CHECK(LiveRules::NameOf(left_out->rule->number, left_out->rule->pattern.text()) == "rule 2: /a");
  CHECK_FALSE(rules.TakeHidden().has_value());
  CHECK_FALSE(rules.Restore(7, kExclude, "(").has_value());
}

TEST_CASE("LiveRules: a pattern that cannot be meant, and a rule too many, are refused with the reason") {
  LiveRules rules;
  const Result<std::uint32_t> broken = rules.Add(kExclude, "/a(");
  REQUIRE_FALSE(broken.has_value());
  CHECK(broken.error().message.find("exclude '/a(': missing )") == 0);
  for (const std::string& pattern :
       {std::string(), std::string("a\0b", 3), std::string(LiveRules::kMostPatternBytes + 1, 'a')}) {
    CHECK_FALSE(rules.Add(kInclude, pattern).has_value());
  }
  CHECK_FALSE(rules.any());
  for (std::size_t i = 0; i < LiveRules::kMostRules; ++i) {
    CHECK(Added(rules, kExclude, std::string(i == 0 ? LiveRules::kMostPatternBytes : 1, 'a')) == i + 1);
  }
  CHECK_FALSE(rules.Add(kExclude, "one more").has_value());
  CHECK(rules.Drop(1));
  CHECK(Added(rules, kExclude, "one more") == LiveRules::kMostRules + 1);
}
}  // TEST_SUITE("crawler/frontier/live_rules")

}  // namespace
}  // namespace spinneret
