// spinneret explain: why a URL is, was or would not be crawled.
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "cli/commands.h"
#include "cli/crawl_file.h"
#include "cli/crawl_flags.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/option_kinds.h"
#include "cli/standard_output.h"
#include "cli/terminal.h"
#include "crawler/explanation.h"
#include "crawler/frontier/seed_list.h"
#include "parser/robots_txt.h"

namespace spinneret::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kDescription[] =
    "Say why a URL is, was or would not be crawled: the rule that decides and its line, who led to it, and what came "
    "of it. With --db from a crawl's database, also while it is running; without, from the options alone.";

constexpr char kFooter[] = R"(Examples:
  spinneret explain https://example.com/private/a --db crawl.db
  spinneret explain https://shop.example.com/ --seed example.com --scope domain
  spinneret explain https://example.com/a?sort=1 --exclude '\?sort=' --robots-file robots.txt)";

constexpr std::size_t kMostParentsShown = 20;

struct ExplainFlags {
  CrawlFlags crawl;
  std::string url;
  std::string database;
  std::vector<std::string> seeds;
  std::string robots_file;
  bool as_json = false;
};

std::string WithDetail(std::string_view reason, std::string_view detail) {
  return fmt::format("{}{}{}", reason, detail.empty() ? "" : ": ", detail);
}

// --- the verdict ---

std::string VerdictOfOutcome(const UrlHistory& history) {
  const UrlOutcome& outcome = *history.outcome;
  const std::int64_t status = history.attempts.empty() ? 0 : history.attempts.back().status;
  switch (outcome.kind) {
    case OutcomeKind::kFetched:
      return fmt::format("fetched, with status {}", status);
    case OutcomeKind::kRedirected:
      return fmt::format("fetched: status {} redirects to {}{}", status, outcome.redirect_to,
                         outcome.reason.empty() ? "" : fmt::format(", which is not followed: {}", outcome.reason));
    case OutcomeKind::kFailed:
      return "failed: " + WithDetail(outcome.reason, outcome.detail);
    case OutcomeKind::kSkipped:
      return "not asked: " + WithDetail(outcome.reason, outcome.detail);
  }
  return {};
}

// What the settings alone say.
std::string VerdictOfRules(const Explanation& explanation) {
  if (explanation.admission != AdmissionCode::kAdmitted) {
    return "would not be asked: " + WithDetail(AdmissionName(explanation.admission), explanation.admission_detail);
  }
  if (explanation.robots && !explanation.robots->allowed) {
    return explanation.robots->line == 0
               ? fmt::format("would not be asked: robots_unreachable: {}", explanation.robots->detail)
               : fmt::format("would not be asked: robots: line {}: {}", explanation.robots->line,
                             explanation.robots->rule);
  }
  return "would be asked";
}

std::string Verdict(const Explanation& explanation) {
  if (!explanation.has_database) {
    return VerdictOfRules(explanation);
  }
  if (!explanation.history) {
    return "not known: nothing that was fetched leads to it; if something did, it " + VerdictOfRules(explanation);
  }
  const UrlHistory& history = *explanation.history;
  if (history.outcome) {
    return VerdictOfOutcome(history);
  }
  if (history.admission != AdmissionCode::kAdmitted) {
    return "not asked: " + WithDetail(AdmissionName(history.admission), history.detail);
  }
  if (explanation.end_reason.empty()) {
    return "not asked yet: the crawl is running, or was killed";
  }
  return fmt::format("not asked yet: the last run ended first ({}); `spinneret resume` goes on",
                     explanation.end_reason);
}

// --- for people ---

