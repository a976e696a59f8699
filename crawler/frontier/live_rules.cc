#include "crawler/frontier/live_rules.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace spinneret {

std::string_view LiveRuleKindName(LiveRuleKind kind) {
  return kind == LiveRuleKind::kExclude ? "exclude" : "include";
}

std::optional<LiveRuleKind> LiveRuleKindFromName(std::string_view name) {
  for (const LiveRuleKind kind : {LiveRuleKind::kExclude, LiveRuleKind::kInclude}) {
    if (LiveRuleKindName(kind) == name) {
      return kind;
    }
  }
  return std::nullopt;
}

Result<std::uint32_t> LiveRules::Add(LiveRuleKind kind, const std::string& pattern) {
  const std::string_view name = LiveRuleKindName(kind);
  if (pattern.empty()) {
    return Err(ErrorCode::kInvalidArgument,
               fmt::format("{} '': an empty pattern matches every URL; `pause` stops everything", name));
  }
  if (pattern.size() > kMostPatternBytes) {
    return Err(ErrorCode::kInvalidArgument,
               fmt::format("{}: a pattern of {} bytes, and {} is the most; make several rules of it", name,
                           pattern.size(), kMostPatternBytes));
  }
  if (pattern.find('\0') != std::string::npos) {
    return Err(ErrorCode::kInvalidArgument, fmt::format("{}: a pattern holds no NUL", name));
  }
  if (rules_.size() >= kMostRules) {
    return Err(ErrorCode::kInvalidArgument,
               fmt::format("{} '{}': there are {} rules, the most there may be; `drop-rule` one, or join patterns by |",
                           name, pattern, kMostRules));
  }
  if (Result<void> restored = Restore(last_number_ + 1, kind, pattern); !restored) {
    return std::move(restored).error();
  }
  if (kind == LiveRuleKind::kInclude) {
    for (Rule& older : rules_) {
      if (older.kind == kind) {
        Release(older);  // the new one may match them
      }
    }
  }
  return last_number_;
}

Result<void> LiveRules::Restore(std::uint32_t number, LiveRuleKind kind, const std::optional<std::string>& pattern) {
  if (pattern) {
    Result<UrlPattern> compiled = UrlPattern::Make(LiveRuleKindName(kind), *pattern);
    if (!compiled) {
      return std::move(compiled).error();
    }
    const auto place =
        std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) { return rule.number > number; });
    rules_.insert(place, Rule{number, kind, *std::move(compiled)});
  }
  last_number_ = std::max(last_number_, number);
  return {};
}

bool LiveRules::Drop(std::uint32_t number) {
  const auto found =
      std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) { return rule.number == number; });
  if (found == rules_.end()) {
    return false;
  }
  Release(*found);
  rules_.erase(found);
  return true;
}

void LiveRules::Release(Rule& rule) {
  if (!rule.hidden.empty()) {
    hidden_count_ -= rule.hidden.size();
    returning_.push_back(std::exchange(rule.hidden, {}));
  }
}

LiveRules::Rule* LiveRules::FindHiding(std::string_view href, Standing standing) {
  Rule* include = nullptr;
  bool wanted = standing != Standing::kLink;
  for (Rule& rule : rules_) {
    const bool exclude = rule.kind == LiveRuleKind::kExclude;
    if (!exclude && wanted) {
      continue;
    }
    const bool matches = rule.pattern.Matches(href);
    if (exclude && matches) {
      return &rule;
    }
    if (!exclude) {
      wanted = matches;
      include = &rule;
    }
  }
  return wanted ? nullptr : include;
}

void LiveRules::Hide(Rule& rule, Hidden url) {
  rule.hidden.push_back(url);
  ++hidden_count_;
}

std::optional<LiveRules::Hidden> LiveRules::TakeReturning() {
  if (returning_.empty()) {
    return std::nullopt;
  }
  std::deque<Hidden>& some = returning_.front();
  const Hidden url = some.front();
  some.pop_front();
  if (some.empty()) {
    returning_.erase(returning_.begin());
  }
  return url;
}

std::optional<LiveRules::LeftOut> LiveRules::TakeHidden() {
  for (Rule& rule : rules_) {
    if (!rule.hidden.empty()) {
      const Hidden url = rule.hidden.front();
      rule.hidden.pop_front();
      --hidden_count_;
      return LeftOut{url, &rule};
    }
  }
  return std::nullopt;
}

std::vector<LiveRuleLook> LiveRules::Look() const {
  std::vector<LiveRuleLook> looks;
  for (const Rule& rule : rules_) {
    looks.push_back({rule.number, rule.kind, rule.pattern.text(), rule.hidden.size()});
  }
  return looks;
}

std::string LiveRules::NameOf(std::uint32_t number, std::string_view pattern) {
  return fmt::format("rule {}: {}", number, pattern);
}

}  // namespace spinneret
