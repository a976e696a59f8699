#include "crawler/fetch/internal/proxy_pool.h"

#include <algorithm>

namespace spinneret {
namespace {

constexpr std::chrono::milliseconds kFirstRest{5'000};
constexpr std::chrono::milliseconds kLongestRest{300'000};

// FNV-1a over the name and the proxy's number, then mixed: the last bytes must move the whole number.
std::uint64_t Weight(std::string_view site, std::size_t proxy) {
  std::uint64_t hash = 0xcbf29ce484222325ULL ^ (static_cast<std::uint64_t>(proxy) * 0x9e3779b97f4a7c15ULL);
  for (const char c : site) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  hash = (hash ^ (hash >> 33U)) * 0xff51afd7ed558ccdULL;
  hash = (hash ^ (hash >> 33U)) * 0xc4ceb9fe1a85ec53ULL;
  return hash ^ (hash >> 33U);
}

}  // namespace

std::size_t ProxyPool::Pick(std::string_view site, SteadyTime now) const {
  std::size_t best = proxies_.size();
  std::uint64_t best_weight = 0;
  for (std::size_t i = 0; i < proxies_.size(); ++i) {
    const std::uint64_t weight = Weight(site, i);
    if (proxies_[i].rests_until <= now && (best == proxies_.size() || weight > best_weight)) {
      best = i;
      best_weight = weight;
    }
  }
  if (best != proxies_.size()) {
    return best;
  }
  const auto first = std::min_element(proxies_.begin(), proxies_.end(),
                                      [](const Proxy& a, const Proxy& b) { return a.rests_until < b.rests_until; });
  return static_cast<std::size_t>(first - proxies_.begin());
}

std::chrono::milliseconds ProxyPool::Failed(std::size_t proxy, SteadyTime attempt_started, SteadyTime now) {
  Proxy& failed = proxies_[proxy];
  if (failed.failures > 0 && attempt_started <= failed.failed_at) {
    return std::chrono::milliseconds(0);
  }
  const std::chrono::milliseconds rest = std::min(kLongestRest, kFirstRest * (1U << std::min(failed.failures, 16U)));
  ++failed.failures;
  failed.failed_at = now;
  failed.rests_until = now + rest;
  return rest;
}

}  // namespace spinneret
