#include "cli/extract_database.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/log.h"
#include "base/printable.h"
#include "cli/duration.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/gate.h"
#include "cli/record_report.h"
#include "cli/scraping_flags.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "crawler/reextract.h"

namespace spinneret::cli {
namespace {

constexpr std::string_view kMagic{"SQLite format 3\0", 16};

}  // namespace

bool IsDatabaseFile(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    return false;
  }
  std::string head(kMagic.size(), '\0');
  const std::size_t got = std::fread(head.data(), 1, head.size(), file);
  std::fclose(file);
  return got == head.size() && head == kMagic;
}

int ExtractDatabase(const ExtractDatabaseFlags& flags) {
  Result<std::vector<std::shared_ptr<const Recipe>>> recipes = ReadRecipes(flags.recipes);
  if (!recipes) {
    return UsageFailure(recipes.error().message);
  }
  Result<ExtractKinds> extracts = ReadExtractKinds(flags.extracts);
  if (!extracts) {
    return UsageFailure(extracts.error().message);
  }
  Result<std::vector<Gate>> gates = ReadGates(flags.gates, *recipes);
  if (!gates) {
    return UsageFailure(gates.error().message);
  }
  if (recipes->empty() && extracts->none() && !flags.index_text) {
    return UsageFailure(
        fmt::format("{} is a database: say what to take from its pages, with --recipe FILE, --select "
                    "NAME=CSS, --extract KIND or --index text",
                    Printable(flags.database)));
  }
  ReextractOptions options;
  options.database = flags.database;
  options.scrape = {*recipes, *extracts, flags.index_text};
  options.workers = flags.workers != 0 ? flags.workers : std::max(1U, std::thread::hardware_concurrency());
  const bool live = IsTerminal(STDERR_FILENO);
  if (live) {
    options.on_progress = [](std::uint64_t done, std::uint64_t all) {
      fmt::print(stderr, "\r{} of {} pages ({} %)\033[K", FormatCount(done), FormatCount(all), 100 * done / all);
      std::fflush(stderr);
    };
  }
  const Result<ReextractReport> report = Reextract(options);
  if (live) {
    fmt::print(stderr, "\r\033[K");
  }
  if (!report) {
    return FailOpen(report.error());
  }
  fmt::print(stderr, "{}", RenderReextract(*report, flags.database));
  const std::vector<std::string> failed = FailedGates(*gates, report->recipes);
  for (const std::string& line : failed) {
    Log(LogLevel::kError, Printable(line));
  }
  return failed.empty() ? kDone : kGateFailed;
}

}  // namespace spinneret::cli
