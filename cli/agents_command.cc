// spinneret agents: who works on a crawl on PostgreSQL.
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/option_kinds.h"
#include "cli/row_writer.h"
#include "cli/standard_output.h"
#include "storage/postgres/postgres_url.h"
#include "storage/sqlite/reader.h"

namespace spinneret::cli {
namespace {

constexpr char kDescription[] =
    "Show the agents of a crawl on PostgreSQL: who is alive, how many hosts each leases, what it has done. A state is "
    "working, waiting (without work, until others find some), silent (no sign of life since its lease ended), lost "
    "(others have its hosts), or how it left.";

struct AgentsFlags {
  std::string url;
  OutputFormat format = OutputFormat::kTable;
};

int Agents(const AgentsFlags& flags) {
  if (!IsPostgresUrl(flags.url)) {
    return UsageFailure(
        "no store: name the crawl's database, such as `spinneret agents --store postgresql://host/crawl`");
  }
  const Result<std::unique_ptr<Reader>> reader = Reader::Open(flags.url);
  if (!reader) {
    return FailOpen(reader.error());
  }
  StandardOutput output;
  const std::unique_ptr<RowWriter> writer = RowWriter::Create(SettingsForStdout(flags.format), output.sink());
  const Result<void> ran = (*reader)->Query(
      "SELECT * FROM v_agents", [&](const std::vector<std::string>& columns) { writer->Begin(columns); },
      [&](const std::vector<Cell>& cells) { return writer->Add(cells); });
  if (!ran) {
    return Fail(ran.error());
  }
  writer->End();
  return output.Finish();
}

}  // namespace

void AddAgentsCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("agents", kDescription)->group("Looking at the result");
  command->footer("Example:\n  spinneret agents --store postgresql://db.example/crawl");
  auto flags = std::make_shared<AgentsFlags>();
  AddTextOption(*command, "--store", "URL", flags->url, "The PostgreSQL database of the crawl");
  AddChoiceOption(
      *command, "-f,--format", {"table", "csv", "json", "jsonl"},
      [flags](std::size_t index) { flags->format = static_cast<OutputFormat>(index); },
      "How rows are written: columns for people, RFC 4180, one JSON array, or an object a line (default: table)");
  command->callback([flags, &exit_status] { exit_status = Agents(*flags); });
}

}  // namespace spinneret::cli
