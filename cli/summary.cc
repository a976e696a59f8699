#include "cli/summary.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/printable.h"
#include "cli/duration.h"
#include "cli/exit_status.h"
#include "cli/record_report.h"
#include "cli/terminal.h"

namespace spinneret::cli {
namespace {

constexpr int kWidth = 80;
constexpr int kLabelWidth = 14;
constexpr std::size_t kMaxHostsShown = 8;

// "  label      text", broken at the separators between items where it would pass the width.
class Lines {
 public:
  void Add(std::string_view label, const std::vector<std::string>& items) {
    std::string line = fmt::format("  {:<{}}", label, kLabelWidth - 2);
    int width = kLabelWidth;
    bool first = true;
    for (const std::string& item : items) {
      const int item_width = DisplayWidth(item);
      if (!first && width + 2 + item_width > kWidth) {
        out_ += line + ",\n";
        line = std::string(kLabelWidth, ' ');
        width = kLabelWidth;
        first = true;
      }
      if (!first) {
        line += ", ";
        width += 2;
      }
      line += item;
      width += item_width;
      first = false;
    }
    out_ += line + "\n";
  }
  void Add(std::string_view label, const std::string& text) { Add(label, std::vector<std::string>{text}); }
  void Raw(std::string_view line) {
    out_ += line;
    out_ += '\n';
  }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

template <class Key>
std::vector<std::string> Counts(const std::map<Key, std::uint64_t>& counts) {
  std::vector<std::pair<Key, std::uint64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> items;
  for (const auto& [key, count] : sorted) {
    if (count > 0) {
      items.push_back(TerminalText(fmt::format("{} {}", key, FormatCount(count))));
    }
  }
  return items;
}

std::string PagesLine(const CrawlStatus& status) {
  std::string text = FormatCount(status.pages);
  if (status.run_pages != status.pages) {
    text += fmt::format(" ({} in this run)", FormatCount(status.run_pages));
  }
  return text;
}

std::vector<std::string> RefreshItems(const RefreshCounts& counts) {
  std::vector<std::string> items;
  const auto add = [&items](std::uint64_t count, std::string_view what) {
    if (count > 0) {
      items.push_back(fmt::format("{} {}", FormatCount(count), what));
    }
  };
  if (counts.not_modified > 0) {
    items.push_back(
        fmt::format("{} unchanged ({} by 304)", FormatCount(counts.unchanged), FormatCount(counts.not_modified)));
  } else {
    add(counts.unchanged, "unchanged");
  }
  add(counts.changed, "changed");
  add(counts.added, "new");
  add(counts.gone, "gone");
  add(counts.failed, "failed and kept");
  add(counts.unasked, "forbidden now and kept");
  if (items.empty()) {
    items.push_back("nothing was due");
  }
  return items;
}

bool Resumable(EndReason reason) {
  return reason == EndReason::kLimit || reason == EndReason::kSize || reason == EndReason::kTime ||
         reason == EndReason::kStopped || reason == EndReason::kStorage || reason == EndReason::kInternal;
}

// What to add to `spinneret resume DB` so that it does not end at once for the same reason.
std::string_view ResumeHint(EndReason reason) {
  switch (reason) {
    case EndReason::kLimit:
      return " --limit N";
    case EndReason::kSize:
      return " --size-limit SIZE";
    default:
      return "";
  }
}

}  // namespace

std::string EndSentence(const CrawlSummary& summary) {
  switch (summary.reason) {
    case EndReason::kDone:
      return "done: nothing is left to crawl";
    case EndReason::kLimit:
      return "stopped at the page limit (--limit)";
    case EndReason::kSize:
      return "stopped at the size limit (--size-limit)";
    case EndReason::kTime:
      return "stopped at the time limit (--time-limit)";
    case EndReason::kStopped:
      return "stopped by a signal; what was in flight is kept";
    case EndReason::kStorage:
      return "stopped: the database could not be written";
    case EndReason::kNoSeed:
      return "no seed could be fetched";
    case EndReason::kInternal:
      return "stopped by an internal error";
    case EndReason::kLeaseLost:
      return "stopped: this agent was gone for too long, and others have its hosts";
  }
  return "ended";
}

std::string RenderSummary(const CrawlSummary& summary, const std::string& database,
                          const std::vector<RecipeChange>& records, const std::vector<SeedTrouble>& troubles) {
  const CrawlStatus& status = summary.status;
  const std::string quoted = TerminalText(ShellQuote(database));
  Lines lines;
  lines.Raw("");
  lines.Raw(EndSentence(summary));
  if (!summary.detail.empty()) {
    lines.Raw("  " + TerminalText(summary.detail));
  }
  for (const SeedTrouble& trouble : troubles) {
    lines.Raw("  " + TerminalText(trouble.url));
    lines.Raw("    " + TerminalText(trouble.what));
    if (!trouble.todo.empty()) {
      lines.Raw("    " + trouble.todo);
    }
  }
  lines.Raw("");
  const double seconds = static_cast<double>(status.elapsed.count()) / 1000;
  const double rate = seconds > 0 ? static_cast<double>(status.run_pages) / seconds : 0;
  std::vector<std::string> pages = {PagesLine(status)};
  pages.push_back(fmt::format("{:.1f}/s over {}", rate, FormatDuration(status.elapsed)));
  if (status.redirects > 0) {
    pages.push_back(FormatCount(status.redirects) + (status.redirects == 1 ? " redirect" : " redirects"));
  }
  lines.Add("pages", pages);
  std::vector<std::string> cost = {FormatSize(status.bytes_wire) + " received"};
  if (status.run_pages > 0) {
    cost.push_back(
        fmt::format("{:.2f} ms CPU per page", 1000 * summary.cpu_seconds / static_cast<double>(status.run_pages)));
  }
  if (status.retries > 0) {
    cost.push_back(FormatCount(status.retries) + (status.retries == 1 ? " retry" : " retries"));
  }
  lines.Add("cost", cost);
  if (const Bottleneck bottleneck = summary.bottleneck.bottleneck; bottleneck != Bottleneck::kUnknown) {
    // The whole of it, and what would help, is long: `stats --why` has it.
    lines.Add("bottleneck", fmt::format("{} (`spinneret stats {} --why`)", BottleneckName(bottleneck), quoted));
  }
  if (const std::vector<std::string> statuses = Counts(summary.statuses); !statuses.empty()) {
    lines.Add("statuses", statuses);
  }
  if (const std::vector<std::string> errors = Counts(summary.errors); !errors.empty()) {
    lines.Add("errors", errors);
  }
  if (const std::vector<std::string> skipped = Counts(summary.skipped); !skipped.empty()) {
    lines.Add("skipped", skipped);
  }
  if (summary.refresh) {
    lines.Add("refresh", RefreshItems(*summary.refresh));
  }
  lines.Add("hosts", FormatCount(status.hosts));
  if (status.queued > 0) {
    lines.Add("queued", FormatCount(status.queued) + " still to crawl");
  }
  if (!summary.widened_hosts.empty()) {
    std::vector<std::string> hosts;
    for (const std::string& host : summary.widened_hosts) {
      if (hosts.size() == kMaxHostsShown) {
        hosts.push_back(fmt::format("and {} more", FormatCount(summary.widened_hosts.size() - kMaxHostsShown)));
        break;
      }
      hosts.push_back(TerminalText(host));
    }
    lines.Add("scope", "widened by a seed's own redirect to");
    lines.Add("", hosts);
  }
  for (std::size_t i = 0; i < summary.traps.size(); ++i) {
    if (i == kMaxHostsShown) {
      lines.Add("", fmt::format("and {} more; `spinneret query {} traps` has them",
                                FormatCount(summary.traps.size() - kMaxHostsShown), quoted));
      break;
    }
    lines.Add(i == 0 ? "traps" : "", TerminalText(summary.traps[i]));
  }
  if (summary.sitemaps + summary.failed_sitemaps > 0) {
    std::vector<std::string> sitemaps = {FormatCount(summary.sitemaps) + " read",
                                         FormatCount(summary.sitemap_entries) + " URLs listed"};
    if (summary.failed_sitemaps > 0) {
      sitemaps.push_back(FormatCount(summary.failed_sitemaps) + " not read; table `sitemaps` says why");
    }
    lines.Add("sitemaps", sitemaps);
    for (const std::string& trouble : summary.sitemap_troubles) {
      lines.Add("", TerminalText(trouble));
    }
  }
  std::string_view label = "records";
  for (const RecipeChange& change : records) {
    for (const std::string& line : CoverageLines(change)) {
      lines.Add(label, TerminalText(line));
      label = "";
    }
  }
  if (summary.status.incomplete_records > 0) {
    lines.Add(label, FormatCount(status.incomplete_records) + " more in this run without a required field");
  }
  if (summary.bad_seed_lines > 0) {
    lines.Add("seeds",
              fmt::format("{} {} could not be read as a URL; table `events` has them",
                          FormatCount(summary.bad_seed_lines), summary.bad_seed_lines == 1 ? "line" : "lines"));
  }
  lines.Add("database", TerminalText(database));
  lines.Raw("");
  if (summary.reason == EndReason::kNoSeed) {
    if (std::ranges::any_of(troubles, &SeedTrouble::may_pass)) {
      lines.Add("try again:", fmt::format("spinneret resume {} --retry-failed", quoted));
    }
  } else {
    lines.Add("look at it:", fmt::format("spinneret query {} --list", quoted));
  }
  if (Resumable(summary.reason)) {
    lines.Add("go on:", fmt::format("spinneret resume {}{}", quoted, ResumeHint(summary.reason)));
  }
  return lines.Take();
}

int ExitStatusFor(EndReason reason) {
  switch (reason) {
    case EndReason::kDone:
      return kDone;
    case EndReason::kLimit:
      return kLimitReached;
    case EndReason::kSize:
      return kSizeReached;
    case EndReason::kTime:
      return kTimeReached;
    case EndReason::kStopped:
      return kStopped;
    case EndReason::kStorage:
      return kStorageFailed;
    case EndReason::kNoSeed:
    case EndReason::kInternal:
    case EndReason::kLeaseLost:
      return kNothingFetched;
  }
  return kNothingFetched;
}

std::string ShellQuote(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && std::string_view("_-./:=,@%+").find(c) != std::string_view::npos);
  });
  if (plain) {
    return word;
  }
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace spinneret::cli
