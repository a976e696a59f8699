// RecordCoverage: how much of a recipe's fields its records have, over all pages and by the shape of their URLs.
//
// Filled    not null, and no empty text, list or object. false and 0 are values.
// Bounds    kCoverageShapes shapes are told apart, those that come later are "(others)"; kCoverageDistinct different
//           values are counted.
// Thread    one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>
#include <nlohmann/json_fwd.hpp>

#include "storage/coverage_row.h"

namespace spinneret {

inline constexpr std::size_t kCoverageShapes = 100;
inline constexpr std::size_t kCoverageDistinct = 10'000;

class RecordCoverage {
 public:
  RecordCoverage(std::string recipe, std::vector<std::string> fields);

  // `record` is a JSON object; `url` that of its page.
  void Add(std::string_view url, const nlohmann::ordered_json& record);

  // For all pages together, then for each shape where there are several: a row for the records, and one for each field.
  std::vector<CoverageRow> Rows() const;

 private:
  struct Field {
    std::uint64_t filled = 0;
    std::uint64_t measured = 0;  // texts and lists
    std::uint64_t shortest = 0, longest = 0, total_length = 0;
    std::map<std::string_view, std::uint64_t> types;
    boost::unordered_flat_set<std::uint64_t> values;  // hashes
  };
  // One value of one record.
  struct Value {
    bool filled = false;
    std::string_view type;
    std::optional<std::uint64_t> length;
    std::uint64_t hash = 0;
  };
  struct Group {
    std::uint64_t records = 0;
    std::vector<Field> fields;
  };

  static Value Measure(const nlohmann::ordered_json& record, const std::string& field);
  static void AddTo(Group& group, const std::vector<Value>& values);
  void AppendRows(const std::string& shape, const Group& group, std::vector<CoverageRow>& rows) const;

  const std::string recipe_;
  const std::vector<std::string> names_;
  Group all_;
  std::map<std::string, Group> shapes_;
};

// "price filled in 93.2 % (97.0 % before)": the fields whose fill rate is not what it was by more than `tolerance`, over
// all pages. Both as RecordCoverage::Rows gives them.
std::vector<std::string> CoverageDrift(const std::vector<CoverageRow>& before, const std::vector<CoverageRow>& now,
                                       double tolerance);

}  // namespace spinneret
