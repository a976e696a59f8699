// How a URL and its host are named between the rooms: by keyed hashes of their text, and by a store's opaque handle.
//
// The hashes are made by crawler/frontier (identity.h) under a secret that is drawn for each database: an unkeyed hash
// could be forged by a hostile page to make other URLs look known.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace spinneret {

// Which URL: the first 96 bits of a keyed hash of its canonical key (docs/canonical_url.md). With 100 M URLs the chance
// that any two collide is below 10^-13.
struct UrlFingerprint {
  std::array<std::uint32_t, 3> words{};
  friend auto operator<=>(const UrlFingerprint&, const UrlFingerprint&) = default;
};

// Which host: a keyed 64-bit hash of "name" or "name:port" (port only when it is not the scheme's default).
struct HostKey {
  std::uint64_t value = 0;
  friend auto operator<=>(const HostKey&, const HostKey&) = default;
};

// A known URL, as the store that issued it names it. Dense: a store issues 1, 2, 3 … and goes on there after a resume,
// so that arrays may be indexed by it. 0 is no URL. 32 bits bound one agent to 4.29 billion known URLs.
struct UrlHandle {
  std::uint32_t value = 0;
  explicit operator bool() const { return value != 0; }
  friend auto operator<=>(const UrlHandle&, const UrlHandle&) = default;
};

// The secret of one database: 192 bytes, as XXH3 takes it.
using HashSecret = std::array<std::byte, 192>;

}  // namespace spinneret

template <>
struct std::hash<spinneret::UrlFingerprint> {
  using is_avalanching = void;  // the words are already well mixed
  std::size_t operator()(const spinneret::UrlFingerprint& f) const noexcept {
    return (static_cast<std::size_t>(f.words[1]) << 32U) | f.words[0];
  }
};
template <>
struct std::hash<spinneret::HostKey> {
  using is_avalanching = void;
  std::size_t operator()(const spinneret::HostKey& k) const noexcept { return k.value; }
};
