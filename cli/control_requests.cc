#include "cli/control_requests.h"

#include <charconv>
#include <chrono>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/duration.h"
#include "cli/limits.h"
#include "cli/progress.h"
#include "cli/request_checks.h"
#include "crawler/inflight_slots.h"

namespace spinneret::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string Failed(const std::string& error) {
  return Json{{"ok", false}, {"error", error}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Done(const std::string& said) {
  return Json{{"ok", true}, {"said", said}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string TextOf(const Json& request, const char* name) {
  const auto found = request.find(name);
  return found != request.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string AddSeed(CrawlControl& crawl, const std::string& url) {
  const Result<bool> added = crawl.AddSeed(url);
  if (!added) {
    return Failed(added.error().message);
  }
  return Done(*added ? "added" : "known already");
}

std::string SetDelay(CrawlControl& crawl, const std::string& text) {
  const std::optional<std::chrono::milliseconds> delay = ParseDuration(text);
  if (!delay) {
    return Failed("a delay is digits and a unit: 500ms, 2s, 1m");
  }
  crawl.SetHostDelay(*delay);
  return Done(fmt::format("{} between requests to a host, for this run", FormatDuration(*delay)));
}

// 0.5 or 20, and no more than a machine could ask for.
std::optional<double> ParseRate(const std::string& text) {
  constexpr double kLeast = 0.001, kMost = 1'000'000;
  double rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate, std::chars_format::fixed);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && rate >= kLeast && rate <= kMost ? std::optional(rate) : std::nullopt;
}

std::string SayRate(const std::optional<double>& rate) {
  return Done(rate ? fmt::format("{} pages a second at most, for this run", *rate) : "no bound on pages a second");
}

std::string SetRate(CrawlControl& crawl, const std::string& text) {
  if (text.empty()) {
    return SayRate(crawl.rate());
  }
  const std::optional<double> rate = ParseRate(text);
  if (!rate && text != "off") {
    return Failed(fmt::format("rate '{}': give pages a second, from 0.001 to 1000000, or off", text));
  }
  crawl.SetRate(rate);
  return SayRate(rate);
}

std::string SetWorkers(CrawlControl& crawl, const std::string& text) {
  if (text.empty()) {
    return Done(fmt::format("{} {}", crawl.workers(), crawl.workers() == 1 ? "worker" : "workers"));
  }
  const std::optional<std::uint64_t> given = ParseCount(text);
  if (!given || *given < 1 || *given > InflightSlots::kMostSlots) {
    return Failed(fmt::format("workers '{}': give a whole number from 1 to {}", text, InflightSlots::kMostSlots));
  }
  const auto workers = static_cast<std::uint32_t>(*given);
  if (ConnectionsWithin(RaiseFileLimit(), workers) < crawl.connections()) {
    return Failed(
        fmt::format("workers {}: with {} connections they need more open files than the machine allows (ulimit -n)",
                    workers, crawl.connections()));
  }
  const Result<void> done = crawl.SetWorkers(workers);
  return done ? SetWorkers(crawl, {}) : Failed(fmt::format("workers {}: {}", workers, done.error().message));
}

std::string AddRule(CrawlControl& crawl, LiveRuleKind kind, const std::string& pattern) {
  if (const std::string wrong = CheckPattern(pattern); !wrong.empty()) {
    return Failed(fmt::format("{}: {}", LiveRuleKindName(kind), wrong));
  }
  const Result<std::uint32_t> number = crawl.AddRule(kind, pattern);
  return number ? Done(fmt::format("rule {}", *number)) : Failed(number.error().message);
}

std::string DropRule(CrawlControl& crawl, const std::string& text) {
  const std::optional<std::uint64_t> number = ParseCount(text);
  if (!number || *number > UINT32_MAX) {
    return Failed(fmt::format("drop-rule '{}': give a rule's number; `rules` lists them", text));
  }
  const Result<LiveRuleLook> dropped = crawl.DropRule(static_cast<std::uint32_t>(*number));
  return dropped ? Done(fmt::format("rule {} dropped; it hid {} queued {}", *number, FormatCount(dropped->hidden),
                                    dropped->hidden == 1 ? "URL" : "URLs"))
                 : Failed(dropped.error().message);
}

Json RulesOf(const CrawlControl& crawl) {
  Json rules = Json::array();
  for (const LiveRuleLook& rule : crawl.Rules()) {
    rules.push_back({{"number", rule.number},
                     {"kind", LiveRuleKindName(rule.kind)},
                     {"pattern", rule.pattern},
                     {"hidden", rule.hidden}});
  }
  return rules;
}

std::string PauseHost(CrawlControl& crawl, const std::string& host, bool paused) {
  const Result<void> done = crawl.PauseHost(host, paused);
  return done ? Done(paused ? "paused" : "goes on") : Failed(done.error().message);
}

}  // namespace

std::string AnswerControl(CrawlControl& crawl, std::string_view line) {
  const Json request = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!request.is_object()) {
    return Failed("a request is an object of JSON");
  }
  const std::string command = TextOf(request, "command");
  const std::string argument = TextOf(request, "argument");
  if (command == "status") {
    Json answer = {{"ok", true}, {"paused", crawl.paused()}};
    answer["status"] = Json::parse(RenderProgressJson(crawl.Status()));
    answer["workers"] = crawl.workers();
    answer["rate"] = crawl.rate() ? Json(*crawl.rate()) : Json();
    answer["rules"] = RulesOf(crawl);
    return answer.dump();
  }
  if (command == "pause") {
    crawl.Pause();
    return Done("paused");
  }
  if (command == "resume") {
    crawl.Continue();
    return Done("goes on");
  }
  if (command == "stop") {
    crawl.Stop();
    return Done("stopping; go on with `spinneret resume`");
  }
  if (command == "add-seed") {
    return AddSeed(crawl, argument);
  }
  if (command == "delay") {
    return SetDelay(crawl, argument);
  }
  if (command == "rate") {
    return SetRate(crawl, argument);
  }
  if (command == "workers") {
    return SetWorkers(crawl, argument);
  }
  if (command == "exclude" || command == "include") {
    return AddRule(crawl, command == "exclude" ? LiveRuleKind::kExclude : LiveRuleKind::kInclude, argument);
  }
  if (command == "rules") {
    return Json{{"ok", true}, {"rules", RulesOf(crawl)}}.dump();
  }
  if (command == "drop-rule") {
    return DropRule(crawl, argument);
  }
  if (command == "pause-host" || command == "resume-host") {
    return PauseHost(crawl, argument, command == "pause-host");
  }
  return Failed("an unknown command");
}

}  // namespace spinneret::cli
