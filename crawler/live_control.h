// LiveControl: what the user asks of a running crawl, done; and what `-w auto` decides, until the user says how many.
//
// Thread     main thread.
// Ownership  borrows all that it is given.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "crawler/crawl.h"
#include "crawler/dispatcher.h"
#include "crawler/fleet_climber.h"
#include "crawler/frontier/frontier.h"
#include "crawler/page_rate.h"

namespace spinneret {

class LiveControl final : public CrawlControl {
 public:
  // The crawl's own ways.
  struct Ways {
    std::function<CrawlStatus()> status;
    std::function<void()> stop;
    std::function<void()> commit;
    std::function<void()> wake;  // a turn of the loop follows
  };
  LiveControl(const CrawlOptions& options, Frontier& frontier, Dispatcher& dispatcher, const Clock& clock, Ways ways);

  CrawlStatus Status() override { return ways_.status(); }
  bool paused() const override { return paused_; }
  void Pause() override;
  void Continue() override;
  void Stop() override { ways_.stop(); }
  Result<bool> AddSeed(const std::string& url) override;
  void SetHostDelay(std::chrono::milliseconds delay) override;
  void SetRate(std::optional<double> pages_per_second) override;
  std::optional<double> rate() const override { return rate_.per_second(); }
  Result<void> SetWorkers(std::uint32_t workers) override;
  std::uint32_t workers() const override { return dispatcher_.workers(); }
  std::uint32_t connections() const override { return dispatcher_.connections(); }
  Result<void> PauseHost(const std::string& host, bool paused) override;
  Result<std::uint32_t> AddRule(LiveRuleKind kind, const std::string& pattern) override;
  Result<LiveRuleLook> DropRule(std::uint32_t number) override;
  std::vector<LiveRuleLook> Rules() const override { return frontier_.rules(); }

  // Once a second, with the pages that have their verdict. What was decided about workers and connections, and done; most
  // often nothing.
  std::string Follow(std::uint64_t pages);

  // What the scheduler gives out by.
  PageRate& page_rate() { return rate_; }

 private:
  Result<void> Resize(FleetSize size);

  const CrawlOptions& options_;
  Frontier& frontier_;
  Dispatcher& dispatcher_;
  const Clock& clock_;
  const Ways ways_;
  bool paused_ = false;
  PageRate rate_;
  std::optional<FleetClimber> climber_;  // of `-w auto`
  std::uint64_t pages_before_ = 0;
};

}  // namespace spinneret
