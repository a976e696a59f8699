// LiveRules: what the user excludes and asks for while the crawl runs, by number, and the queued URLs that each rule hides.
//
// Meaning    as --exclude and --include have it: an exclude that matches hides a URL; where there are includes, one of
//            them has to match. Seeds, and where they redirect to, pass includes. Each hidden URL is one rule's: the
//            first exclude that matches, else the newest include.
// Numbers    from 1, and none twice in the life of a database: what is left out names them.
// Coming back what a rule hid when it was dropped waits here to be queued again, and so does what older includes hid
//            when another include is added.
// Thread     main thread.
// Limits     kMostRules at a time, of kMostPatternBytes each, so that a list of them is an answer. Eight bytes for each hidden URL.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/url_identity.h"
#include "crawler/frontier/scope.h"
#include "crawler/frontier/url_pattern.h"

namespace spinneret {

enum class LiveRuleKind : std::uint8_t { kExclude, kInclude };
// "exclude", "include".
std::string_view LiveRuleKindName(LiveRuleKind kind);
std::optional<LiveRuleKind> LiveRuleKindFromName(std::string_view name);

// A rule as people see it.
struct LiveRuleLook {
  std::uint32_t number = 0;
  LiveRuleKind kind = LiveRuleKind::kExclude;
  std::string pattern;
  std::uint64_t hidden = 0;  // queued URLs whose turn came, and that it hides
};

class LiveRules {
 public:
  static constexpr std::size_t kMostRules = 100;
  static constexpr std::size_t kMostPatternBytes = 1000;

  struct Hidden {
    UrlHandle url;
    std::uint32_t host = 0;
  };
  struct Rule {
    std::uint32_t number;
    LiveRuleKind kind;
    UrlPattern pattern;
    std::deque<Hidden> hidden{};
  };

  // A rule with the next number. kInvalidArgument for a pattern that does not compile or would match every URL.
  Result<std::uint32_t> Add(LiveRuleKind kind, const std::string& pattern);
  // Of a database: one that holds, or (no pattern) that a number is taken.
  Result<void> Restore(std::uint32_t number, LiveRuleKind kind, const std::optional<std::string>& pattern);
  // False: there is no such rule.
  bool Drop(std::uint32_t number);

  bool any() const { return !rules_.empty(); }
  // The rule that hides a URL, or null. Valid until a rule is added or dropped.
  Rule* FindHiding(std::string_view href, Standing standing);
  void Hide(Rule& rule, Hidden url);

  // Hidden URLs one by one: those that come back, and, at the crawl's end, all of them with their rule.
  std::optional<Hidden> TakeReturning();
  bool any_returning() const { return !returning_.empty(); }
  struct LeftOut {
    Hidden url;
    const Rule* rule = nullptr;
  };
  std::optional<LeftOut> TakeHidden();
  // Without those that come back.
  std::size_t hidden_count() const { return hidden_count_; }

  std::vector<LiveRuleLook> Look() const;
  // "rule 2: /calendar/", the detail of an outcome.
  static std::string NameOf(std::uint32_t number, std::string_view pattern);

 private:
  void Release(Rule& rule);

  std::vector<Rule> rules_;  // in order of number
  std::uint32_t last_number_ = 0;
  std::size_t hidden_count_ = 0;
  std::vector<std::deque<Hidden>> returning_;  // none is empty
};

}  // namespace spinneret
