// The shape of a URL: what is left when everything that varies is replaced by its class, so that the URLs that one
// piece of a site's software makes have one shape.
//
// Classes   {n} digits · {date} a year with a month and perhaps a day, also over several segments or parameters ·
//           {id} hexadecimal, a UUID or letters with digits, 16 characters or more · {session} such a value, or one under
//           a name that sessions go by · {text} a slug, percent-encoded or long text, any other parameter's value.
// Path      a path three or more of whose segments occurred before is its set of segments: /(a|b)+
// Query     names in order, each once. Where a session is named, path and other parameters are left out: every page
//           comes back under each session.
// Bounds    64 segments, 32 parameters and 400 bytes of shape; what is beyond does not count.
// Thread    free functions, no state.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace spinneret {

struct UrlShape {
  static constexpr std::int32_t kNoDate = INT32_MIN;
  static constexpr std::size_t kMaxPairs = 8;

  std::uint64_t key = 0;         // of the shape's text; 0: nothing in the URL varies
  std::uint64_t family_key = 0;  // of host-relative path's shape, where there are two or more parameters; else 0
  std::uint64_t residue = 0;     // where has_session: of the URL without the session's value
  std::uint64_t names = 0;       // of the set of parameter names, where family_key
  std::array<std::uint64_t, kMaxPairs> pairs{};  // of the first parameters, name and value, where family_key
  std::uint8_t pair_count = 0;
  std::int32_t month = kNoDate;     // of the date: 12 * year + month - 1
  std::uint16_t repeats = 0;        // segments that occurred before in the path
  std::uint16_t query_repeats = 0;  // names that occurred before in the query
  std::uint16_t query_length = 0;   // bytes
  bool has_session = false;
  bool named_session = false;  // by a name that nothing else goes by

  bool has_date() const { return month != kNoDate; }
};

// Segments (or names) beyond the distinct ones from which a path (or query) counts as repeating itself.
inline constexpr std::uint16_t kRepeating = 3;

// `href` is absolute and serialised, without fragment. What is not http(s) has no shape.
UrlShape ShapeOf(std::string_view href);

// The shape as people read it: "/calendar/{date}", "/list?page={n}", "*?sid={session}".
std::string ShapeText(std::string_view href);
// Of the path alone, for a family: "/list?*".
std::string FamilyText(std::string_view href);

}  // namespace spinneret
