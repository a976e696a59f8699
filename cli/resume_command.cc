// spinneret resume: goes on with a crawl that was stopped, killed or ended at a limit.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/printable.h"
#include "cli/commands.h"
#include "cli/crawl_flags.h"
#include "cli/crawl_run.h"
#include "cli/duration.h"
#include "cli/failure.h"
#include "cli/option_kinds.h"
#include "cli/store_flags.h"
#include "cli/summary.h"
#include "crawler/crawl.h"
#include "storage/postgres/postgres_url.h"
#include "storage/sqlite/sqlite_store.h"

namespace spinneret::cli {
namespace {

constexpr char kDescription[] =
    "Go on with a crawl that was stopped, killed or ended at a limit. Settings come from the database; the options "
    "below change "
    "them for this run. A crawl that is finished has nothing to do and exits 0.";

constexpr char kFooter[] = R"(Examples:
  spinneret resume crawl.db
      after Ctrl-C, a crash or a power cut
  spinneret resume crawl.db --limit 5000
      after a --limit of less
  spinneret resume crawl.db --retry-failed
      ask again for what failed
  spinneret resume crawl.db --release-trap '/calendar/{date}'
      what was taken for a trap is wanted
  spinneret resume crawl.db --drop-rule 1
      what `spinneret ctl DB exclude` hid is wanted
  spinneret resume crawl.db -H 'Authorization: Bearer ...'
      secrets are not stored: those of the first run are given again)";

struct ResumeFlags {
  CrawlFlags crawl;
  StoreFlags store;
  std::string database;
  bool retry_failed = false;
  std::vector<std::string> release_traps;
  std::vector<std::string> drop_rules;
};

// Takes part in a crawl on PostgreSQL, under its settings.
int ResumeTogether(const ResumeFlags& flags) {
  if (flags.retry_failed || !flags.release_traps.empty() || !flags.drop_rules.empty()) {
    return UsageFailure(
        "--retry-failed, --release-trap and --drop-rule cannot be had in a crawl on PostgreSQL; leave them out");
  }
  StoreFlags place = flags.store;
  place.SetUrl(flags.database);
  CrawlStart start;
  start.resume = true;
  int status = kJoinAgain;
  while (status == kJoinAgain) {
    Result<std::unique_ptr<Store>> store = place.Join();
    if (!store) {
      return FailOpen(store.error());
    }
    const Result<StoredSettings> stored = SettingsFromJson((*store)->settings());
    if (!stored) {
      return Fail(stored.error());
    }
    Result<CrawlOptions> options = flags.crawl.Overlay(*stored);
    if (!options) {
      return Fail(options.error());
    }
    if (Result<void> shareable = CheckShareable(*options, false); !shareable) {
      return Fail(shareable.error());
    }
    options->database = flags.database;
    status = RunAndReport(*options, start, std::move(*store), flags.crawl.output(), {});
    start.resume = false;  // a limit that was met since stays met
  }
  return status;
}

int Resume(const ResumeFlags& flags) {
  if (flags.database.empty()) {
    return UsageFailure("no database: name the file of a crawl, such as `spinneret resume crawl.db`");
  }
  if (Result<void> output = flags.crawl.output().Check(); !output) {
    return Fail(output.error());
  }
  flags.crawl.output().Apply();
  if (IsPostgresUrl(flags.database)) {
    return ResumeTogether(flags);
  }
  Result<std::unique_ptr<SqliteStore>> store = SqliteStore::Open(flags.database);
  if (!store) {
    return FailOpen(store.error());
  }
  const Result<StoredSettings> stored = SettingsFromJson((*store)->settings());
  if (!stored) {
    return Fail(Err(stored.error().code, fmt::format("{}: {}", Printable(flags.database), stored.error().message)));
  }
  Result<CrawlOptions> options = flags.crawl.Overlay(*stored);
  if (!options) {
    return Fail(options.error());
  }
  options->database = flags.database;
  const Result<std::vector<Gate>> gates = flags.crawl.scraping().GatesFor(*options);
  if (!gates) {
    return UsageFailure(gates.error().message);
  }
  CrawlStart start;
  start.resume = true;
  start.retry_failed = flags.retry_failed;
  start.release_traps = flags.release_traps;
  for (const std::string& text : flags.drop_rules) {
    start.drop_rules.push_back(static_cast<std::uint32_t>(ParseCount(text).value_or(0)));
  }
  return RunAndReport(*options, start, std::move(*store), flags.crawl.output(), *gates);
}

}  // namespace

void AddResumeCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("resume", kDescription)->group("Crawling");
  command->footer(kFooter);
  auto flags = std::make_shared<ResumeFlags>();
  command
      ->add_option("DB", flags->database,
                   "The database of the crawl: a file, or a postgresql:// URL (of several servers all, in quotes)")
      ->type_name("");
  command
      ->add_flag("--retry-failed", flags->retry_failed,
                 "Ask again for pages that failed, and for those of hosts whose robots.txt could not be had")
      ->group("Limits");
  AddListOption(*command, "--release-trap", "SHAPE", flags->release_traps,
                "Ask what was left out as this trap after all, as `query DB traps` names it: a shape such as "
                "/calendar/{date}, or all. It is never taken for a trap again. Repeatable")
      ->group("Limits");
  AddListOption(
      *command, "--drop-rule", "N", flags->drop_rules,
      "Withdraw a rule of `spinneret ctl DB exclude` or include by its number: what it hid, or was left out for "
      "it when the crawl was done, is asked after all. Repeatable",
      [](const std::string& text) {
        const std::optional<std::uint64_t> number = ParseCount(text);
        return number && *number >= 1 && *number <= UINT32_MAX
                   ? std::string()
                   : fmt::format("\"{}\" is no rule's number", Printable(text));
      })
      ->group("Limits");
  flags->crawl.AddTo(*command, CrawlFlags::Command::kResume);
  flags->store.AddTo(*command, StoreFlags::Url::kElsewhere, "Several machines");
  command->callback([flags, &exit_status] { exit_status = Resume(*flags); });
}

}  // namespace spinneret::cli
