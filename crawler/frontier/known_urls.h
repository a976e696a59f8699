// KnownUrls: what is remembered of every URL the crawl knows, without its text.
//
// Thread   main thread only.
// Memory   the seen set's 16-byte entries (seen_set.h) and 6 bytes a URL in blocks, so that growth copies nothing.
// Units    depth counts link hops from a seed; hops_left counts the link hops that may still follow.
#pragma once

#include <cstdint>
#include <deque>

#include "base/url_identity.h"
#include "crawler/frontier/seen_set.h"

namespace spinneret {

inline constexpr std::int16_t kUnlimitedHops = 0x7FFF;
inline constexpr std::int16_t kNoHops = -1;  // refused for depth: even the URL itself is a hop too far

// What is left after one more link.
inline std::int16_t OneHopLess(std::int16_t hops_left) {
  return hops_left == kUnlimitedHops || hops_left == kNoHops ? hops_left : static_cast<std::int16_t>(hops_left - 1);
}

enum class UrlFlag : std::uint16_t {
  kDepthRefused = 1,  // refused for depth alone: a shorter path admits it
  kScopeRefused = 2,  // refused for scope alone: a wider scope admits it
  kRefused = 4,       // refused for good
  kSeed = 8,
  kSeedChain = 16,     // a seed, or reached from one by redirects alone
  kDone = 32,          // has its outcome
  kCookieRetry = 64,   // was asked again because its redirect chain set a cookie
  kHopsRefused = 128,  // refused for its redirect hops alone: a shorter chain or a link admits it
  kFetched = 256,      // kDone by a response that is no redirect
  kNofollow = 512,     // only links that are not followed lead to it: the first path that counts has it judged
  kForeign = 1024,     // of a shared crawl: without a row of this agent's, as its host is another's or was
  kForwarded = 2048,   // kForeign, and its host's owner was told
  kRevisit = 4096,     // not kDone, and has the outcome of an earlier visit
};

class KnownUrls {
 public:
  UrlHandle Find(const UrlFingerprint& fingerprint) const { return seen_.Find(fingerprint); }
  // Handles are added in order: 1, 2, 3 …
  void Add(UrlHandle handle, const UrlFingerprint& fingerprint, std::uint32_t depth, std::int16_t hops_left);

  // As if it had been added now.
  void Reset(UrlHandle url, std::uint32_t depth, std::int16_t hops_left);

  std::uint32_t depth(UrlHandle url) const { return At(url).depth; }
  std::int16_t hops_left(UrlHandle url) const { return At(url).hops_left; }
  void SetPath(UrlHandle url, std::uint32_t depth, std::int16_t hops_left);

  bool Has(UrlHandle url, UrlFlag flag) const { return (At(url).flags & static_cast<std::uint16_t>(flag)) != 0; }
  void Set(UrlHandle url, UrlFlag flag) { At(url).flags |= static_cast<std::uint16_t>(flag); }
  void Clear(UrlHandle url, UrlFlag flag) { At(url).flags &= static_cast<std::uint16_t>(~static_cast<unsigned>(flag)); }

  std::size_t size() const { return states_.size(); }

 private:
  struct State {
    std::uint16_t depth = 0;  // saturates at 65535
    std::int16_t hops_left = kUnlimitedHops;
    std::uint16_t flags = 0;
  };
  State& At(UrlHandle url);
  const State& At(UrlHandle url) const;

  SeenSet seen_;
  std::deque<State> states_;  // index: handle - 1
};

}  // namespace spinneret
