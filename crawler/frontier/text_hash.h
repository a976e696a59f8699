// The text of a page without its markup, as two numbers: two pages that differ in their links' addresses alone have the
// same, and two that differ in little have SimHashes that do (sim_hash.h).
//
// What counts  everything outside tags, comments, scripts and styles, as it stands. No parsing: a `>` inside an
//              attribute ends the tag.
// Thread       free function, no state.
#pragma once

#include <cstdint>
#include <string_view>

namespace spinneret {

struct TextPrints {
  std::uint64_t hash = 0;      // never 0
  std::uint64_t sim_hash = 0;  // 0: too little text
};
TextPrints TextPrintsOf(std::string_view html);

inline std::uint64_t TextHash(std::string_view html) {
  return TextPrintsOf(html).hash;
}

}  // namespace spinneret
