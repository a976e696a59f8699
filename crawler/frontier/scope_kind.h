// How far from the seeds a crawl goes (--scope).
#pragma once

#include <cstdint>

namespace spinneret {

enum class ScopeKind : std::uint8_t {
  kPage,    // the seeds alone
  kPrefix,  // a seed's directory and below
  kHost,    // the seeds' hosts
  kDomain,  // the seeds' registrable domains
  kAny,     // anywhere
};

}  // namespace spinneret
