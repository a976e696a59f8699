// What `spinneret tune` tries, and what it makes of the results.
//
// Thread   pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cli/tune_trial.h"

namespace spinneret::cli {

inline constexpr std::size_t kMaxTrials = 16;  // of workers, and as many of connections

// "2,4,8", or "1..8", which is 1, 2, 4, 8: doubled up to the end, and the end. Sorted, each once, from 1 to `largest`, at
// most kMaxTrials; nothing when it is neither.
std::optional<std::vector<std::uint32_t>> ParseTrialCounts(std::string_view text, std::uint32_t largest);

// 1, 2, 4 … up to `cores` (at most 32).
std::vector<std::uint32_t> DefaultTrialWorkers(unsigned cores);

// The trial with the least workers, and among those the least connections, within 5 % of the best rate: the knee. Null
// when no trial had a page.
const TrialResult* ChooseTrial(const std::vector<TrialResult>& trials);

}  // namespace spinneret::cli
