#include "cli/disk_space.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "cli/duration.h"
#include "cli/terminal.h"

namespace spinneret::cli {
namespace {

// The write-ahead log between two checkpoints, and its index.
constexpr std::uint64_t kLogBytes = std::uint64_t{20} << 20U;

std::uint64_t BytesOf(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

}  // namespace

std::uint64_t EstimateBytes(std::uint64_t used, std::uint64_t pages, std::uint64_t queued) {
  const double each = static_cast<double>(used) / static_cast<double>(std::max<std::uint64_t>(pages, 1));
  return static_cast<std::uint64_t>(each * static_cast<double>(queued)) + kLogBytes;
}

std::string SpaceNeeded(const std::string& database, const CrawlStatus& status) {
  const std::uint64_t used = BytesOf(database) + BytesOf(database + "-wal");
  std::string text =
      fmt::format("it has {} for {} pages, so about {} more are needed for the {} URLs that are queued",
                  FormatSize(used), FormatCount(status.pages),
                  FormatSize(EstimateBytes(used, status.pages, status.queued)), FormatCount(status.queued));
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::absolute(database, error).parent_path();
  const std::filesystem::space_info space = std::filesystem::space(folder, error);
  if (!error) {
    text += fmt::format("; {} are free there", FormatSize(space.available));
  }
  return text;
}

}  // namespace spinneret::cli
