// FleetClimber: how many workers and connections a crawl should have, by hill climbing over finished pages per second
// (`-w auto`).
//
// Method     one step is made and left for a while: more of both, fewer workers, or fewer connections. More stay where they
//            brought at least kGain over what there was before, fewer where they cost no more than kLoss. So what brings
//            nothing goes away again: where politeness, hosts or a core are the bound, it comes down to what is needed.
//            Up goes with both, as at a corner of the curve neither alone brings anything. Steps are a third, so that
//            below the knee they show through the noise; one that did not stay is tried again later, each time after twice
//            as many others, until some step stays.
// Thread     one. A value; no clock: Tick is called once a second.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace spinneret {

struct FleetSize {
  std::uint32_t workers = 1;
  std::uint32_t connections = 1;
  friend bool operator==(const FleetSize&, const FleetSize&) = default;
};

struct FleetDecision {
  FleetSize size;   // from here on
  std::string why;  // for people: "workers 2 to 3, connections 64 to 85: trial"
};

class FleetClimber {
 public:
  static constexpr double kGain = 0.05;
  static constexpr double kLoss = 0.03;
  static constexpr int kSettle = 2;        // seconds after a change that are not counted
  static constexpr int kMeasure = 5;       // seconds that are
  static constexpr int kLongestRest = 32;  // trials of others before one that did not stay is tried again

  // As many workers as the machine has cores, 2 to 64: more would be in each other's way.
  static std::uint32_t MostWorkers();

  // Between one of each and `most`; there are never more workers than connections.
  FleetClimber(FleetSize start, FleetSize most);

  // `pages`: finished in this second.
  std::optional<FleetDecision> Tick(std::uint64_t pages);

  const FleetSize& size() const { return size_; }

 private:
  enum class Step : std::uint8_t { kUp, kFewerWorkers, kFewerConnections };
  static constexpr std::size_t kSteps = 3;
  struct Rest {
    int length = 0;  // of the last one, in trials
    int left = 0;
  };

  std::optional<FleetSize> Made(Step step) const;
  FleetDecision Change(FleetSize to, const std::string& because);
  std::optional<FleetDecision> Try(double rate);
  std::optional<FleetDecision> Judge(double rate);

  const FleetSize most_;
  FleetSize size_;
  int seconds_ = 0;  // since the last change
  std::uint64_t pages_ = 0;
  std::optional<Step> trial_;
  FleetSize before_trial_;
  double rate_before_ = 0;
  std::size_t next_ = 0;  // of the steps
  std::array<Rest, kSteps> rests_;
};

}  // namespace spinneret
