#include "cli/progress_view.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "cli/duration.h"
#include "cli/terminal.h"

namespace spinneret::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kGap = "   ";

std::string Counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", FormatCount(count), count == 1 ? one : many);
}

// Pages that there will be at least: the limit, or what is known of.
std::uint64_t PagesInSight(const CrawlStatus& status) {
  const std::uint64_t known = status.pages + status.queued;
  return status.limit > 0 ? std::min(status.limit, known) : known;
}

std::string OverallLine(const CrawlStatus& status, int width, Glyphs glyphs) {
  const std::uint64_t all = PagesInSight(status);
  const double share = all == 0 ? 0 : static_cast<double>(status.pages) / static_cast<double>(all);
  const int bar = std::clamp(width / 4, 10, 30);
  return fmt::format("{:3.0f}% {}  {} of {}{}{}{}{}", 100 * Share(share), Bar(share, bar, glyphs),
                     FormatCount(status.pages), Counted(all, "page", "pages"), kGap, RateText(status.pages_per_second),
                     kGap, FormatDuration(std::max(milliseconds{0}, status.elapsed)));
}

// Empty while nothing can be said.
std::string LeftLine(const CrawlStatus& status) {
  if (status.queued == 0 || status.elapsed < kEarly) {
    return {};
  }
  const TimeLeft left = TimeLeftOf(status);
  const std::string polite =
      left.at_least.count() == 0
          ? std::string()
          : fmt::format("{} needs {} by its delay", TerminalText(status.look.longest), SecondsText(left.at_least));
  const std::optional<milliseconds> fastest = left.at_fastest ? left.at_fastest : left.at_this_rate;
  const std::optional<milliseconds> slowest = left.at_slowest ? left.at_slowest : left.at_this_rate;
  if (!fastest || left.at_least >= slowest.value_or(milliseconds{0})) {
    return polite.empty() ? std::string() : fmt::format("left {}", polite);
  }
  const std::string from = SecondsText(std::max(*fastest, left.at_least));
  const std::string to = slowest ? SecondsText(*slowest) : "longer";
  return fmt::format("left {} for the queue{}", from == to ? from : fmt::format("{} to {}", from, to),
                     polite.empty() ? polite : "; " + polite);
}

std::string QueueLine(const CrawlStatus& status) {
  std::string line = fmt::format("queue {} on {} of {}{}{} under way", Counted(status.queued, "URL", "URLs"),
                                 FormatCount(status.active_hosts), Counted(status.hosts, "host", "hosts"), kGap,
                                 Counted(status.transfers, "request", "requests"));
  if (status.records > 0) {
    line += fmt::format("{}{}", kGap, Counted(status.records, "record", "records"));
  }
  return line + std::string(kGap) + FormatSize(status.bytes_wire);
}

std::string ErrorLine(const CrawlStatus& status, Glyphs glyphs) {
  constexpr std::size_t kMostKinds = 5;
  std::string line;
  for (std::size_t i = 0; i < std::min(kMostKinds, status.errors.size()); ++i) {
    const KindCount& kind = status.errors[i];
    line += fmt::format("{}{} {} {}", line.empty() ? "" : kGap, FormatCount(kind.count),
                        glyphs == Glyphs::kUnicode ? "\u00d7" : "x", kind.kind);
  }
  if (status.retries > 0) {
    line += fmt::format("{}{}", line.empty() ? "" : kGap, Counted(status.retries, "retry", "retries"));
  }
  return line.empty() ? line : "error " + line;
}

std::string HostsLine(const CrawlStatus& status, int width) {
  const HostsLook& look = status.look;
  if (status.hosts < 2 || look.busiest.empty()) {
    return {};
  }
  const double seconds = std::max(0.001, std::chrono::duration<double>(status.look_span).count());
  const std::string slowest = look.slowest.empty() ? std::string()
                                                   : fmt::format("{}{} answers in {}", kGap, TerminalText(look.slowest),
                                                                 FormatDuration(look.slowest_answer));
  std::string line = "hosts";
  for (const HostsLook::Busy& busy : look.busiest) {
    const bool first = &busy == &look.busiest.front();
    const std::string more = fmt::format("{}{} {}", first ? " " : kGap, TerminalText(busy.host),
                                         RateText(static_cast<double>(busy.pages) / seconds));
    if (!first && DisplayWidth(line + more + slowest) > width) {
      break;
    }
    line += more;
  }
  return line + slowest;
}

std::string LoadLine(const CrawlStatus& status, Glyphs glyphs) {
  constexpr std::size_t kMostBars = 32;
  if (status.worker_utilization.empty()) {
    return {};
  }
  std::string bars;
  if (status.worker_utilization.size() <= kMostBars) {
    bars = UtilizationBars(status.worker_utilization, glyphs) + " ";
  }
  return fmt::format(" load workers {}{:.0f}%{}main thread {:.0f}%", bars, 100 * MeanShare(status.worker_utilization),
                     kGap, 100 * Share(status.main_utilization));
}

}  // namespace

std::vector<std::string> RenderProgressView(const CrawlStatus& status, int width, Glyphs glyphs) {
  const std::string left = LeftLine(status);
  std::vector<std::string> lines;
  for (std::string& line :
       std::vector<std::string>{OverallLine(status, width, glyphs), left.empty() ? left : " " + left, QueueLine(status),
                                ErrorLine(status, glyphs), HostsLine(status, width), LoadLine(status, glyphs)}) {
    if (!line.empty()) {
      lines.push_back(FitWidth(line, width, glyphs == Glyphs::kUnicode ? "\u2026" : "~"));
    }
  }
  return lines;
}

}  // namespace spinneret::cli
