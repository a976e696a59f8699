// spinneret report: a crawl as one HTML page.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/crawl_file.h"
#include "cli/duration.h"
#include "cli/exit_status.h"
#include "cli/export_job.h"
#include "cli/failure.h"
#include "cli/html_page.h"
#include "cli/option_kinds.h"
#include "cli/output_file.h"
#include "cli/page_assets.h"
#include "cli/row_writer.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "storage/named_queries.h"
#include "storage/sqlite/reader.h"

namespace spinneret::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kDescription[] =
    "Write a crawl as one HTML page to look at, print or send. It shows how it went over time, answers, types, depths "
    "and times "
    "as charts; hosts, broken links, redirect chains, duplicates, traps, records and what was left out as tables that "
    "can be sorted and filtered. The page is complete in itself and loads nothing.";

struct ReportFlags {
  std::string database, output;
  std::uint64_t rows = 500;
};

// Rows of a query as far as they are shown, and how many there are.
struct Rows {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> cells;
  std::uint64_t count = 0;

  // The n-th column as numbers or text, for a chart.
  Json Column(std::size_t column) const {
    Json values = Json::array();
    for (const std::vector<Cell>& row : cells) {
      values.push_back(Json::parse(CellJson(row[column])));
    }
    return values;
  }
  std::vector<bool> Numeric() const {
    std::vector<bool> numeric(columns.size(), !cells.empty());
    for (const std::vector<Cell>& row : cells) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        const bool text = std::holds_alternative<std::string>(row[i]) || std::holds_alternative<Blob>(row[i]);
        numeric[i] = numeric[i] && !text;
      }
    }
    return numeric;
  }
};

double RealOf(const Cell& cell) {
  if (const auto* real = std::get_if<double>(&cell)) {
    return *real;
  }
  const auto* const number = std::get_if<std::int64_t>(&cell);
  return number == nullptr ? 0 : static_cast<double>(*number);
}

std::string CountText(const Cell& cell) {
  const auto* const number = std::get_if<std::int64_t>(&cell);
  return number == nullptr ? "0" : FormatCount(static_cast<std::uint64_t>(std::max<std::int64_t>(0, *number)));
}

struct TableSection {
  std::string_view query;  // named query, or a report query
  std::string_view title;
  std::string_view none;  // what is said where there are no rows; empty: the section is left out
};
constexpr TableSection kTables[] = {
    {"hosts", "Hosts", ""},
    {"broken-links", "Broken links", "No page links to anything that failed or answered 4xx or 5xx."},
    {"redirect-chains", "Redirect chains", ""},
    {"duplicates", "Duplicates", "No two pages have the same content."},
    {"near-duplicates", "Near duplicates", ""},
    {"skipped-examples", "Known and not asked", ""},
    {"traps", "Traps", ""},
    {"coverage", "Records", ""},
    {"errors", "Failed pages", ""},
    {"slow", "Slowest pages", ""},
};

class Report {
 public:
  Report(Reader& reader, const ReportFlags& flags, OutputFile& file)
      : reader_(reader),
        flags_(flags),
        page_([&file](std::string_view bytes) { return file.Write(bytes); }, {kTablesJs, kChartLibJs, kChartsJs}),
        progress_("rows", file.is_stdout()) {}

  Result<void> Write() {
    if (Result<void> head = WriteHead(); !head) {
      return head;
    }
    if (Result<void> charts = WriteCharts(); !charts) {
      return charts;
    }
    for (const TableSection& table : kTables) {
      if (Result<void> written = WriteTable(table); !written) {
        return written;
      }
    }
    page_.Data(data_.dump(-1, ' ', false, Json::error_handler_t::replace));
    page_.End();
    return {};
  }

 private:
  Result<Rows> Collect(std::string_view name, std::string_view sql, std::uint64_t limit) {
    progress_.Say(fmt::format("reading {}", name));
    Rows rows;
    const Result<void> ran = reader_.Query(
        sql, [&](const std::vector<std::string>& columns) { rows.columns = columns; },
        [&](const std::vector<Cell>& cells) {
          if (rows.count++ < limit) {
            rows.cells.push_back(cells);
          }
          return true;
        });
    return ran ? Result<Rows>(std::move(rows)) : ran.error();
  }

  Result<Rows> Statistic(std::string_view name) { return Collect(name, GetStatistic(name).sql, 1000); }

