#include "crawler/frontier/trap_rules.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace spinneret {
namespace {

constexpr std::uint16_t kGrownBeyondDoubt = 16;  // repeated segments that no hand-made path has
constexpr std::uint16_t kLongQuery = 1024;
constexpr std::int32_t kMonthsAhead = 24;
constexpr std::int32_t kOldestMonth = 12 * 1800;
constexpr std::uint32_t kLongestChain = 60'000;  // depth is kept up to 65 535

constexpr std::array<std::string_view, 7> kNames = {
    "repeated-segments", "growing-query", "session-id", "calendar", "facets", "duplicate-content", "endless-chain"};

bool AtLeast(std::uint32_t part, std::uint32_t percent, std::uint32_t whole) {
  return std::uint64_t{part} * 100 >= std::uint64_t{percent} * whole;
}
bool AtMost(double part, double share, std::uint32_t whole) {
  return part <= share * static_cast<double>(whole);
}

std::optional<TrapFinding> Find(TrapRule rule, std::string why) {
  return TrapFinding{rule, std::move(why)};
}

std::optional<TrapFinding> JudgeSession(const ClusterFacts& facts, std::uint32_t budget, std::uint32_t few) {
  const bool feeds = AtLeast(facts.self_fed, 80, facts.admitted);
  if (!facts.has_session || !feeds) {
    return std::nullopt;
  }
  // Under a name that only sessions go by a tenth of the budget is enough, and the URLs may speak for themselves: pages
  // that show the session have different texts.
  const std::uint32_t enough = facts.named_session ? few : budget;
  if (facts.compared >= enough && AtMost(facts.texts, facts.named_session ? 0.10 : 0.05, facts.compared)) {
    return Find(TrapRule::kSessionId,
                fmt::format("about {:.0f} different texts on {} pages", facts.texts, facts.compared));
  }
  if (facts.named_session && facts.admitted >= budget && AtMost(facts.residues, 0.10, facts.admitted)) {
    return Find(TrapRule::kSessionId,
                fmt::format("{} URLs are about {:.0f} without the session", facts.admitted, facts.residues));
  }
  return std::nullopt;
}

}  // namespace

std::string_view TrapRuleName(TrapRule rule) {
  return kNames[static_cast<std::size_t>(rule)];
}

std::optional<TrapRule> TrapRuleFromName(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  return found == kNames.end() ? std::nullopt : std::optional(static_cast<TrapRule>(found - kNames.begin()));
}

bool IsFarDate(std::int32_t month, std::int32_t now) {
  return month > now + kMonthsAhead || month < kOldestMonth;
}

std::optional<TrapFinding> JudgeCluster(const ClusterFacts& facts, std::uint32_t budget) {
  if (budget == 0) {
    return std::nullopt;
  }
  const std::uint32_t few = std::max<std::uint32_t>(budget / 10, 10);
  const std::uint64_t many = std::uint64_t{budget} * 10;
  if (facts.admitted < few) {
    return std::nullopt;
  }
  const bool self_fed = AtLeast(facts.self_fed, 90, facts.admitted);
  if (facts.repeats >= kGrownBeyondDoubt) {
    return Find(TrapRule::kRepeatedSegments,
                fmt::format("{} URLs, up to {} segments that the path had before", facts.admitted, facts.repeats));
  }
  if (facts.repeats > 0 && facts.compared >= few && AtMost(facts.contents, 0.05, facts.compared) &&
      AtLeast(facts.feeders, 50, facts.fetched)) {
    return Find(TrapRule::kRepeatedSegments,
                fmt::format("{} URLs, about {:.0f} different bodies", facts.admitted, facts.contents));
  }
  if (facts.repeats > 0 && facts.admitted >= many && self_fed) {
    return Find(TrapRule::kRepeatedSegments,
                fmt::format("{} URLs that only lead to more of their kind", facts.admitted));
  }
  if (facts.query_repeats >= kGrownBeyondDoubt) {
    return Find(TrapRule::kGrowingQuery, fmt::format("{} URLs, up to {} parameters that the query had before",
                                                     facts.admitted, facts.query_repeats));
  }
  if (facts.longest_query >= kLongQuery && facts.longest_query / 4 >= facts.shortest_query && self_fed) {
    return Find(TrapRule::kGrowingQuery, fmt::format("{} URLs, queries have grown from {} to {} bytes", facts.admitted,
                                                     facts.shortest_query, facts.longest_query));
  }
  if (std::optional<TrapFinding> session = JudgeSession(facts, budget, few)) {
    return session;
  }
  if (facts.far_dates >= few && self_fed) {
    return Find(TrapRule::kCalendar,
                fmt::format("{} URLs, {} of them about a time far off", facts.admitted, facts.far_dates));
  }
  if (facts.compared >= budget && AtMost(facts.contents, 0.01, facts.compared) &&
      AtLeast(facts.feeders, 25, facts.fetched)) {
    return Find(TrapRule::kDuplicateContent,
                fmt::format("about {:.0f} different bodies on {} pages, which bring ever more", facts.contents,
                            facts.compared));
  }
  if (facts.chain >= std::min<std::uint64_t>(many, kLongestChain) && self_fed) {
    return Find(TrapRule::kEndlessChain,
                fmt::format("{} URLs, each found on the one before, {} link hops deep", facts.admitted, facts.chain));
  }
  return std::nullopt;
}

std::optional<TrapFinding> JudgeFamily(const FamilyFacts& facts, std::uint32_t budget) {
  if (budget == 0 || facts.admitted < budget || facts.fetched < budget / 2 || facts.most_names < 3) {
    return std::nullopt;
  }
  // Fewer values than URLs: they are combinations. With one set of names (a form that sends all its fields) that is
  // also how a large listing looks, so more of it is needed.
  const bool combined = facts.pairs * 4 <= static_cast<double>(facts.admitted);
  const bool sure = facts.name_sets >= 8 || facts.admitted >= std::uint64_t{budget} * 10;
  if (combined && sure && AtLeast(facts.feeders, 10, facts.fetched) && !AtLeast(facts.brought, 5, facts.fetched)) {
    return Find(TrapRule::kFacets, fmt::format("{} combinations of about {:.0f} values, and {} pages brought {} URLs "
                                               "that are none",
                                               facts.admitted, facts.pairs, facts.fetched, facts.brought));
  }
  return std::nullopt;
}

}  // namespace spinneret
