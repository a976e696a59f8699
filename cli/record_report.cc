#include "cli/record_report.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/printable.h"
#include "cli/duration.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "crawler/record_coverage.h"

namespace spinneret::cli {
namespace {

constexpr std::size_t kMaxFieldsShown = 8;
constexpr double kDriftTolerance = 0.01;  // what a few pages more or less bring

std::string Counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", FormatCount(count), count == 1 ? one : many);
}

std::string Joined(std::vector<std::string> items) {
  const std::size_t left_out = items.size() > kMaxFieldsShown ? items.size() - kMaxFieldsShown : 0;
  items.resize(items.size() - left_out);
  if (left_out > 0) {
    items.push_back(fmt::format("and {} more", left_out));
  }
  return fmt::format("{}", fmt::join(items, ", "));
}

// Fields that some records lack, the emptiest first.
std::vector<std::string> Gaps(const RecipeChange& change) {
  std::vector<const CoverageRow*> gaps;
  for (const CoverageRow& row : change.coverage) {
    if (row.shape.empty() && !row.field.empty() && row.filled < row.records) {
      gaps.push_back(&row);
    }
  }
  std::stable_sort(gaps.begin(), gaps.end(),
                   [](const CoverageRow* a, const CoverageRow* b) { return a->filled < b->filled; });
  std::vector<std::string> items;
  for (const CoverageRow* const row : gaps) {
    // Rounded down, so that 100 % is all of them.
    items.push_back(fmt::format("{} {} %", row->field, 100 * row->filled / row->records));
  }
  return items;
}

}  // namespace

std::vector<std::string> CoverageLines(const RecipeChange& change) {
  std::vector<std::string> lines;
  std::string first = fmt::format("{} of {}", FormatCount(change.records), change.recipe);
  if (change.incomplete > 0) {
    first += fmt::format(" ({} more without a required field)", FormatCount(change.incomplete));
  }
  lines.push_back(std::move(first));
  if (std::vector<std::string> gaps = Gaps(change); !gaps.empty()) {
    lines.push_back("filled: " + Joined(std::move(gaps)) + "; the rest 100 %");
  }
  if (std::vector<std::string> drift = CoverageDrift(change.coverage_before, change.coverage, kDriftTolerance);
      !drift.empty()) {
    lines.push_back("changed: " + Joined(std::move(drift)));
  }
  return lines;
}

std::string RenderReextract(const ReextractReport& report, const std::string& database) {
  const double seconds = std::max(static_cast<double>(report.elapsed.count()) / 1000, 0.001);
  std::string out = fmt::format("\ndone: read {} again in {} ({:.0f}/s, {:.2f} ms CPU per page)\n",
                                Counted(report.pages, "page", "pages"), FormatDuration(report.elapsed),
                                static_cast<double>(report.pages) / seconds,
                                report.pages == 0 ? 0 : 1000 * report.cpu_seconds / static_cast<double>(report.pages));
  if (report.without_body > 0) {
    out += fmt::format("  {} left out: no body stored\n", Counted(report.without_body, "page", "pages"));
  }
  if (report.unreadable > 0) {
    out += fmt::format("  {} could not be read\n", Counted(report.unreadable, "page", "pages"));
  }
  if (report.extracts > 0) {
    out += fmt::format("  {} of v_extracts\n", Counted(report.extracts, "row", "rows"));
  }
  for (const RecipeChange& change : report.recipes) {
    out += "\n";
    for (const std::string& line : CoverageLines(change)) {
      out += "  " + TerminalText(line) + "\n";
    }
    out += fmt::format("  against before: {} added, {} gone, {} different, {} the same\n", FormatCount(change.added),
                       FormatCount(change.gone), FormatCount(change.different), FormatCount(change.same));
    std::vector<std::pair<std::string, std::uint64_t>> fields(change.changed.begin(), change.changed.end());
    std::stable_sort(fields.begin(), fields.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    std::vector<std::string> items;
    for (const auto& [field, count] : fields) {
      if (count > 0) {
        items.push_back(fmt::format("{} in {}", field, FormatCount(count)));
      }
    }
    if (!items.empty()) {
      out += "  different: " + TerminalText(Joined(std::move(items))) + "\n";
    }
  }
  const std::string quoted = TerminalText(ShellQuote(database));
  out += report.recipes.empty() ? fmt::format("\n  look at it: spinneret query {} --list\n", quoted)
                                : fmt::format(
                                      "\n  look at it: spinneret query {} \"SELECT * FROM v_{}\"\n"
                                      "              spinneret query {} coverage\n",
                                      quoted, report.recipes.front().recipe, quoted);
  return out;
}

}  // namespace spinneret::cli
