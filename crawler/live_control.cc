#include "crawler/live_control.h"

#include <utility>

#include <fmt/format.h>

#include "crawler/option_settings.h"
#include "parser/url.h"

namespace spinneret {

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
  if (Result<void> resized = dispatcher_.Resize(workers, dispatcher_.connections()); !resized) {
    return resized;
  }
  frontier_.SetSplit(SplitOf(options_.effective_host_connections(), workers));
  ways_.wake();
  return {};
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
