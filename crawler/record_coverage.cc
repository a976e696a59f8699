#include "crawler/record_coverage.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "crawler/frontier/trap_shape.h"

namespace spinneret {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kOtherShapes[] = "(others)";

bool IsFilled(const Json& value) {
  if (value.is_null()) {
    return false;
  }
  if (const auto* const text = value.get_ptr<const std::string*>()) {
    return !text->empty();
  }
  return !value.is_structured() || !value.empty();
}

std::string_view TypeOf(const Json& value) {
  switch (value.type()) {
    case Json::value_t::string:
      return "text";
    case Json::value_t::boolean:
      return "bool";
    case Json::value_t::array:
      return "list";
    case Json::value_t::object:
      return "object";
    default:
      return "number";
  }
}

// Characters, not bytes.
std::uint64_t LengthOf(std::string_view text) {
  return static_cast<std::uint64_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

RecordCoverage::RecordCoverage(std::string recipe, std::vector<std::string> fields)
    : recipe_(std::move(recipe)), names_(std::move(fields)) {
  all_.fields.resize(names_.size());
}

void RecordCoverage::Add(std::string_view url, const Json& record) {
  std::vector<Value> values;
  values.reserve(names_.size());
  for (const std::string& name : names_) {
    values.push_back(Measure(record, name));
  }
  AddTo(all_, values);
  std::string shape = ShapeText(url);
  if (shapes_.size() >= kCoverageShapes && !shapes_.contains(shape)) {
    shape = kOtherShapes;
  }
  Group& group = shapes_[shape];
  group.fields.resize(names_.size());
  AddTo(group, values);
}

RecordCoverage::Value RecordCoverage::Measure(const Json& record, const std::string& field) {
  const auto found = record.find(field);
  Value value;
  if (found == record.end() || !IsFilled(*found)) {
    return value;
  }
  value.filled = true;
  value.type = TypeOf(*found);
  value.hash = std::hash<Json>{}(*found);
  if (const auto* const text = found->get_ptr<const std::string*>()) {
    value.length = LengthOf(*text);
  } else if (found->is_array()) {
    value.length = found->size();
  }
  return value;
}

void RecordCoverage::AddTo(Group& group, const std::vector<Value>& values) {
  ++group.records;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Value& value = values[i];
    if (!value.filled) {
      continue;
    }
    Field& field = group.fields[i];
    ++field.filled;
    ++field.types[value.type];
    if (value.length) {
      field.shortest = field.measured == 0 ? *value.length : std::min(field.shortest, *value.length);
      field.longest = std::max(field.longest, *value.length);
      field.total_length += *value.length;
      ++field.measured;
    }
    if (field.values.size() < kCoverageDistinct) {
      field.values.insert(value.hash);
    }
  }
}

std::vector<CoverageRow> RecordCoverage::Rows() const {
  std::vector<CoverageRow> rows;
  AppendRows("", all_, rows);
  if (shapes_.size() > 1) {
    for (const auto& [shape, group] : shapes_) {
      AppendRows(shape, group, rows);
    }
  }
  return rows;
}

void RecordCoverage::AppendRows(const std::string& shape, const Group& group, std::vector<CoverageRow>& rows) const {
  CoverageRow whole;
  whole.recipe = recipe_;
  whole.shape = shape;
  whole.records = group.records;
  whole.filled = group.records;
  whole.types = "{}";
  rows.push_back(whole);
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const Field& field = group.fields[i];
    CoverageRow row = whole;
    row.field = names_[i];
    row.filled = field.filled;
    row.distinct_values = field.values.size();
    if (field.measured > 0) {
      row.shortest = field.shortest;
      row.longest = field.longest;
      row.mean_length = static_cast<double>(field.total_length) / static_cast<double>(field.measured);
    }
    Json types = Json::object();
    for (const auto& [type, count] : field.types) {
      types[std::string(type)] = count;
    }
    row.types = types.dump();
    rows.push_back(std::move(row));
  }
}

std::vector<std::string> CoverageDrift(const std::vector<CoverageRow>& before, const std::vector<CoverageRow>& now,
                                       double tolerance) {
  std::vector<std::string> drifted;
  for (const CoverageRow& row : now) {
    const auto was = std::find_if(before.begin(), before.end(), [&row](const CoverageRow& old) {
      return old.shape.empty() && old.recipe == row.recipe && old.field == row.field;
    });
    if (!row.shape.empty() || row.field.empty() || was == before.end() || was->records == 0 || row.records == 0 ||
        std::abs(was->rate() - row.rate()) <= tolerance) {
      continue;
    }
    drifted.push_back(
        fmt::format("{} filled in {:.1f} % ({:.1f} % before)", row.field, 100 * row.rate(), 100 * was->rate()));
  }
  return drifted;
}

}  // namespace spinneret
