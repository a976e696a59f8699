#include "crawler/live_control.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "crawler/option_settings.h"
#include "parser/url.h"

namespace spinneret {

LiveControl::LiveControl(const CrawlOptions& options, Frontier& frontier, Dispatcher& dispatcher, const Clock& clock,
                         Ways ways)
    : options_(options), frontier_(frontier), dispatcher_(dispatcher), clock_(clock), ways_(std::move(ways)) {
  if (options_.auto_workers) {
    const FleetSize first{dispatcher_.workers(), dispatcher_.connections()};
    climber_.emplace(first, FleetSize{std::max(FleetClimber::MostWorkers(), first.workers), options_.connections});
  }
}

std::string LiveControl::Follow(std::uint64_t pages) {
  const std::uint64_t finished = pages - std::min(pages, std::exchange(pages_before_, pages));
  if (!climber_ || paused_) {
    return {};
  }
  std::optional<FleetDecision> decision = climber_->Tick(finished);
  if (!decision) {
    return {};
  }
  if (const Result<void> resized = Resize(decision->size); !resized) {
    climber_.reset();
    return resized.error().message;
  }
  return std::move(decision->why);
}

Result<void> LiveControl::Resize(FleetSize size) {
  if (Result<void> resized = dispatcher_.Resize(size.workers, size.connections); !resized) {
    return resized;
  }
  frontier_.SetSplit(SplitOf(std::min(options_.effective_host_connections(), size.connections), size.workers));
  ways_.wake();
  return {};
}

void LiveControl::Pause() {
  paused_ = true;
  dispatcher_.Hold(true);
}

void LiveControl::Continue() {
  paused_ = false;
  dispatcher_.Hold(false);
  ways_.wake();
}

Result<bool> LiveControl::AddSeed(const std::string& text) {
  const std::optional<Url> url = Url::Parse(text);
  if (!url || !url->is_http()) {
    return Err(ErrorCode::kInvalidArgument, "not a URL of http or https");
  }
  const bool added = frontier_.AddSeed(*url, {}, {});
  ways_.commit();
  if (frontier_.failure()) {
    return *frontier_.failure();
  }
  ways_.wake();
  return added;
}

void LiveControl::SetHostDelay(std::chrono::milliseconds delay) {
  frontier_.SetHostDelay(delay);
  ways_.wake();
}

void LiveControl::SetRate(std::optional<double> pages_per_second) {
  rate_.Set(pages_per_second, clock_.Now());
  ways_.wake();
}

Result<void> LiveControl::SetWorkers(std::uint32_t workers) {
  if (workers > dispatcher_.connections()) {
    return Err(ErrorCode::kInvalidArgument,
               fmt::format("more workers than the {} connections that they share; resume with a larger --connections",
                           dispatcher_.connections()));
  }
  climber_.reset();  // it is the user's from here on
  return Resize({workers, dispatcher_.connections()});
}

Result<void> LiveControl::PauseHost(const std::string& host, bool paused) {
  if (!frontier_.PauseHost(host, paused)) {
    return Err(ErrorCode::kNotFound, "the crawl knows no host of that name");
  }
  ways_.wake();
  return {};
}

Result<std::uint32_t> LiveControl::AddRule(LiveRuleKind kind, const std::string& pattern) {
  Result<std::uint32_t> number = frontier_.AddRule(kind, pattern);
  if (number) {
    ways_.commit();
    ways_.wake();
  }
  return number;
}

Result<LiveRuleLook> LiveControl::DropRule(std::uint32_t number) {
  Result<LiveRuleLook> dropped = frontier_.DropRule(number);
  if (dropped) {
    ways_.commit();
    ways_.wake();
  }
  return dropped;
}

}  // namespace spinneret
