#include "cli/record_diff.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace spinneret::cli {
namespace {

using Json = nlohmann::ordered_json;

Json ArrayOf(std::string_view text) {
  Json json = text.empty() ? Json::array() : Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_array() ? json : Json::array();
}

Json OneSided(const Json& record, const char* side) {
  Json fields = Json::object();
  for (const auto& [name, value] : record.items()) {
    fields[name][side] = value;
  }
  return fields;
}

Json Changed(const Json& before, const Json& after) {
  Json fields = Json::object();
  for (const auto& [name, value] : before.items()) {
    const auto found = after.find(name);
    if (found == after.end() || *found != value) {
      fields[name] = {{"old", value}, {"new", found == after.end() ? Json() : *found}};
    }
  }
  for (const auto& [name, value] : after.items()) {
    if (!before.contains(name)) {
      fields[name] = {{"old", nullptr}, {"new", value}};
    }
  }
  return fields;
}

std::string Words(const Json& field, const char* side) {
  const auto found = field.find(side);
  return found == field.end() || found->is_null() ? "nothing"
                                                  : found->dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::vector<RecordDifference> CompareRecords(std::string_view before, std::string_view after) {
  const Json old_records = ArrayOf(before);
  const Json new_records = ArrayOf(after);
  std::vector<RecordDifference> differences;
  for (std::size_t i = 0; i < std::max(old_records.size(), new_records.size()); ++i) {
    RecordDifference difference;
    difference.index = i;
    if (i >= old_records.size()) {
      difference.kind = "added";
      difference.fields = OneSided(new_records[i], "new");
    } else if (i >= new_records.size()) {
      difference.kind = "gone";
      difference.fields = OneSided(old_records[i], "old");
    } else if (old_records[i].is_object() && new_records[i].is_object()) {
      difference.kind = "changed";
      difference.fields = Changed(old_records[i], new_records[i]);
      if (difference.fields.empty()) {
        continue;
      }
    } else {
      continue;  // a record is an object
    }
    differences.push_back(std::move(difference));
  }
  return differences;
}

std::string DifferenceWords(const RecordDifference& difference) {
  std::vector<std::string> words;
  for (const auto& [name, field] : difference.fields.items()) {
    words.push_back(difference.kind == "changed"
                        ? fmt::format("{} {} -> {}", name, Words(field, "old"), Words(field, "new"))
                        : fmt::format("{} {}", name, Words(field, difference.kind == "added" ? "new" : "old")));
  }
  const std::string all = fmt::format("{}", fmt::join(words, ", "));
  return difference.kind == "changed" ? all : fmt::format("{} record: {}", difference.kind, all);
}

}  // namespace spinneret::cli
