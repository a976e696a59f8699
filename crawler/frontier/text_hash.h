// The text of a page without its markup, as one number: two pages that differ in their links' addresses alone have the
// same.
//
// What counts  everything outside tags, comments, scripts and styles, as it stands. No parsing: a `>` inside an
//              attribute ends the tag.
// Thread       free function, no state.
#pragma once

#include <cstdint>
#include <string_view>

namespace spinneret {

// Never 0.
std::uint64_t TextHash(std::string_view html);

}  // namespace spinneret
