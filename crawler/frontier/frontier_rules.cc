// Frontier: rules that the user gives and takes back while the crawl runs. What they hide stays pending.
#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/format.h>

#include "base/check.h"
#include "crawler/frontier/frontier.h"

namespace spinneret {
namespace {

constexpr std::string_view kPrefix = "rule:";
constexpr std::string_view kDropped = "dropped";

// A rule as the store keeps it: key "rule:2", value "exclude", a tab and the pattern. Of one that was dropped the number
// stays taken, as outcomes name it: "dropped", a tab and what it was.
struct StoredRule {
  std::uint32_t number = 0;
  bool dropped = false;
  LiveRuleKind kind = LiveRuleKind::kExclude;
  std::string pattern;

  std::string Key() const { return fmt::format("{}{}", kPrefix, number); }
  std::string Write() const {
    return fmt::format("{}{}{}\t{}", dropped ? kDropped : "", dropped ? "\t" : "", LiveRuleKindName(kind), pattern);
  }
  static std::optional<StoredRule> Read(std::string_view key, std::string_view value) {
    StoredRule rule;
    key.remove_prefix(kPrefix.size());
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), rule.number);
    std::size_t tab = value.find('\t');
    if (value.substr(0, tab) == kDropped && tab != std::string_view::npos) {
      rule.dropped = true;
      value.remove_prefix(tab + 1);
      tab = value.find('\t');
    }
    const std::optional<LiveRuleKind> kind = LiveRuleKindFromName(value.substr(0, tab));
    if (error != std::errc{} || end != key.data() + key.size() || rule.number == 0 || !kind ||
        tab == std::string_view::npos) {
      return std::nullopt;
    }
    rule.kind = *kind;
    rule.pattern = value.substr(tab + 1);
    return rule;
  }
};

Result<std::vector<StoredRule>> LoadStored(Store& store) {
  std::vector<StoredRule> rules;
  bool damaged = false;
  const Result<void> loaded = store.LoadStates(kPrefix, [&](std::string_view key, std::string_view value) {
    std::optional<StoredRule> stored = StoredRule::Read(key, value);
    damaged = damaged || !stored;
    if (stored) {
      rules.push_back(std::move(*stored));
    }
  });
  if (!loaded) {
    return loaded.error();
  }
  if (damaged) {
    return Err(ErrorCode::kStorageCorrupt, "a rule's stored state does not make sense: the database is damaged");
  }
  std::sort(rules.begin(), rules.end(), [](const auto& left, const auto& right) { return left.number < right.number; });
  return rules;
}

}  // namespace

// --- Beginning

Result<void> Frontier::LoadRules() {
  if (std::exchange(rules_loaded_, true)) {
    return {};  // of a shared crawl, which loads more than once: no agent can be given any
  }
  const Result<std::vector<StoredRule>> stored = LoadStored(store_);
  if (!stored) {
    return stored.error();
  }
  for (const StoredRule& rule : *stored) {
    const auto pattern = rule.dropped ? std::nullopt : std::optional(rule.pattern);
    if (Result<void> restored = rules_.Restore(rule.number, rule.kind, pattern); !restored) {
      return restored;
    }
  }
  return {};
}

