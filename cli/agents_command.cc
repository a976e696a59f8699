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
#include "cli/store_flags.h"
#include "storage/postgres/pg_reader.h"
#include "storage/sqlite/reader.h"

namespace spinneret::cli {
namespace {

constexpr char kDescription[] =
    "Show the agents of a crawl on PostgreSQL: who is alive, how many hosts each leases, what it has done. A state is "
    "working, waiting (without work, until others find some), silent (no sign of life since its lease ended), lost "
    "(others have its hosts), or how it left.";

struct AgentsFlags {
  std::vector<std::string> urls;
  OutputFormat format = OutputFormat::kTable;
};

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
};

Result<Table> AgentsOf(Reader& reader) {
  Table table;
  const Result<void> ran = reader.Query(
      "SELECT * FROM v_agents", [&](const std::vector<std::string>& columns) { table.columns = columns; },
      [&](const std::vector<Cell>& cells) {
        table.rows.push_back(cells);
        return true;
      });
  if (!ran) {
    return ran.error();
  }
  return table;
}

// What lies on each server is counted there. All else is known on the first.
void AddElsewhere(const Table& server, Table& all) {
  const auto run_of = [](const std::vector<Cell>& row) { return std::get_if<std::int64_t>(&row.front()); };
  for (std::vector<Cell>& row : all.rows) {
    for (const std::vector<Cell>& part : server.rows) {
      if (run_of(row) == nullptr || run_of(part) == nullptr || *run_of(row) != *run_of(part)) {
        continue;
      }
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string& column = all.columns[i];
        auto* count = std::get_if<std::int64_t>(&row[i]);
        const auto* more = std::get_if<std::int64_t>(&part[i]);
        if ((column == "hosts" || column == "pages" || column == "failed") && count != nullptr && more != nullptr) {
          *count += *more;
        }
      }
    }
  }
}

int Agents(const AgentsFlags& flags) {
  const std::string store = StoreOf(flags.urls);
  if (store.empty()) {
    return UsageFailure(
        "no store: name the crawl's database, such as `spinneret agents --store postgresql://host/crawl`");
  }
  const Result<std::vector<std::unique_ptr<Reader>>> readers = OpenPostgresReaders(store);
  if (!readers) {
    return FailOpen(readers.error());
  }
  Table all;
  for (const std::unique_ptr<Reader>& reader : *readers) {
    Result<Table> server = AgentsOf(*reader);
    if (!server) {
      return Fail(server.error());
    }
    if (all.columns.empty()) {
      all = *std::move(server);
    } else {
      AddElsewhere(*server, all);
    }
  }
  StandardOutput output;
  const std::unique_ptr<RowWriter> writer = RowWriter::Create(SettingsForStdout(flags.format), output.sink());
  writer->Begin(all.columns);
  for (const std::vector<Cell>& row : all.rows) {
    if (!writer->Add(row)) {
      break;
    }
  }
  writer->End();
  return output.Finish();
}

}  // namespace

void AddAgentsCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("agents", kDescription)->group("Looking at the result");
  command->footer("Example:\n  spinneret agents --store postgresql://db.example/crawl");
  auto flags = std::make_shared<AgentsFlags>();
  AddStoreOption(*command, flags->urls, "The PostgreSQL database of the crawl; once for each of its servers, in order");
  AddChoiceOption(
      *command, "-f,--format", {"table", "csv", "json", "jsonl"},
      [flags](std::size_t index) { flags->format = static_cast<OutputFormat>(index); },
      "How rows are written: columns for people, RFC 4180, one JSON array, or an object a line (default: table)");
  command->callback([flags, &exit_status] { exit_status = Agents(*flags); });
}

}  // namespace spinneret::cli
