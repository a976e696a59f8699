// The trials of `spinneret tune` as a picture: pages per second over what was tried, the knee marked.
#pragma once

#include <string>
#include <vector>

#include "cli/tune_trial.h"

namespace spinneret::cli {

// An SVG document of its own: no scripts, no fonts, light and dark. `chosen` is one of the trials, or null.
std::string TuneChart(const std::vector<TrialResult>& trials, const TrialResult* chosen);

}  // namespace spinneret::cli
