#include "cli/refresh_flags.h"

#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/printable.h"
#include "cli/crawl_run.h"
#include "cli/duration.h"
#include "cli/failure.h"
#include "cli/option_kinds.h"
#include "cli/summary.h"
#include "crawler/crawl.h"
#include "storage/lookup.h"
#include "storage/postgres/postgres_url.h"
#include "storage/sqlite/reader.h"
#include "storage/sqlite/sqlite_store.h"

namespace spinneret::cli {
namespace {

constexpr std::string_view kDue = "due";

std::string CheckMaxAge(const std::string& text) {
  if (text == kDue || ParseDuration(text)) {
    return {};
  }
  return fmt::format(
      "\"{}\" is no age; give digits and a unit such as 12h, 0 for all pages, or due for those whose time has come",
      Printable(text));
}

// Whether a value may have come from the environment, which is for new crawls too.
bool FromEnvironment(const CLI::Option& option) {
  return !option.get_envname().empty() && std::getenv(option.get_envname().c_str()) != nullptr;
}

// How the newest run ended; nothing while it runs and after a kill.
Result<std::string> LastEnd(const std::string& database) {
  const Result<std::unique_ptr<Reader>> reader = Reader::Open(database);
  if (!reader) {
    return reader.error();
  }
  std::string reason;
  const Result<void> read = LookUp(**reader, "last-run", {}, [&reason](const RowView& row) {
    reason = row.Text(1);
    return true;
  });
  return read ? Result<std::string>(reason) : Result<std::string>(read.error());
}

}  // namespace

void RefreshFlags::AddTo(CLI::App& app, const std::string& group) {
  app_ = &app;
  AddTextOption(
      app, "--refresh", "DB", database_,
      "Go through the finished crawl in DB again: pages are asked whether they changed (ETag, Last-Modified), "
      "and what changed takes the place of what was stored. Its settings hold; only what `resume` takes may "
      "be given besides",
      [](const std::string& text) { return text.empty() ? "it is empty; name the database of a crawl" : ""; })
      ->group(group);
  AddTextOption(app, "--max-age", "TIME|due", max_age_,
                "With --refresh: only pages that were looked at longer than TIME ago, or those whose own revisit time "
                "has come (due). Default: all pages",
                CheckMaxAge)
      ->group(group);
}

// What the database knows cannot be said again.
Result<void> RefreshFlags::CheckOtherOptions() const {
  CLI::App resume;
  CrawlFlags flags;
  flags.AddTo(resume, CrawlFlags::Command::kResume);
  for (const CLI::Option* option : app_->get_options()) {
    const std::string name = option->get_name();
    const bool known =
        name == "--refresh" || name == "--max-age" || name == "--help" || resume.get_option_no_throw(name) != nullptr;
    if (option->count() > 0 && !known && !FromEnvironment(*option)) {
      return Err(ErrorCode::kInvalidArgument,
                 fmt::format("{} and --refresh contradict each other: seeds, scope and settings are those of the crawl "
                             "in {}; leave it out",
                             name, Printable(database_)));
    }
  }
  return {};
}

Result<void> RefreshFlags::CheckAbsent() const {
  return max_age_.empty() ? Result<void>()
                          : Err(ErrorCode::kInvalidArgument,
                                "--max-age says which pages --refresh DB asks again; without it there are none");
}

int RefreshFlags::Run(const CrawlFlags& flags) const {
  if (IsPostgresUrl(database_)) {
    return UsageFailure(
        "--refresh: a crawl on PostgreSQL cannot be refreshed yet; bring it into a file by `spinneret pull`, and "
        "refresh that");
  }
  if (Result<void> others = CheckOtherOptions(); !others) {
    return Fail(others.error());
  }
  flags.output().Apply();
  Result<std::unique_ptr<SqliteStore>> store = SqliteStore::Open(database_);
  if (!store) {
    return FailOpen(store.error());
  }
  const Result<std::string> end = LastEnd(database_);
  if (!end) {
    return FailOpen(end.error());
  }
  if (*end != EndReasonName(EndReason::kDone)) {
    return UsageFailure(fmt::format("--refresh {}: the crawl is not finished; end it first by `spinneret resume {}`",
                                    Printable(database_), Printable(ShellQuote(database_))));
  }
  const Result<StoredSettings> stored = SettingsFromJson((*store)->settings());
  if (!stored) {
    return Fail(Err(stored.error().code, fmt::format("{}: {}", Printable(database_), stored.error().message)));
  }
  Result<CrawlOptions> options = flags.Overlay(*stored);
  if (!options) {
    return Fail(options.error());
  }
  options->database = database_;
  const Result<std::vector<Gate>> gates = flags.scraping().GatesFor(*options);
  if (!gates) {
    return UsageFailure(gates.error().message);
  }
  CrawlStart start;
  start.resume = true;
  start.refresh = RefreshWhich{
      max_age_ == kDue ? std::nullopt : std::optional(ParseDuration(max_age_).value_or(std::chrono::milliseconds{0}))};
  return RunAndReport(*options, start, std::move(*store), flags.output(), *gates);
}

}  // namespace spinneret::cli
