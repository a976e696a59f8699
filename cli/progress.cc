#include "cli/progress.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "cli/duration.h"
#include "cli/progress_view.h"
#include "cli/terminal.h"

namespace spinneret::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTtyInterval{200};
constexpr milliseconds kPlainInterval{10'000};
constexpr milliseconds kJsonInterval{1000};
constexpr int kPlainWidth = 200;
constexpr std::size_t kMaxBars = 32;

// "about 12m left", and where politeness alone takes longer than the rate lets hope: "at least 5h 12m left (shop.example)".
// Said once there is enough to go by.
std::string TimeLeftText(const CrawlStatus& status) {
  if (status.queued == 0 || status.elapsed < kEarly) {
    return {};
  }
  const TimeLeft left = TimeLeftOf(status);
  if (left.at_least >= left.at_this_rate.value_or(milliseconds{0})) {
    return left.at_least.count() == 0
               ? std::string()
               : fmt::format("at least {} left ({})", SecondsText(left.at_least), TerminalText(status.look.longest));
  }
  return fmt::format("about {} left", SecondsText(*left.at_this_rate));
}

// A piece of the line; those with the highest rank are left out first.
struct Piece {
  int rank;
  std::string text;
};

std::vector<Piece> Pieces(const CrawlStatus& status, Glyphs glyphs) {
  std::vector<Piece> pieces;
  std::string pages = FormatCount(status.pages);
  if (status.limit > 0) {
    pages += "/" + FormatCount(status.limit);
  }
  pieces.push_back({0, pages + (status.pages == 1 && status.limit == 0 ? " page" : " pages")});
  pieces.push_back({1, RateText(status.pages_per_second)});
  pieces.push_back({2, FormatCount(status.queued) + " queued"});
  const std::uint64_t errors = status.failed + status.http_errors;
  if (errors > 0) {
    pieces.push_back({3, FormatCount(errors) + (errors == 1 ? " error" : " errors")});
  }
  if (status.records > 0) {
    pieces.push_back({3, FormatCount(status.records) + (status.records == 1 ? " record" : " records")});
  }
  pieces.push_back({5, fmt::format("{}/{} hosts", FormatCount(status.active_hosts), FormatCount(status.hosts))});
  if (status.retries > 0) {
    pieces.push_back({8, FormatCount(status.retries) + (status.retries == 1 ? " retry" : " retries")});
  }
  pieces.push_back({7, FormatSize(status.bytes_wire)});
  pieces.push_back({4, FormatDuration(std::max(milliseconds{0}, status.elapsed))});
  if (const std::string left = TimeLeftText(status); !left.empty()) {
    pieces.push_back({5, left});
  }
  if (!status.worker_utilization.empty()) {
    std::string workers;
    if (status.worker_utilization.size() <= kMaxBars) {
      workers = UtilizationBars(status.worker_utilization, glyphs) + " ";
    }
    pieces.push_back({6, fmt::format("workers {}{:.0f}%", workers, 100 * MeanShare(status.worker_utilization))});
    pieces.push_back({9, fmt::format("main {:.0f}%", 100 * Share(status.main_utilization))});
  }
  return pieces;
}

std::string Join(const std::vector<Piece>& pieces) {
  std::string line;
  for (const Piece& piece : pieces) {
    line += line.empty() ? piece.text : "  " + piece.text;
  }
  return line;
}

}  // namespace

std::string RenderProgressLine(const CrawlStatus& status, int width, Glyphs glyphs) {
  std::vector<Piece> pieces = Pieces(status, glyphs);
  std::string line = Join(pieces);
  while (pieces.size() > 1 && DisplayWidth(line) > width) {
    pieces.erase(
        std::max_element(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.rank < b.rank; }));
    line = Join(pieces);
  }
  return FitWidth(line, width, "");
}

std::string RenderProgressJson(const CrawlStatus& status, std::optional<EndReason> end) {
  nlohmann::ordered_json json;
  json["elapsed_ms"] = status.elapsed.count();
  json["pages"] = status.pages;
  json["run_pages"] = status.run_pages;
  json["pages_per_second"] = status.pages_per_second;
  json["redirects"] = status.redirects;
  json["failed"] = status.failed;
  json["http_errors"] = status.http_errors;
  json["retries"] = status.retries;
  json["records"] = status.records;
  json["skipped"] = status.skipped;
  json["known"] = status.known;
  json["queued"] = status.queued;
  json["hidden"] = status.hidden;
  json["in_flight"] = status.in_flight;
  json["hosts"] = status.hosts;
  json["active_hosts"] = status.active_hosts;
  json["bytes_wire"] = status.bytes_wire;
  const TimeLeft left = TimeLeftOf(status);
  json["left_ms"] = left.at_this_rate ? nlohmann::ordered_json(left.at_this_rate->count()) : nlohmann::ordered_json();
  json["left_at_least_ms"] = left.at_least.count();
  json["slowest_host"] = status.look.longest;
  json["errors"] = nlohmann::ordered_json::object();
  for (const KindCount& kind : status.errors) {
    json["errors"][kind.kind] = kind.count;
  }
  json["main_utilization"] = status.main_utilization;
  json["worker_utilization"] = status.worker_utilization;
  if (end) {
    json["end"] = EndReasonName(*end);
  }
  return json.dump();
}

