#include "cli/dashboard_page.h"

#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/dashboard_state.h"
#include "cli/html_page.h"
#include "cli/page_assets.h"

namespace spinneret::cli {
namespace {

struct Chart {
  std::string_view id, title, description;
  std::vector<std::string> columns;
};

struct Table {
  std::string_view id, title, note;
  std::vector<std::string> columns;
  std::vector<bool> numeric;
};

}  // namespace

DashboardPage DashboardPage::Make(const std::string& name) {
  const std::vector<std::string> series = {"seconds", "pages_per_second", "main_percent", "workers_percent", "waiting"};
  const Chart charts[] = {
      {"throughput", "Pages per second", "Line chart: pages per second over the time of the crawl", series},
      {"utilization", "Utilisation", "Line chart: how busy the threads were over the time of the crawl", series},
      {"pending", "URLs waiting", "Line chart: URLs waiting over the time of the crawl", series},
      {"statuses", "Answers", "Bar chart: URLs by status", {"status", "urls"}},
      {"failures", "Failures", "Bar chart: pages by what went wrong", {"error", "pages"}},
      {"times", "Response times", "Bar chart: requests by total time", {"total_time", "requests"}},
      {"types", "Content types", "Bar chart: pages by MIME type", {"mime", "pages"}},
  };
  const std::vector<std::string> host_columns(kHostColumns.begin(), kHostColumns.end());
  const std::vector<std::string> page_columns(kPageColumns.begin(), kPageColumns.end());
  const std::vector<bool> page_numeric = {false, false, false, true, true};
  const Table tables[] = {
      {"hosts",
       "Hosts",
       "The largest, by pages and waiting URLs.",
       host_columns,
       {false, true, true, true, true, true}},
      {"recent", "Latest pages", "", page_columns, page_numeric},
      {"failed", "Latest failures", "Pages without an answer, or with one of 400 and above.", page_columns,
       page_numeric},
  };

  DashboardPage made;
  HtmlPage page(
      [&made](std::string_view bytes) {
        made.html += bytes;
        return true;
      },
      {kTablesJs, kChartLibJs, kChartsJs, kLiveJs}, HtmlPage::Connect::kOwnServer);
  made.policy = page.Policy() + "; frame-ancestors 'none'";  // which a meta element cannot say
  page.Begin("Crawl", name);
  std::vector<std::pair<std::string, std::string>> sections = {{"charts", "Charts"}};
  for (const Table& table : tables) {
    sections.emplace_back(table.id, table.title);
  }
  page.Navigation(sections);
  page.Raw(
      "<p id=\"state\" role=\"status\">Connecting\n<noscript>needs JavaScript; the numbers are in "
      "<a href=\"/metrics\">/metrics</a>, too</noscript></p>\n");
  page.Tiles({});
  page.BeginSection("charts", "Charts", "Of this run.");
  page.Raw("<div class=\"charts\">\n");
  for (const Chart& chart : charts) {
    page.BeginChart(chart.id, chart.title, chart.description);
    std::vector<bool> numeric(chart.columns.size(), true);
    numeric[0] = chart.columns == series;
    page.BeginTable(chart.title, chart.columns, numeric);
    page.EndTable();
    page.EndChart();
  }
  page.Raw("</div>\n");
  page.EndSection();
  for (const Table& table : tables) {
    page.BeginSection(table.id, table.title, table.note);
    page.BeginTable(table.title, table.columns, table.numeric);
    page.EndTable();
    page.EndSection();
  }
  page.Data(ChartsText({}));
  page.End();
  return made;
}

}  // namespace spinneret::cli