  Result<void> WriteHead() {
    const Result<Rows> totals = Statistic("totals");
    const Result<Rows> times = totals ? Statistic("times") : totals;
    const Result<Rows> runs = times ? Statistic("runs") : times;
    if (!runs) {
      return runs.error();
    }
    std::string about = flags_.database;
    if (!runs->cells.empty()) {
      const std::vector<Cell>& last = runs->cells.back();
      about += fmt::format(", begun {} UTC, {} run{}, ended: {}", CellText(runs->cells.front()[1]), runs->count,
                           runs->count == 1 ? "" : "s", CellText(last[3]));
    }
    page_.Begin("Crawl report", about);
    std::vector<std::pair<std::string, std::string>> sections = {{"charts", "Charts"}};
    for (const TableSection& table : kTables) {
      sections.emplace_back(table.query, table.title);
    }
    page_.Navigation(sections);
    const std::vector<Cell>& total = totals->cells.front();
    std::vector<std::pair<std::string, std::string>> tiles;
    constexpr std::string_view kNames[] = {"URLs known", "Pages", "Redirects", "Failed", "Waiting", "Links", "Hosts"};
    for (std::size_t i = 0; i < std::size(kNames) && i < total.size(); ++i) {
      tiles.emplace_back(kNames[i], CountText(total[i]));
    }
    const std::vector<Cell>& time = times->cells.front();
    tiles.emplace_back("Received", FormatSize(static_cast<std::uint64_t>(std::max(0.0, RealOf(time[4])))));
    tiles.emplace_back("Median answer", fmt::format("{:.0f} ms", RealOf(time[1])));
    tiles.emplace_back("95 of 100 under", fmt::format("{:.0f} ms", RealOf(time[2])));
    page_.Tiles(tiles);
    return {};
  }

  void WriteChartTable(std::string_view name, const Rows& rows) {
    page_.BeginTable(name, rows.columns, rows.Numeric());
    for (const std::vector<Cell>& row : rows.cells) {
      page_.AddRow(row);
    }
    page_.EndTable();
  }

  // A chart of labels and numbers: the first two columns.
  void WriteBars(std::string_view id, std::string_view title, const Rows& rows) {
    if (rows.cells.empty()) {
      return;
    }
    data_[id] = {{"labels", rows.Column(0)}, {"values", rows.Column(1)}};
    page_.BeginChart(id, title, fmt::format("Bar chart: {} by {}", rows.columns[1], rows.columns[0]));
    WriteChartTable(title, rows);
    page_.EndChart();
  }

  Result<void> WriteCharts() {
    page_.BeginSection("charts", "Charts");
    page_.Raw("<div class=\"charts\">\n");
    if (Result<void> series = WriteSeries(); !series) {
      return series;
    }
    constexpr std::pair<std::string_view, std::string_view> kBars[] = {
        {"statuses", "Answers"}, {"types", "Content types"}, {"depths", "Links from a seed"}};
    for (const auto& [name, title] : kBars) {
      const Result<Rows> rows = Statistic(name);
      if (!rows) {
        return rows.error();
      }
      WriteBars(name, title, *rows);
    }
    const Result<Rows> times = Collect("times", GetReportQuery("response-times").sql, 100);
    if (!times) {
      return times.error();
    }
    WriteBars("times", "Response times", *times);
    page_.Raw("</div>\n");
    page_.EndSection();
    return {};
  }

