// "Did you mean": the nearest right name to a wrong one.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace spinneret::cli {

// Edits (insert, delete, replace, swap of neighbours) that make one of the other. Bytes, case ignored.
std::size_t EditDistance(std::string_view a, std::string_view b);

// The candidate nearest to `word`; none when even that is not alike. Of equals, the first. A word longer than 64 bytes
// is like nothing.
std::optional<std::string> FindNearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace spinneret::cli
