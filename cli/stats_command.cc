// spinneret stats: the numbers of a crawl's database, at a glance.
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/count_queries.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/row_writer.h"
#include "cli/standard_output.h"
#include "storage/sqlite/reader.h"

namespace spinneret::cli {
namespace {

constexpr char kDescription[] =
    "Show the numbers of a crawl: pages, statuses, errors, what was skipped and why, hosts, times and runs. Works on a "
    "crawl that is "
    "running, too.";

struct Section {
  std::string_view name;
  std::string_view title;
  std::string_view sql;
};

constexpr std::array<Section, 9> kSections = {{
    {"totals", "Totals",
     "SELECT (SELECT count(*) FROM urls) AS known,"
     " (SELECT count(*) FROM outcomes WHERE kind IN (0, 2)) AS pages,"
     " (SELECT count(*) FROM outcomes WHERE kind = 1) AS redirects,"
     " (SELECT count(*) FROM outcomes WHERE kind = 2) AS failed,"
     " (SELECT count(*) FROM urls AS u WHERE u.admission = 0"
     "  AND NOT EXISTS (SELECT 1 FROM outcomes AS o WHERE o.url_id = u.id)) AS pending,"
     " (SELECT count(*) FROM links) AS links,"
     " (SELECT count(*) FROM hosts) AS hosts"},
    {"statuses", "Statuses", kStatusCounts},
    {"errors", "Errors", kErrorCounts},
    {"skipped", "Known and not asked", kSkipCounts},
    {"types", "Types",
     "SELECT coalesce(f.mime, '') AS mime, count(*) AS pages, sum(f.bytes_body) AS bytes FROM outcomes AS o"
     " JOIN fetches AS f ON f.id = o.fetch_id WHERE o.kind = 0 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10"},
    {"depths", "Depths",
     "SELECT u.depth AS depth, count(*) AS pages FROM outcomes AS o JOIN urls AS u ON u.id = o.url_id"
     " WHERE o.kind IN (0, 2) GROUP BY 1 ORDER BY 1 LIMIT 20"},
    {"hosts", "Largest hosts",
     "SELECT host, pages, pending, failed, robots FROM v_hosts ORDER BY pages DESC, host LIMIT 10"},
    {"times", "Times of a request",
     "WITH t AS MATERIALIZED (SELECT total_ms FROM fetches WHERE total_ms IS NOT NULL ORDER BY total_ms),"
     " n AS (SELECT count(*) AS n FROM t)"
     " SELECT (SELECT n FROM n) AS requests,"
     " (SELECT round(total_ms, 1) FROM t LIMIT 1 OFFSET (SELECT n / 2 FROM n)) AS median_ms,"
     " (SELECT round(total_ms, 1) FROM t LIMIT 1 OFFSET (SELECT n * 95 / 100 FROM n)) AS p95_ms,"
     " (SELECT round(max(total_ms), 1) FROM t) AS longest_ms,"
     " (SELECT sum(bytes_wire) FROM fetches) AS bytes_received"},
    {"runs", "Runs",
     "SELECT id, strftime('%Y-%m-%d %H:%M:%S', started_at_ms / 1000.0, 'unixepoch') AS started_utc,"
     " round((ended_at_ms - started_at_ms) / 1000.0, 1) AS seconds,"
     " coalesce(end_reason, 'running, or killed') AS ended FROM runs ORDER BY id"},
}};

struct Rows {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> cells;
};

Result<Rows> Collect(Reader& reader, const Section& section) {
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

int Stats(const std::string& path, bool as_json) {
  if (path.empty()) {
    return UsageFailure("no database: name the file of a crawl, such as `spinneret stats crawl.db`");
  }
  const Result<std::unique_ptr<Reader>> reader = Reader::Open(path);
  if (!reader) {
    return FailOpen(reader.error());
  }
  StandardOutput output;
  bool first = true;
  for (const Section& section : kSections) {
    const Result<Rows> rows = Collect(**reader, section);
    if (!rows) {
      return Fail(rows.error());
    }
    if (as_json) {
      output.Write(fmt::format("{}\"{}\":", first ? "{" : ",", section.name));
      WriteRows(*RowWriter::Create(SettingsForStdout(OutputFormat::kJson), output.sink()), *rows);
    } else if (!rows->cells.empty()) {
      output.Write(fmt::format("{}{}\n", first ? "" : "\n", section.title));
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
  };
  CLI::App* command = app.add_subcommand("stats", kDescription)->group("Looking at the result");
  command->footer("Example:\n  spinneret stats crawl.db");
  auto flags = std::make_shared<Flags>();
  command->add_option("DB", flags->database, "The database of a crawl")->type_name("");
  command->add_flag("--json", flags->as_json, "One JSON object with an array of rows for each section");
  command->callback([flags, &exit_status] { exit_status = Stats(flags->database, flags->as_json); });
}

}  // namespace spinneret::cli
