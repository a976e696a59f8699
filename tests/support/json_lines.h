// JSON Lines that the program wrote, as one array.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include <nlohmann/json.hpp>

namespace spinneret::testing {

// Throws where a line is no JSON. The last line may lack its end.
inline nlohmann::json ReadJsonLines(const std::string& text) {
  nlohmann::json rows = nlohmann::json::array();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    rows.push_back(nlohmann::json::parse(text.substr(at, end - at)));
    at = end + 1;
  }
  return rows;
}

}  // namespace spinneret::testing