class Lines {
 public:
  void Row(std::string_view label, std::string_view value) {
    out_ += fmt::format("{:<12} {}\n", label, TerminalText(value));
  }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

std::string ScopeText(const Explanation& explanation) {
  const std::string_view name = ScopeName(explanation.scope);
  if (explanation.is_seed) {
    return "a seed, which is in any scope";
  }
  if (explanation.scope_seed.empty()) {
    return fmt::format("out of --scope {}: no seed's {}", name,
                       explanation.scope == ScopeKind::kPage ? "own URL" : "scope holds it");
  }
  return fmt::format("in --scope {} by the seed {}", name, explanation.scope_seed);
}

std::string RobotsText(const ExplainedRobots& robots) {
  if (robots.state.empty()) {
    return fmt::format("{} was never asked for", robots.source);
  }
  if (robots.line != 0) {
    return fmt::format("{} by line {} of {}: {}", robots.allowed ? "allowed" : "disallowed", robots.line, robots.source,
                       robots.rule);
  }
  const std::string why = robots.detail.empty() ? "" : fmt::format(" ({})", robots.detail);
  if (robots.state == "ok") {
    return fmt::format("allowed: no rule of {} matches{}", robots.source, why);
  }
  return fmt::format("{}: {} is {}{}", robots.allowed ? "allowed" : "disallowed", robots.source, robots.state, why);
}

void AddHistory(const UrlHistory& history, Lines& lines) {
  lines.Row("depth", fmt::format("{}{}", history.depth,
                                 history.hops_left ? fmt::format(", {} more link hops may follow",
                                                                 std::max<std::int64_t>(0, *history.hops_left))
                                                   : ""));
  std::string_view via = ViaName(history.via);
  std::size_t shown = 0;
  for (const UrlHistory::Parent& parent : history.parents) {
    if (shown++ == kMostParentsShown) {
      lines.Row("", fmt::format("... {} more", history.parents.size() - kMostParentsShown));
      break;
    }
    lines.Row(shown == 1 ? "found" : "", fmt::format("by a {} of {}", via, parent.url));
    via = ViaName(parent.via);
  }
  if (history.parents.empty()) {
    lines.Row("found", fmt::format("as a {}", via));
  }
  for (const UrlHistory::Attempt& attempt : history.attempts) {
    lines.Row("attempt", fmt::format("{} at {}: {}", attempt.attempt, attempt.at,
                                     attempt.error.empty() ? fmt::format("status {}", attempt.status)
                                                           : WithDetail(attempt.error, attempt.error_detail)));
  }
}

std::string Render(const Explanation& explanation) {
  Lines lines;
  lines.Row("url", explanation.url);
  lines.Row("canonical", explanation.key == explanation.url ? "the same" : explanation.key);
  if (explanation.history && explanation.history->url != explanation.url) {
    lines.Row("known as", explanation.history->url);
  }
  lines.Row("scope", ScopeText(explanation));
  if (explanation.admission != AdmissionCode::kAdmitted && explanation.admission != AdmissionCode::kScope) {
    lines.Row("rule", WithDetail(AdmissionName(explanation.admission), explanation.admission_detail));
  }
  if (!explanation.matched_include.empty()) {
    lines.Row("include", explanation.matched_include);
  }
  if (explanation.robots) {
    lines.Row("robots", RobotsText(*explanation.robots));
  }
  if (explanation.history) {
    AddHistory(*explanation.history, lines);
  }
  lines.Row("verdict", Verdict(explanation));
  return lines.Take();
}

// --- JSON ---

Json OrNull(std::string_view text) {
  return text.empty() ? Json() : Json(text);
}

Json HistoryJson(const UrlHistory& history) {
  Json json;
  json["url"] = history.url;
  json["admission"] = AdmissionName(history.admission);
  json["detail"] = OrNull(history.detail);
  json["depth"] = history.depth;
  json["via"] = ViaName(history.via);
  json["tag"] = OrNull(history.tag);
  Json parents = Json::array();
  for (const UrlHistory::Parent& parent : history.parents) {
    parents.push_back(Json{{"url", parent.url}, {"depth", parent.depth}, {"via", ViaName(parent.via)}});
  }
  json["parents"] = std::move(parents);
  Json attempts = Json::array();
  for (const UrlHistory::Attempt& attempt : history.attempts) {
    attempts.push_back(Json{{"attempt", attempt.attempt},
                            {"at", attempt.at},
                            {"status", attempt.status == 0 ? Json() : Json(attempt.status)},
                            {"error", OrNull(attempt.error)},
                            {"error_detail", OrNull(attempt.error_detail)}});
  }
  json["attempts"] = std::move(attempts);
  if (history.outcome) {
    constexpr std::string_view kKinds[] = {"fetched", "redirected", "failed", "skipped"};
    json["outcome"] = Json{{"kind", kKinds[static_cast<std::size_t>(history.outcome->kind)]},
                           {"reason", OrNull(history.outcome->reason)},
                           {"detail", OrNull(history.outcome->detail)},
                           {"redirect_to", OrNull(history.outcome->redirect_to)}};
  } else {
    json["outcome"] = Json();
  }
  return json;
}

std::string ToJson(const Explanation& explanation) {
  Json json;
  json["url"] = explanation.url;
  json["canonical"] = explanation.key;
  json["verdict"] = Verdict(explanation);
  json["scope"] = ScopeName(explanation.scope);
  json["is_seed"] = explanation.is_seed;
  json["scope_seed"] = OrNull(explanation.scope_seed);
  json["admission"] = AdmissionName(explanation.admission);
  json["admission_detail"] = OrNull(explanation.admission_detail);
  json["matched_include"] = OrNull(explanation.matched_include);
  if (const std::optional<ExplainedRobots>& robots = explanation.robots) {
    json["robots"] = Json{{"source", robots->source},
                          {"state", OrNull(robots->state)},
                          {"detail", OrNull(robots->detail)},
                          {"allowed", robots->allowed},
                          {"line", robots->line == 0 ? Json() : Json(robots->line)},
                          {"rule", OrNull(robots->rule)}};
  } else {
    json["robots"] = Json();
  }
  json["known"] = explanation.history ? HistoryJson(*explanation.history) : Json();
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// --- the command ---

Result<Url> ReadUrl(const std::string& text) {
  std::string reason;
  std::optional<Url> url = ParseSeedUrl(text, reason);
  if (!url) {
    return Err(ErrorCode::kInvalidArgument, reason);
  }
  return std::move(*url);
}

Result<Explanation> ExplainByFlags(const ExplainFlags& flags, const Url& url) {
  const Result<CrawlOptions> options = flags.crawl.BuildWithoutSeeds();
  if (!options) {
    return options.error();
  }
  std::vector<Url> seeds;
  for (const std::string& text : flags.seeds) {
    Result<Url> seed = ReadUrl(text);
    if (!seed) {
      return std::move(seed).error();
    }
    seeds.push_back(std::move(*seed));
  }
  std::optional<std::string> robots;
  if (!flags.robots_file.empty()) {
    std::ifstream file(flags.robots_file, std::ios::binary);
    robots.emplace(RobotsTxt::kMaxBytes, '\0');
    file.read(robots->data(), static_cast<std::streamsize>(robots->size()));
    if (!file.is_open() || file.bad()) {
      return Err(ErrorCode::kNotFound, fmt::format("{} cannot be read", Printable(flags.robots_file)));
    }
    robots->resize(static_cast<std::size_t>(file.gcount()));
  }
  return ExplainByOptions(*options, seeds, robots, flags.robots_file, url);
}

int Explain(const ExplainFlags& flags) {
  if (flags.url.empty()) {
    return UsageFailure("no URL: give one, such as `spinneret explain https://example.com/a --db crawl.db`");
  }
  const Result<Url> url = ReadUrl(flags.url);
  if (!url) {
    return Fail(url.error());
  }
  Result<Explanation> explanation = Err(ErrorCode::kInternal, "not asked");
  if (flags.database.empty()) {
    explanation = ExplainByFlags(flags, *url);
  } else {
    const Result<CrawlFile> file = CrawlFile::Of(flags.database);
    if (!file) {
      return FailOpen(file.error());
    }
    const Result<std::unique_ptr<Reader>> reader = Reader::Open(file->path());
    if (!reader) {
      return FailOpen(reader.error());
    }
    explanation = ExplainByDatabase(**reader, *url);
  }
  if (!explanation) {
    return Fail(explanation.error());
  }
  StandardOutput output;
  output.Write(flags.as_json ? ToJson(*explanation) : Render(*explanation));
  return output.Finish();
}

}  // namespace

void AddExplainCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("explain", kDescription)->group("Looking at the result");
  command->footer(kFooter);
  auto flags = std::make_shared<ExplainFlags>();
  command->add_option("URL", flags->url, "The URL that is asked about; a host name gets https:// put before it")
      ->type_name("");
  command->add_flag("--json", flags->as_json, "One JSON object");
  CLI::Option* database = AddTextOption(*command, "--db", "DB", flags->database,
                                        "The database of a crawl, or its postgresql:// URL; its settings then hold");
  CLI::Option* seeds = AddListOption(*command, "--seed", "URL", flags->seeds,
                                     "A seed of the crawl that is meant. Repeatable (default: the URL itself)");
  CLI::Option* robots =
      AddTextOption(*command, "--robots-file", "FILE", flags->robots_file, "The robots.txt of the URL's site");
  flags->crawl.AddTo(*command, CrawlFlags::Command::kExplain);
  // A database has its own settings.
  database->excludes(seeds)->excludes(robots);
  for (CLI::Option* option : command->get_options()) {
    if (option->get_group() == "Scope" || option->get_group() == "Which URLs are one") {
      database->excludes(option);
    }
  }
  command->callback([flags, &exit_status] { exit_status = Explain(*flags); });
}

}  // namespace spinneret::cli
