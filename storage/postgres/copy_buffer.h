// CopyBuffer: rows for one table in the binary form of COPY, which needs no escaping and which the server reads fastest.
//
// Use      Row(fields), then one call for each field in the order of the columns.
// Source   PostgreSQL documentation, COPY, "Binary Format".
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/clean_text.h"

namespace spinneret {

class CopyBuffer {
 public:
  void Row(std::int16_t fields) {
    if (bytes_.empty()) {
      bytes_.append("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
    }
    Append(fields);
    ++rows_;
  }
  void Null() { Append(std::int32_t{-1}); }
  void Small(std::int16_t value) { Field(value); }
  void Integer(std::int32_t value) { Field(value); }
  void Big(std::int64_t value) { Field(value); }
  void Bool(bool value) {
    Append(std::int32_t{1});
    bytes_ += value ? '\1' : '\0';
  }
  void Real(double value) { Field(std::bit_cast<std::int64_t>(value)); }
  void Bytes(std::string_view value) {
    Append(static_cast<std::int32_t>(value.size()));
    bytes_ += value;
  }
  void Text(std::string_view value) { IsCleanText(value) ? Bytes(value) : Bytes(CleanText(value)); }
  void TextOrNull(std::string_view value) { value.empty() ? Null() : Text(value); }
  void BytesOrNull(std::string_view value) { value.empty() ? Null() : Bytes(value); }
  void RealUnlessNegative(double value) { value < 0 ? Null() : Real(value); }

  // Keeps its memory.
  void Clear() {
    bytes_.clear();
    rows_ = 0;
  }

  bool empty() const { return rows_ == 0; }
  std::size_t rows() const { return rows_; }
  // All rows so far, without the end mark.
  const std::string& bytes() const { return bytes_; }
  static std::string_view end_mark() { return {"\377\377", 2}; }

 private:
  template <class T>
  void Append(T value) {
    for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
      bytes_ += static_cast<char>((static_cast<std::uint64_t>(value) >> static_cast<unsigned>(shift)) & 0xFFU);
    }
  }
  template <class T>
  void Field(T value) {
    Append(static_cast<std::int32_t>(sizeof(T)));
    Append(value);
  }

  std::string bytes_;
  std::size_t rows_ = 0;
};

}  // namespace spinneret
