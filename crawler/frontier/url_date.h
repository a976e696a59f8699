// Dates as URLs write them.
//
// Years   1500 … 2200: other numbers of four digits are as often ids.
// Thread  free functions, no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spinneret {

// The whole text: "2031" · "5", "05", "may", "May" · "9", "09".
std::optional<int> ReadYear(std::string_view text);
std::optional<int> ReadMonth(std::string_view text);
std::optional<int> ReadDay(std::string_view text);

// Months since the year 0.
inline std::int32_t MonthIndex(int year, int month) {
  return 12 * year + month - 1;
}

// MonthIndex of a moment, in milliseconds since 1970 UTC.
std::int32_t MonthAt(std::int64_t wall_ms);

struct DateInText {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::int32_t month = 0;  // MonthIndex
};
// The first of "2031-05", "2031-05-09" (or with `_` or `.`) and "20310509" that stands in `text`.
std::optional<DateInText> FindDate(std::string_view text);

}  // namespace spinneret
