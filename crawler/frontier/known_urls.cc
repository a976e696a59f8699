#include "crawler/frontier/known_urls.h"

#include <algorithm>

#include "base/check.h"

namespace spinneret {
namespace {

std::uint16_t Saturate(std::uint32_t depth) {
  return static_cast<std::uint16_t>(std::min<std::uint32_t>(depth, 0xFFFF));
}

}  // namespace

void KnownUrls::Add(UrlHandle handle, const UrlFingerprint& fingerprint, std::uint32_t depth, std::int16_t hops_left) {
  SPINNERET_CHECK(handle.value == states_.size() + 1, "stores issue handles in order");
  seen_.Insert(fingerprint, handle);
  states_.push_back(State{Saturate(depth), hops_left, 0});
}

void KnownUrls::SetPath(UrlHandle url, std::uint32_t depth, std::int16_t hops_left) {
  State& state = At(url);
  state.depth = Saturate(depth);
  state.hops_left = hops_left;
}

void KnownUrls::Reset(UrlHandle url, std::uint32_t depth, std::int16_t hops_left) {
  At(url) = State{Saturate(depth), hops_left, 0};
}

KnownUrls::State& KnownUrls::At(UrlHandle url) {
  SPINNERET_CHECK(url && url.value <= states_.size(), "a handle of this crawl");
  return states_[url.value - 1];
}

const KnownUrls::State& KnownUrls::At(UrlHandle url) const {
  SPINNERET_CHECK(url && url.value <= states_.size(), "a handle of this crawl");
  return states_[url.value - 1];
}

}  // namespace spinneret