Progress::Progress(ProgressMode mode, std::FILE* stream)
    : stream_(stream), mode_(mode), glyphs_(IsUtf8Locale() ? Glyphs::kUnicode : Glyphs::kAscii) {
  if (mode_ == ProgressMode::kAuto) {
    // A "dumb" terminal does not know how to erase a line.
    const char* term = std::getenv("TERM");
    const bool dumb = term != nullptr && std::strcmp(term, "dumb") == 0;
    mode_ = IsTerminal(fileno(stream_)) && !dumb ? ProgressMode::kTty : ProgressMode::kPlain;
  }
  if (mode_ == ProgressMode::kTty) {
    SetLogLineHook([this](bool before) { AroundLogLine(before); });
  }
}

Progress::~Progress() {
  if (mode_ == ProgressMode::kTty) {
    SetLogLineHook({});
    Clear();
  }
}

void Progress::Update(const CrawlStatus& status) {
  if (mode_ == ProgressMode::kNone) {
    return;
  }
  const milliseconds interval = mode_ == ProgressMode::kTty    ? kTtyInterval
                                : mode_ == ProgressMode::kJson ? kJsonInterval
                                                               : kPlainInterval;
  // Ticks come a little early or late: a tick that is just short of the interval counts, or every second one would be
  // lost.
  const milliseconds slack = interval / 10;
  // The first plain line is due after a whole interval: a crawl of a moment needs none.
  const milliseconds since = last_                           ? status.elapsed - *last_
                             : mode_ == ProgressMode::kPlain ? status.elapsed
                                                             : interval;
  if (since + slack < interval) {
    return;
  }
  last_ = status.elapsed;
  if (mode_ == ProgressMode::kTty) {
    const TerminalSize size = SizeOfTerminal(fileno(stream_));
    // The last column stays free: some terminals wrap when it is written.
    const int width = std::max(1, size.columns - 1);
    MutexLock lock(mutex_);
    if (size.rows >= kViewRows && size.columns >= kViewColumns) {
      lines_ = RenderProgressView(status, width, glyphs_);
    } else {
      lines_ = {RenderProgressLine(status, width, glyphs_)};
    }
    if (!aside_) {
      Draw();
    }
    return;
  }
  const std::string line = mode_ == ProgressMode::kJson ? RenderProgressJson(status)
                                                        : RenderProgressLine(status, kPlainWidth, Glyphs::kAscii);
  fmt::print(stream_, "{}\n", line);
  std::fflush(stream_);
}

void Progress::Clear() {
  if (mode_ == ProgressMode::kTty) {
    MutexLock lock(mutex_);
    Erase();
    lines_.clear();
  }
}

void Progress::Finish(const CrawlSummary& summary) {
  Clear();
  if (mode_ == ProgressMode::kJson) {
    fmt::print(stream_, "{}\n", RenderProgressJson(summary.status, summary.reason));
    std::fflush(stream_);
  }
}

void Progress::AroundLogLine(bool before) {
  MutexLock lock(mutex_);
  aside_ = before;
  if (before) {
    Erase();
  } else if (!lines_.empty()) {
    Draw();
  }
}

void Progress::Draw() {
  // Over what stands there, and erasing what an earlier, longer one left: no flicker as an erase first would make.
  std::string out = ToFirstLine();
  for (const std::string& line : lines_) {
    out += (&line == &lines_.front() ? "" : "\n") + line + "\x1b[K";
  }
  out += "\x1b[J";
  std::fwrite(out.data(), 1, out.size(), stream_);
  std::fflush(stream_);
  rows_shown_ = lines_.size();
}

void Progress::Erase() {
  if (rows_shown_ > 0) {
    const std::string out = ToFirstLine() + "\x1b[J";
    std::fwrite(out.data(), 1, out.size(), stream_);
    std::fflush(stream_);
    rows_shown_ = 0;
  }
}

std::string Progress::ToFirstLine() const {
  return rows_shown_ > 1 ? fmt::format("\r\x1b[{}A", rows_shown_ - 1) : "\r";
}

}  // namespace spinneret::cli
