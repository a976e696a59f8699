// spinneret index: the readers' indexes for a crawl that was stopped before it could build them.
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/log.h"
#include "base/printable.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "storage/sqlite/reader.h"

namespace spinneret::cli {
namespace {

constexpr char kDescription[] =
    "Build the indexes that make queries fast. A crawl that ends by itself has built them; one that was stopped or "
    "killed has not. "
    "Safe to run again; `spinneret resume` drops them while it crawls.";

int Index(const std::string& path) {
  if (path.empty()) {
    return UsageFailure("no database: name the file of a crawl, such as `spinneret index crawl.db`");
  }
  if (const Result<void> built = BuildIndexes(path); !built) {
    return FailOpen(built.error());
  }
  Log(LogLevel::kInfo, fmt::format("{}: indexes are built", Printable(path)));
  return kDone;
}

}  // namespace

void AddIndexCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("index", kDescription)->group("Looking at the result");
  command->footer("Example:\n  spinneret index crawl.db");
  auto path = std::make_shared<std::string>();
  command->add_option("DB", *path, "The database of a crawl that is not running")->type_name("");
  command->callback([path, &exit_status] { exit_status = Index(*path); });
}

}  // namespace spinneret::cli
