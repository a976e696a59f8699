// What is counted of a recipe's records: the rows of table `coverage`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace spinneret {

struct CoverageRow {
  std::string recipe;
  std::string shape;  // of the pages' URLs; empty: all of them
  std::string field;  // empty: the records themselves
  std::uint64_t records = 0;
  std::uint64_t filled = 0;
  std::uint64_t distinct_values = 0;
  std::optional<std::uint64_t> shortest, longest;  // characters of text, items of lists
  std::optional<double> mean_length;
  std::string types;  // JSON: {"number": 3}

  double rate() const { return records == 0 ? 0 : static_cast<double>(filled) / static_cast<double>(records); }
};

}  // namespace spinneret
