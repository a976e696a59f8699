// spinneret push: a crawl that outgrew its machine goes on on PostgreSQL.
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "base/log.h"
#include "base/printable.h"
#include "cli/commands.h"
#include "cli/duration.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/option_kinds.h"
#include "cli/store_flags.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "crawler/crawl_options.h"
#include "crawler/frontier/identity.h"
#include "crawler/frontier/scope.h"
#include "crawler/option_settings.h"
#include "parser/url.h"
#include "storage/postgres/postgres_url.h"
#include "storage/postgres/push.h"

namespace spinneret::cli {
namespace {

constexpr char kDescription[] =
    "Move a crawl that outgrew its machine to PostgreSQL: pages, links, attempts, records, bodies, robots.txt, what "
    "was "
    "left out, and the URLs that are still to be asked. The crawl goes on there with as many agents as are started "
    "(`spinneret resume URL`), and asks no host earlier than it would have here. The file is read and stays as it is. "
    "The database must have no crawl yet; it has all of this one in the end, or nothing, whatever goes wrong on the "
    "way.";

constexpr char kFooter[] = R"(Example:
  createdb crawl
  spinneret push crawl.db --store postgresql://db.example/crawl
  spinneret resume postgresql://db.example/crawl
      on each machine, or several times on one

A crawl that runs is stopped first: Ctrl-C, or `spinneret ctl crawl.db stop`. The way back: spinneret pull)";

struct PushFlags {
  std::string path;
  std::vector<std::string> urls;
};

int Push(const PushFlags& flags) {
  if (flags.path.empty()) {
    return UsageFailure(
        "no database: name the file of a crawl, such as `spinneret push crawl.db --store postgresql://host/crawl`");
  }
  if (flags.urls.size() > 1 || (flags.urls.size() == 1 && PostgresUrls(flags.urls.front()).size() > 1)) {
    return UsageFailure("--store: push takes one server; a crawl on several has to begin there");
  }
  const std::string to = flags.urls.empty() ? std::string() : flags.urls.front();
  if (!IsPostgresUrl(to)) {
    return UsageFailure(fmt::format(
        "no store: say where to, such as `spinneret push {} --store postgresql://host/crawl`", Printable(flags.path)));
  }
  const Result<std::unique_ptr<CrawlPush>> push = CrawlPush::Open(flags.path);
  if (!push) {
    return FailOpen(push.error());
  }
  const Result<StoredSettings> stored = SettingsFromJson((*push)->settings());
  if (!stored) {
    return Fail(Err(stored.error().code, fmt::format("{}: {}", Printable(flags.path), stored.error().message)));
  }
  const CrawlOptions& options = stored->options;
  if (const std::vector<std::string> refused = UnshareableOptions(options); !refused.empty()) {
    return UsageFailure(fmt::format("{} was begun with {}, which a crawl on PostgreSQL cannot have; it stays a file",
                                    Printable(flags.path), fmt::join(refused, ", ")));
  }
  Result<Scope> scope = ScopeOf(options);
  if (!scope) {
    return Fail(scope.error());
  }
  KeyMaker keys((*push)->secret(), CanonicalRules(options.canonical));
  PushPlan plan;
  plan.fingerprint = [&keys](std::string_view href) { return keys.Fingerprint(href); };
  if (!keys.rules().is_default()) {
    plan.spelling = [&keys](std::string_view href) { return keys.SpellingFingerprint(href); };
  }
  plan.widen = [&scope](std::string_view href) {
    const std::optional<Url> url = Url::Parse(href);
    return url && scope->Widen(*url);
  };
  plan.seed_sources = options.seeds.size();
  plan.page_limit = options.limit;
  const bool live = IsTerminal(STDERR_FILENO);
  if (live) {
    plan.on_progress = [](std::uint64_t done, std::uint64_t all) {
      fmt::print(stderr, "\r{} of {} rows ({} %)\033[K", FormatCount(done), FormatCount(all), 100 * done / all);
      std::fflush(stderr);
    };
  }
  const Result<Pushed> pushed = (*push)->Run(to, plan);
  if (live) {
    fmt::print(stderr, "\r\033[K");
  }
  if (!pushed) {
    return FailOpen(pushed.error());
  }
  const std::string shown = WithoutPassword(to);
  const std::string next = pushed->pending > 0 ? "go on with it there: spinneret resume {}"
                                               : "nothing is left to ask; look at it: spinneret query {} --list";
  Log(LogLevel::kInfo,
      fmt::format("{}: {} URLs, of which {} are to be asked yet, {} pages, {} links; {}", Printable(shown),
                  FormatCount(pushed->urls), FormatCount(pushed->pending), FormatCount(pushed->pages),
                  FormatCount(pushed->links), fmt::format(fmt::runtime(next), Printable(ShellQuote(shown)))));
  return kDone;
}

}  // namespace

void AddPushCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("push", kDescription)->group("Crawling");
  command->footer(kFooter);
  auto flags = std::make_shared<PushFlags>();
  command->add_option("DB", flags->path, "The file of the crawl")->type_name("");
  AddListOption(*command, "--store", "URL", flags->urls,
                "The PostgreSQL database that takes it. Passwords by ~/.pgpass or PGPASSWORD");
  command->callback([flags, &exit_status] { exit_status = Push(*flags); });
}

}  // namespace spinneret::cli
