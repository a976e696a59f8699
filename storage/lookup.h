// The SQL of storage/lookups/, by name, for what this room reads from a database.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "storage/sqlite/reader.h"

namespace spinneret {

// One row of an answer; what is NULL, or of another type than asked for, is empty or 0.
class RowView {
 public:
  explicit RowView(const std::vector<Cell>& cells) : cells_(cells) {}

  bool IsNull(std::size_t column) const { return std::holds_alternative<std::monostate>(cells_[column]); }
  std::int64_t Integer(std::size_t column) const {
    const auto* value = std::get_if<std::int64_t>(&cells_[column]);
    return value == nullptr ? 0 : *value;
  }
  double Real(std::size_t column, double otherwise) const {
    const auto* value = std::get_if<double>(&cells_[column]);
    return value == nullptr ? otherwise : *value;
  }
  std::string Text(std::size_t column) const {
    const auto* value = std::get_if<std::string>(&cells_[column]);
    return value == nullptr ? std::string() : *value;
  }
  std::string Bytes(std::size_t column) const {
    const auto* value = std::get_if<Blob>(&cells_[column]);
    return value == nullptr ? std::string() : value->bytes;
  }

 private:
  const std::vector<Cell>& cells_;
};

// `name` must be a file's there. `visit` returns false to stop.
Result<void> LookUp(Reader& reader, std::string_view name, std::span<const Cell> parameters,
                    const std::function<bool(const RowView&)>& visit);

}  // namespace spinneret
