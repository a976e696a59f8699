#include "cli/tune_plan.h"

#include <algorithm>
#include <tuple>

#include "cli/duration.h"

namespace spinneret::cli {
namespace {

constexpr double kNearBest = 0.95;
constexpr std::uint32_t kMostDefaultWorkers = 32;

std::optional<std::uint32_t> ParseTrialCount(std::string_view text, std::uint32_t largest) {
  const std::optional<std::uint64_t> count = ParseCount(text);
  if (!count || *count == 0 || *count > largest) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(*count);
}

std::vector<std::uint32_t> Doubled(std::uint32_t first, std::uint32_t last) {
  std::vector<std::uint32_t> counts;
  for (std::uint64_t count = first; count < last; count *= 2) {
    counts.push_back(static_cast<std::uint32_t>(count));
  }
  counts.push_back(last);
  return counts;
}

}  // namespace

std::optional<std::vector<std::uint32_t>> ParseTrialCounts(std::string_view text, std::uint32_t largest) {
  if (const std::size_t dots = text.find(".."); dots != std::string_view::npos) {
    const std::optional<std::uint32_t> first = ParseTrialCount(text.substr(0, dots), largest);
    const std::optional<std::uint32_t> last = ParseTrialCount(text.substr(dots + 2), largest);
    if (!first || !last || *first > *last) {
      return std::nullopt;
    }
    std::vector<std::uint32_t> counts = Doubled(*first, *last);
    return counts.size() <= kMaxTrials ? std::optional(std::move(counts)) : std::nullopt;
  }
  std::vector<std::uint32_t> counts;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::optional<std::uint32_t> count = ParseTrialCount(text.substr(0, comma), largest);
    if (!count || counts.size() == kMaxTrials) {
      return std::nullopt;
    }
    counts.push_back(*count);
    if (comma == std::string_view::npos) {
      break;
    }
    text.remove_prefix(comma + 1);
  }
  std::sort(counts.begin(), counts.end());
  counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
  return counts;
}

std::vector<std::uint32_t> DefaultTrialWorkers(unsigned cores) {
  return Doubled(1, std::clamp<std::uint32_t>(cores, 2, kMostDefaultWorkers));
}

const TrialResult* ChooseTrial(const std::vector<TrialResult>& trials) {
  double best = 0;
  for (const TrialResult& trial : trials) {
    best = std::max(best, trial.pages_per_second());
  }
  const auto cost = [](const TrialResult& trial) { return std::tuple(trial.workers, trial.connections); };
  const TrialResult* chosen = nullptr;
  for (const TrialResult& trial : trials) {
    const bool near = best > 0 && trial.pages_per_second() >= kNearBest * best;
    if (near && (chosen == nullptr || cost(trial) < cost(*chosen))) {
      chosen = &trial;
    }
  }
  return chosen;
}

}  // namespace spinneret::cli
