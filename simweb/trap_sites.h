// Sites without an end, each with some pages worth having: what a crawler has to leave by itself. Pure functions of the
// target.
//
//   /traps/calendar/  a page for every month, each with its own text, that leads to the months before and after
//   /traps/maze/      24 rooms; every link to one carries a session id that was never seen before
//   /traps/path/      a relative link that makes the path one segment longer on every page
//   /traps/shop/      60 products under a list with seven filters that combine freely
//
// /traps/ leads to the four.
// Thread   free functions, no state.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spinneret::simweb {

enum class TrapKind : std::uint8_t { kCalendar, kMaze, kPath, kShop };
inline constexpr std::array<TrapKind, 4> kTrapKinds = {TrapKind::kCalendar, TrapKind::kMaze, TrapKind::kPath,
                                                       TrapKind::kShop};

inline constexpr std::string_view kTrapRoot = "/traps/";

// "/traps/calendar/"
std::string_view TrapHome(TrapKind kind);
// Paths of the pages worth having, the home page among them.
std::vector<std::string> RealPagesOf(TrapKind kind);
// The HTML at a path and query; nothing where there is no page.
std::optional<std::string> TrapPage(std::string_view target);

}  // namespace spinneret::simweb
