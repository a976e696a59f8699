// What the sites with records share, and one pair of functions for each of them. Not for other rooms.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simweb/record_sites.h"

namespace spinneret::simweb::internal {

// `path` begins with the site's home.
std::optional<std::string> ShopPage(std::string_view path, std::string_view query, std::uint32_t records);
std::vector<PublishedRecord> ShopRecords(std::uint32_t records, std::string_view origin);
std::optional<std::string> BlogPage(std::string_view path, std::string_view query, std::uint32_t records);
std::vector<PublishedRecord> BlogRecords(std::uint32_t records, std::string_view origin);
std::optional<std::string> JobsPage(std::string_view path, std::string_view query, std::uint32_t records);
std::vector<PublishedRecord> JobsRecords(std::uint32_t records, std::string_view origin);

enum class Language : std::uint8_t { kEnglish, kGerman, kFrench };
std::string_view LanguageTag(Language language);

// Below `count`, as good as drawn, and always the same for thing `number` and question `what`.
std::uint32_t Draw(std::uint32_t number, std::uint32_t what, std::size_t count);
template <class T, std::size_t kCount>
const T& DrawOf(const T (&from)[kCount], std::uint32_t number, std::uint32_t what) {
  return from[Draw(number, what, kCount)];
}

// Text that may stand between tags, and in an attribute within quotes of either kind.
std::string Escaped(std::string_view text);

// A decimal number and nothing else, from 1 to `most`.
std::optional<std::uint32_t> Count(std::string_view text, std::uint32_t most);
// The number that ends "…-17".
std::optional<std::uint32_t> TrailingNumber(std::string_view text, std::uint32_t most);
// Which page "page=3" asks for; none is the first.
std::optional<std::uint32_t> PageNumber(std::string_view query, std::uint32_t pages);

using Date = std::chrono::year_month_day;
std::string IsoDate(Date date);
// "12. M\u00E4rz 2024", "March 12, 2024", "12 mars 2024"
std::string WrittenDate(Date date, Language language);
std::string_view MonthName(Date date, Language language);

}  // namespace spinneret::simweb::internal