  // What was sampled each second, its runs put one after the other.
  Result<void> WriteSeries() {
    const Result<Rows> rows = Collect("samples", GetReportQuery("series").sql, 1000);
    if (!rows) {
      return rows.error();
    }
    Rows shown;
    shown.columns = {"seconds", "pages_per_second", "main_percent", "workers_percent", "waiting"};
    Json series;
    double seconds = 0;
    const std::vector<Cell>* before = nullptr;
    for (const std::vector<Cell>& row : rows->cells) {
      const bool same_run = before != nullptr && NumberOf(*before, 0) == NumberOf(row, 0);
      const double from = same_run ? RealOf((*before)[2]) : RealOf(row[1]);
      const double pages = RealOf(row[4]) - (same_run ? RealOf((*before)[4]) : RealOf(row[3]));
      const double elapsed = (RealOf(row[2]) - from) / 1000;
      before = &row;
      if (elapsed <= 0) {
        continue;
      }
      seconds += elapsed;
      const double values[] = {seconds, std::max(0.0, pages) / elapsed, 100 * RealOf(row[5]), 100 * RealOf(row[6]),
                               RealOf(row[7])};
      constexpr const char* kKeys[] = {"seconds", "pages_per_second", "main", "workers", "pending"};
      std::vector<Cell> cells;
      for (std::size_t i = 0; i < std::size(values); ++i) {
        const double rounded = std::round(values[i] * 10) / 10;
        series[kKeys[i]].push_back(rounded);
        cells.emplace_back(rounded);
      }
      shown.cells.push_back(std::move(cells));
    }
    if (shown.cells.size() < 2) {
      return {};  // a crawl of a moment has no course
    }
    data_["series"] = series;
    constexpr std::pair<std::string_view, std::string_view> kLines[] = {
        {"throughput", "Pages per second"}, {"utilization", "Utilisation"}, {"pending", "URLs waiting"}};
    for (const auto& [id, title] : kLines) {
      page_.BeginChart(id, title, fmt::format("Line chart: {} over the time of the crawl", title));
      WriteChartTable(title, shown);
      page_.EndChart();
    }
    return {};
  }

  Result<void> WriteTable(const TableSection& table) {
    const NamedQuery* const query = FindNamedQuery(table.query);
    const Result<Rows> rows =
        Collect(table.query, query != nullptr ? query->sql : GetReportQuery(table.query).sql, flags_.rows);
    if (!rows) {
      // A database of an older version lacks what some ask for.
      return rows.error().code == ErrorCode::kInvalidArgument ? Result<void>() : rows.error();
    }
    std::string note = rows->count == 0 ? std::string(table.none.empty() ? "None." : table.none)
                                        : fmt::format("{} rows", FormatCount(rows->count));
    if (rows->count > rows->cells.size()) {
      note = fmt::format("The first {} of {} rows", FormatCount(rows->cells.size()), FormatCount(rows->count));
      note += query == nullptr
                  ? std::string(".")
                  : fmt::format("; `spinneret query {} {}` shows all.", ShellQuote(flags_.database), query->name);
    }
    page_.BeginSection(table.query, table.title, note);
    if (!rows->cells.empty()) {
      WriteChartTable(table.title, *rows);
    }
    page_.EndSection();
    return {};
  }

  Reader& reader_;
  const ReportFlags& flags_;
  HtmlPage page_;
  ExportProgress progress_;
  Json data_ = Json::object();
};

int WriteReport(const ReportFlags& named) {
  if (named.database.empty()) {
    return UsageFailure("no database: name the file of a crawl, such as `spinneret report crawl.db -o report.html`");
  }
  if (named.output.empty() && IsTerminal(STDOUT_FILENO)) {
    return UsageFailure("a page is not for a terminal: give -o FILE.html");
  }
  const Result<CrawlFile> crawl = CrawlFile::Of(named.database);
  if (!crawl) {
    return FailOpen(crawl.error());
  }
  ReportFlags flags = named;
  flags.database = crawl->name();
  const Result<std::unique_ptr<Reader>> reader = Reader::Open(crawl->path());
  if (!reader) {
    return FailOpen(reader.error());
  }
  const Result<std::unique_ptr<OutputFile>> file = OutputFile::Open(flags.output);
  if (!file) {
    return Fail(file.error());
  }
  if (const Result<void> written = Report(**reader, flags, **file).Write(); !written) {
    return Fail(written.error());
  }
  const Result<void> finished = (*file)->Finish();
  return finished ? kDone : Fail(finished.error());
}

}  // namespace

void AddReportCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("report", kDescription)->group("Looking at the result");
  command->footer("Example:\n  spinneret report crawl.db -o report.html");
  auto flags = std::make_shared<ReportFlags>();
  command->add_option("DB", flags->database, "The database of a crawl, also while it runs, or its postgresql:// URL")
      ->type_name("");
  AddTextOption(*command, "-o,--output", "FILE", flags->output, "Where the page is written (default: stdout)");
  AddCountOption(
      *command, "--rows", {1, 100'000}, [flags](std::uint64_t rows) { flags->rows = rows; },
      "Rows of each table that are put into the page (default: 500)");
  command->callback([flags, &exit_status] { exit_status = WriteReport(*flags); });
}

}  // namespace spinneret::cli
