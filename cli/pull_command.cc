// spinneret pull: a crawl on PostgreSQL as one SQLite file.
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/log.h"
#include "base/printable.h"
#include "cli/commands.h"
#include "cli/duration.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/option_kinds.h"
#include "cli/store_flags.h"
#include "cli/summary.h"
#include "storage/postgres/pull.h"

namespace spinneret::cli {
namespace {

constexpr char kDescription[] =
    "Bring a crawl on PostgreSQL into one SQLite file, which is a crawl's database like any other. Agents may work "
    "meanwhile: the file is the crawl of one moment.";

struct PullFlags {
  std::vector<std::string> urls;
  std::string path = "crawl.db";
};

int Pull(const PullFlags& flags) {
  if (flags.urls.empty()) {
    return UsageFailure(
        "no store: name the crawl's database, such as `spinneret pull --store postgresql://host/crawl -o crawl.db`");
  }
  const Result<Pulled> pulled = PullCrawl(StoreOf(flags.urls), flags.path);
  if (!pulled) {
    if (pulled.error().code == ErrorCode::kAlreadyExists) {
      return UsageFailure(
          fmt::format("{} exists already and is never overwritten; name another file with -o", Printable(flags.path)));
    }
    return FailOpen(pulled.error());
  }
  Log(LogLevel::kInfo, fmt::format("{}: {} URLs, {} pages, {} links; look at it: spinneret query {} --list",
                                   Printable(flags.path), FormatCount(pulled->urls), FormatCount(pulled->pages),
                                   FormatCount(pulled->links), Printable(ShellQuote(flags.path))));
  return kDone;
}

}  // namespace

void AddPullCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("pull", kDescription)->group("Looking at the result");
  command->footer("Example:\n  spinneret pull --store postgresql://db.example/crawl -o crawl.db");
  auto flags = std::make_shared<PullFlags>();
  AddStoreOption(*command, flags->urls, "The PostgreSQL database of the crawl; once for each of its servers, in order");
  AddTextOption(*command, "-o,--output", "DB", flags->path, "The file to make (default: crawl.db)",
                [](const std::string& text) { return text.empty() ? "it is empty; name a file" : ""; });
  command->callback([flags, &exit_status] { exit_status = Pull(*flags); });
}

}  // namespace spinneret::cli
