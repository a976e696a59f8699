// The rules by which the URLs of one shape are taken for a trap: pages that a site goes on making for as long as it is
// asked. Plain functions of counts; docs/traps.md gives the reasons.
//
// Thresholds  are parts and multiples of one budget (--trap-budget, default 1000), so that one number moves them all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spinneret {

inline constexpr std::uint32_t kDefaultTrapBudget = 1000;

enum class TrapRule : std::uint8_t {
  kRepeatedSegments,
  kGrowingQuery,
  kSessionId,
  kCalendar,
  kFacets,
  kDuplicateContent,
  kEndlessChain
};
// "repeated-segments" …: what events and v_skipped.detail say.
std::string_view TrapRuleName(TrapRule rule);
std::optional<TrapRule> TrapRuleFromName(std::string_view name);

// What is known of the URLs of one shape on one host.
struct ClusterFacts {
  std::uint32_t admitted = 0;
  std::uint32_t self_fed = 0;  // of these, found on a page of the same kind
  std::uint32_t fetched = 0;
  std::uint32_t feeders = 0;   // fetched pages that brought new URLs of the same kind
  std::uint32_t compared = 0;  // fetched pages whose content went into the next two
  double contents = 0;         // different bodies among them
  double texts = 0;            // different texts, markup apart (has_session alone)

  bool has_session = false;
  bool named_session = false;
  double residues = 0;               // different URLs without the session's value
  std::uint32_t far_dates = 0;       // URLs with a date that no page is about yet, or any more
  std::uint32_t chain = 0;           // link hops between the first and the deepest
  std::uint16_t repeats = 0;         // the most repeated segments of a path
  std::uint16_t query_repeats = 0;   // the most repeated names of a query
  std::uint16_t shortest_query = 0;  // bytes
  std::uint16_t longest_query = 0;
};

// The same for all shapes with two or more parameters over one path.
struct FamilyFacts {
  std::uint32_t admitted = 0;
  std::uint32_t fetched = 0;
  std::uint32_t feeders = 0;
  std::uint32_t brought = 0;  // new URLs outside the family that its pages brought
  double pairs = 0;           // different (name, value)
  double name_sets = 0;       // different sets of names
  std::uint16_t most_names = 0;
};

struct TrapFinding {
  TrapRule rule;
  std::string why;  // the numbers that decided, for people
};

// A budget of 0 finds nothing.
std::optional<TrapFinding> JudgeCluster(const ClusterFacts& facts, std::uint32_t budget);
std::optional<TrapFinding> JudgeFamily(const FamilyFacts& facts, std::uint32_t budget);

// Whether a page about `month` (12 * year + month - 1) is beyond what sites publish, seen from `now`.
bool IsFarDate(std::int32_t month, std::int32_t now);

}  // namespace spinneret
