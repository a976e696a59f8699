#include "crawler/fleet_climber.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace spinneret {
namespace {

constexpr std::uint32_t kStep = 3;  // a third

std::uint32_t StepOf(std::uint32_t count) {
  return std::max<std::uint32_t>(1, count / kStep);
}

}  // namespace

std::uint32_t FleetClimber::MostWorkers() {
  return std::clamp<std::uint32_t>(std::thread::hardware_concurrency(), 2, 64);
}

FleetClimber::FleetClimber(FleetSize start, FleetSize most) : most_(most), size_(start), before_trial_(start) {}

std::optional<FleetDecision> FleetClimber::Tick(std::uint64_t pages) {
  ++seconds_;
  if (seconds_ <= kSettle) {
    return std::nullopt;
  }
  pages_ += pages;
  if (seconds_ < kSettle + kMeasure) {
    return std::nullopt;
  }
  const double rate = static_cast<double>(pages_) / kMeasure;
  seconds_ = kSettle;  // without a change the next look follows at once
  pages_ = 0;
  return trial_ ? Judge(rate) : Try(rate);
}

std::optional<FleetSize> FleetClimber::Made(Step step) const {
  FleetSize to = size_;
  switch (step) {
    case Step::kUp:
      to.connections = std::min(most_.connections, to.connections + StepOf(to.connections));
      to.workers = std::min({most_.workers, to.connections, to.workers + StepOf(to.workers)});
      break;
    case Step::kFewerWorkers:
      to.workers -= std::min(to.workers - 1, StepOf(to.workers));
      break;
    case Step::kFewerConnections:
      to.connections -= std::min(to.connections - to.workers, StepOf(to.connections));
      break;
  }
  return to == size_ ? std::nullopt : std::optional(to);
}

FleetDecision FleetClimber::Change(FleetSize to, const std::string& because) {
  const FleetSize from = std::exchange(size_, to);
  seconds_ = 0;
  std::string what;
  if (to.workers != from.workers) {
    what = fmt::format("workers {} to {}", from.workers, to.workers);
  }
  if (to.connections != from.connections) {
    what += fmt::format("{}connections {} to {}", what.empty() ? "" : ", ", from.connections, to.connections);
  }
  return {to, fmt::format("{}: {}", what, because)};
}

std::optional<FleetDecision> FleetClimber::Try(double rate) {
  for (std::size_t i = 0; i < kSteps; ++i) {
    const std::size_t place = (next_ + i) % kSteps;
    Rest& rest = rests_[place];
    if (rest.left > 0) {
      --rest.left;
      continue;
    }
    const std::optional<FleetSize> to = Made(static_cast<Step>(place));
    if (!to) {
      continue;
    }
    trial_ = static_cast<Step>(place);
    before_trial_ = size_;
    rate_before_ = rate;
    next_ = place;  // what helped is done again
    return Change(*to, "trial");
  }
  return std::nullopt;
}

std::optional<FleetDecision> FleetClimber::Judge(double rate) {
  const Step step = *trial_;
  trial_.reset();
  const bool stays = step == Step::kUp ? rate > rate_before_ * (1 + kGain) : rate >= rate_before_ * (1 - kLoss);
  if (stays) {
    rests_ = {};
    return Try(rate);
  }
  Rest& rest = rests_[static_cast<std::size_t>(step)];
  rest.length = std::min(kLongestRest, std::max(1, 2 * rest.length));
  rest.left = rest.length;
  next_ = (static_cast<std::size_t>(step) + 1) % kSteps;
  return Change(before_trial_, fmt::format("{:.0f} pages/s instead of {:.0f}", rate, rate_before_));
}

}  // namespace spinneret
