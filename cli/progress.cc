#include "cli/progress.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "cli/duration.h"
#include "cli/terminal.h"

namespace spinneret::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTtyInterval{200};
constexpr milliseconds kPlainInterval{10'000};
constexpr milliseconds kJsonInterval{1000};
constexpr int kPlainWidth = 200;
constexpr std::size_t kMaxBars = 32;

double Share(double value) {
  return std::isfinite(value) ? std::clamp(value, 0.0, 1.0) : 0.0;
}

double Mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) {
    sum += Share(value);
  }
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

std::string RateText(double rate) {
  if (!std::isfinite(rate) || rate < 0) {
    rate = 0;
  }
  return rate < 100 ? fmt::format("{:.1f}/s", rate)
                    : FormatCount(static_cast<std::uint64_t>(std::min(rate, 1e15))) + "/s";
}

milliseconds WholeSeconds(milliseconds duration) {
  return std::chrono::ceil<std::chrono::seconds>(duration);
}

std::string Bars(const std::vector<double>& utilization, Glyphs glyphs) {
  static constexpr std::array<std::string_view, 8> kBlocks = {"\u2581", "\u2582", "\u2583", "\u2584",
                                                              "\u2585", "\u2586", "\u2587", "\u2588"};
  static constexpr std::array<std::string_view, 8> kAscii = {"_", ".", "-", "=", "+", "*", "#", "@"};
  const auto& signs = glyphs == Glyphs::kUnicode ? kBlocks : kAscii;
  std::string out;
  for (const double value : utilization) {
    out += signs[std::min<std::size_t>(7, static_cast<std::size_t>(Share(value) * 8))];
  }
  return out;
}

// "about 12m left", and where politeness alone takes longer than the rate lets hope: "at least 5h 12m left (shop.example)".
// Said once there is enough to go by.
std::string TimeLeftText(const CrawlStatus& status) {
  constexpr milliseconds kEarly{5000};
  if (status.queued == 0 || status.elapsed < kEarly) {
    return {};
  }
  const TimeLeft left = TimeLeftOf(status);
  if (left.at_least >= left.at_this_rate.value_or(milliseconds{0})) {
    return left.at_least.count() == 0
               ? std::string()
               : fmt::format("at least {} left ({})", FormatDuration(WholeSeconds(left.at_least)),
                             TerminalText(status.slowest_host));
  }
  return fmt::format("about {} left", FormatDuration(WholeSeconds(*left.at_this_rate)));
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
      workers = Bars(status.worker_utilization, glyphs) + " ";
    }
    pieces.push_back({6, fmt::format("workers {}{:.0f}%", workers, 100 * Mean(status.worker_utilization))});
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
  json["in_flight"] = status.in_flight;
  json["hosts"] = status.hosts;
  json["active_hosts"] = status.active_hosts;
  json["bytes_wire"] = status.bytes_wire;
  const TimeLeft left = TimeLeftOf(status);
  json["left_ms"] = left.at_this_rate ? nlohmann::ordered_json(left.at_this_rate->count()) : nlohmann::ordered_json();
  json["left_at_least_ms"] = left.at_least.count();
  json["slowest_host"] = status.slowest_host;
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
    // The last column stays free: some terminals wrap when it is written.
    const int width = std::max(1, TerminalWidth(fileno(stream_)) - 1);
    MutexLock lock(mutex_);
    line_ = RenderProgressLine(status, width, glyphs_);
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
    line_.clear();
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
  } else if (!line_.empty()) {
    Draw();
  }
}

void Progress::Draw() {
  // To the line's beginning, the text, and erase what an earlier, longer one left: no flicker as an erase first would
  // make.
  const std::string out = "\r" + line_ + "\x1b[K";
  std::fwrite(out.data(), 1, out.size(), stream_);
  std::fflush(stream_);
  shown_ = true;
}

void Progress::Erase() {
  if (shown_) {
    std::fputs("\r\x1b[K", stream_);
    std::fflush(stream_);
    shown_ = false;
  }
}

}  // namespace spinneret::cli