Result<void> Frontier::DropStoredRules(const std::vector<std::uint32_t>& numbers) {
  SPINNERET_CHECK(known_.size() == 0, "rules are dropped before the store is loaded");
  if (numbers.empty()) {
    return {};
  }
  Result<std::vector<StoredRule>> stored = LoadStored(store_);
  if (!stored) {
    return std::move(stored).error();
  }
  boost::unordered_flat_set<std::string> names;
  for (const std::uint32_t number : numbers) {
    const auto rule =
        std::find_if(stored->begin(), stored->end(), [number](const StoredRule& one) { return one.number == number; });
    if (rule == stored->end()) {
      std::string known;
      for (const StoredRule& one : *stored) {
        known += fmt::format("{} {} ({} {})", known.empty() ? "; it has" : ",", one.number, LiveRuleKindName(one.kind),
                             one.pattern);
      }
      return Err(ErrorCode::kNotFound, fmt::format("--drop-rule {}: this crawl has no such rule{}", number, known));
    }
    rule->dropped = true;
    store_.SetState(rule->Key(), rule->Write());
    names.insert(LiveRules::NameOf(rule->number, rule->pattern));
  }
  for (const LiveRuleKind kind : {LiveRuleKind::kExclude, LiveRuleKind::kInclude}) {
    std::vector<UrlHandle> urls;
    Result<void> loaded = store_.LoadSkipped(LiveRuleKindName(kind), [&](UrlHandle url, std::string_view detail) {
      if (names.contains(std::string(detail))) {
        urls.push_back(url);
      }
    });
    if (!loaded) {
      return loaded;
    }
    for (const UrlHandle url : urls) {
      store_.RemoveOutcome(url);
    }
  }
  return {};
}

// --- While crawling

Result<std::uint32_t> Frontier::AddRule(LiveRuleKind kind, const std::string& pattern) {
  const Result<std::uint32_t> number = rules_.Add(kind, pattern);
  if (number) {
    StoredRule stored;
    stored.number = *number;
    stored.kind = kind;
    stored.pattern = pattern;
    store_.SetState(stored.Key(), stored.Write());
    store_.AddEvent(
        EventRow{clock_.WallTimeMs(), "rule", fmt::format("rule {}: {} {}", *number, LiveRuleKindName(kind), pattern)});
  }
  return number;
}

Result<LiveRuleLook> Frontier::DropRule(std::uint32_t number) {
  for (const LiveRuleLook& rule : rules_.Look()) {
    if (rule.number == number) {
      rules_.Drop(number);
      StoredRule stored;
      stored.number = number;
      stored.dropped = true;
      stored.kind = rule.kind;
      stored.pattern = rule.pattern;
      store_.SetState(stored.Key(), stored.Write());
      store_.AddEvent(EventRow{clock_.WallTimeMs(), "rule", fmt::format("rule {} dropped", number)});
      return rule;
    }
  }
  return Err(ErrorCode::kNotFound, fmt::format("there is no rule {}; `rules` lists them", number));
}

bool Frontier::HideIfRuled(UrlHandle url, Host& host, std::string_view href) {
  if (!rules_.any()) {
    return false;
  }
  const Standing standing = known_.Has(url, UrlFlag::kSeed)        ? Standing::kSeed
                            : known_.Has(url, UrlFlag::kSeedChain) ? Standing::kSeedChain
                                                                   : Standing::kLink;
  LiveRules::Rule* const rule = rules_.FindHiding(href, standing);
  if (rule == nullptr) {
    return false;
  }
  --host.urls_out;
  --totals_.urls_out;
  ++host.hidden;
  rules_.Hide(*rule, {url, host.index});
  return true;
}

bool Frontier::BringBackHidden(std::size_t most) {
  for (std::size_t i = 0; i < most; ++i) {
    const std::optional<LiveRules::Hidden> back = rules_.TakeReturning();
    if (!back) {
      return true;
    }
    Host& host = hosts_.At(back->host);
    --host.hidden;
    host.waiting.PushBack(back->url);
    hosts_.Reconsider(host);
  }
  return !rules_.any_returning();
}

// --- The end

bool Frontier::SkipSetAside(std::size_t most) {
  SkipTrapped();
  for (std::size_t i = 0; i < most; ++i) {
    const std::optional<LiveRules::LeftOut> left_out = rules_.TakeHidden();
    if (!left_out) {
      return true;
    }
    Host& host = hosts_.At(left_out->url.host);
    --host.hidden;
    ++host.urls_out;
    ++totals_.urls_out;
    Skipped(left_out->url.url, host, LiveRuleKindName(left_out->rule->kind),
            LiveRules::NameOf(left_out->rule->number, left_out->rule->pattern.text()));
  }
  return rules_.hidden_count() == 0;
}

}  // namespace spinneret
