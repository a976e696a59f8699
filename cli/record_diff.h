// Records of a page before and after, field by field.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <nlohmann/json_fwd.hpp>

namespace spinneret::cli {

struct RecordDifference {
  std::size_t index = 0;  // among the page's records of this recipe, from 0
  std::string_view kind;  // "added" "gone" "changed"
  // {FIELD: {"old": value, "new": value}}; of an added or gone record one of the two.
  nlohmann::ordered_json fields = nlohmann::ordered_json::object();
};

// JSON arrays of objects; empty text: none. The n-th record before is compared with the n-th after.
std::vector<RecordDifference> CompareRecords(std::string_view before, std::string_view after);

// "price 3.5 -> 4, tag nothing -> "red"".
std::string DifferenceWords(const RecordDifference& difference);

}  // namespace spinneret::cli
