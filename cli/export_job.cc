#include "cli/export_job.h"

#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/duration.h"
#include "cli/terminal.h"

namespace spinneret::cli {
namespace {

constexpr std::chrono::milliseconds kInterval{200};

}  // namespace

ExportProgress::ExportProgress(std::string unit, bool to_stdout)
    : unit_(std::move(unit)),
      live_(IsTerminal(STDERR_FILENO) && !(to_stdout && IsTerminal(STDOUT_FILENO))),
      shown_at_(std::chrono::steady_clock::now()) {}

ExportProgress::~ExportProgress() {
  if (shown_) {
    std::fputs("\r\x1b[K", stderr);
  }
}

void ExportProgress::Add(std::uint64_t bytes) {
  ++count_;
  bytes_ += bytes;
  if (!live_ || count_ % 64 != 0) {  // the clock costs more than most rows
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (now - shown_at_ >= kInterval) {
    shown_at_ = now;
    Say(fmt::format("{} {}, {}", FormatCount(count_), unit_, FormatSize(bytes_)));
  }
}

void ExportProgress::Say(std::string_view words) {
  if (live_) {
    fmt::print(stderr, "\r{}\x1b[K", words);
    std::fflush(stderr);
    shown_ = true;
  }
}

std::string_view TextOf(const std::vector<Cell>& row, std::size_t column) {
  if (const auto* text = std::get_if<std::string>(&row[column])) {
    return *text;
  }
  if (const auto* blob = std::get_if<Blob>(&row[column])) {
    return blob->bytes;
  }
  return {};
}

std::int64_t NumberOf(const std::vector<Cell>& row, std::size_t column) {
  const auto* const number = std::get_if<std::int64_t>(&row[column]);
  return number == nullptr ? 0 : *number;
}

bool IsNull(const std::vector<Cell>& row, std::size_t column) {
  return std::holds_alternative<std::monostate>(row[column]);
}

}  // namespace spinneret::cli
