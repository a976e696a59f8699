// spinneret stats: the numbers of a crawl's database, at a glance.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/crawl_file.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/row_writer.h"
#include "cli/standard_output.h"
#include "cli/terminal.h"
#include "cli/why.h"
#include "storage/named_queries.h"
#include "storage/sqlite/reader.h"

namespace spinneret::cli {
namespace {

constexpr char kDescription[] =
    "Show the numbers of a crawl: pages, statuses, errors, what was skipped and why, hosts, times and runs. Works on a "
    "crawl that is "
    "running, too.";

struct Rows {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> cells;
};

Result<Rows> Collect(Reader& reader, const NamedQuery& section) {
  Rows rows;
  const Result<void> ran = reader.Query(
      section.sql, [&](const std::vector<std::string>& columns) { rows.columns = columns; },
      [&](const std::vector<Cell>& cells) {
        rows.cells.push_back(cells);
        return true;
      });
  if (!ran) {
    return ran.error();
  }
  return rows;
}

void WriteRows(RowWriter& writer, const Rows& rows) {
  writer.Begin(rows.columns);
  for (const std::vector<Cell>& cells : rows.cells) {
    if (!writer.Add(cells)) {
      break;
    }
  }
  writer.End();
}

int Why(Reader& reader, bool as_json) {
  const Result<Diagnosis> diagnosis = DiagnoseCrawl(reader);
  if (!diagnosis) {
    return Fail(diagnosis.error());
  }
  StandardOutput output;
  const std::string_view name = BottleneckName(diagnosis->bottleneck);
  if (as_json) {
    const nlohmann::json json = {{"bottleneck", name}, {"why", diagnosis->why}, {"advice", diagnosis->advice}};
    output.Write(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  } else {
    output.Write(fmt::format("bottleneck: {}\n{}\n", name, TerminalText(diagnosis->why)));
    if (!diagnosis->advice.empty()) {
      output.Write(diagnosis->advice + "\n");
    }
  }
  return output.Finish();
}

int Stats(const std::string& path, bool as_json, bool why) {
  if (path.empty()) {
    return UsageFailure("no database: name the file of a crawl, such as `spinneret stats crawl.db`");
  }
  const Result<CrawlFile> crawl = CrawlFile::OrServer(path);
  if (!crawl) {
    return FailOpen(crawl.error());
  }
  const Result<std::unique_ptr<Reader>> reader = Reader::Open(crawl->path());
  if (!reader) {
    return FailOpen(reader.error());
  }
  if (why) {
    return Why(**reader, as_json);
  }
  StandardOutput output;
  bool first = true;
  for (const NamedQuery& section : Statistics()) {
    const Result<Rows> rows = Collect(**reader, section);
    if (!rows) {
      return Fail(rows.error());
    }
    if (as_json) {
      output.Write(fmt::format("{}\"{}\":", first ? "{" : ",", section.name));
      WriteRows(*RowWriter::Create(SettingsForStdout(OutputFormat::kJson), output.sink()), *rows);
    } else if (!rows->cells.empty()) {
      output.Write(fmt::format("{}{}\n", first ? "" : "\n", section.description));
      WriteRows(*RowWriter::Create(SettingsForStdout(OutputFormat::kTable), output.sink()), *rows);
    }
    first = false;
  }
  if (as_json) {
    output.Write("}\n");
  }
  return output.Finish();
}

}  // namespace

void AddStatsCommand(CLI::App& app, int& exit_status) {
  struct Flags {
    std::string database;
    bool as_json = false;
    bool why = false;
  };
  CLI::App* command = app.add_subcommand("stats", kDescription)->group("Looking at the result");
  command->footer("Examples:\n  spinneret stats crawl.db\n  spinneret stats crawl.db --why");
  auto flags = std::make_shared<Flags>();
  command->add_option("DB", flags->database, "The database of a crawl")->type_name("");
  command->add_flag("--json", flags->as_json, "One JSON object with an array of rows for each section");
  command->add_flag("--why", flags->why,
                    "Only say what held the newest run back (network, politeness, DNS, workers, main thread, disk, too "
                    "few links), with the numbers, and what would help");
  command->callback([flags, &exit_status] { exit_status = Stats(flags->database, flags->as_json, flags->why); });
}

}  // namespace spinneret::cli
