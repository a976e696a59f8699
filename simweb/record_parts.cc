#include "simweb/record_parts.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace spinneret::simweb::internal {
namespace {

constexpr std::array<std::array<std::string_view, 12>, 3> kMonths = {
    {{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
      "December"},
     {"Januar", "Februar", "M\u00E4rz", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
      "Dezember"},
     {"janvier", "f\u00E9vrier", "mars", "avril", "mai", "juin", "juillet", "ao\u00FBt", "septembre", "octobre",
      "novembre", "d\u00E9cembre"}}};

}  // namespace

std::string_view LanguageTag(Language language) {
  constexpr std::array<std::string_view, 3> kTags = {"en", "de", "fr"};
  return kTags[static_cast<std::size_t>(language)];
}

std::uint32_t Draw(std::uint32_t number, std::uint32_t what, std::size_t count) {
  // splitmix64's finaliser.
  std::uint64_t z = (static_cast<std::uint64_t>(what) << 32U | number) + 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return static_cast<std::uint32_t>((z ^ (z >> 31U)) % count);
}

std::string Escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::optional<std::uint32_t> Count(std::string_view text, std::uint32_t most) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && value >= 1 && value <= most ? std::optional(value) : std::nullopt;
}

std::optional<std::uint32_t> TrailingNumber(std::string_view text, std::uint32_t most) {
  const std::size_t dash = text.rfind('-');
  return dash == std::string_view::npos ? std::nullopt : Count(text.substr(dash + 1), most);
}

std::optional<std::uint32_t> PageNumber(std::string_view query, std::uint32_t pages) {
  constexpr std::string_view kName = "page=";
  if (query.empty()) {
    return 1;
  }
  return query.starts_with(kName) ? Count(query.substr(kName.size()), pages) : std::nullopt;
}

std::string IsoDate(Date date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string_view MonthName(Date date, Language language) {
  return kMonths[static_cast<std::size_t>(language)][static_cast<unsigned>(date.month()) - 1];
}

std::string WrittenDate(Date date, Language language) {
  const std::string_view month = MonthName(date, language);
  const auto day = static_cast<unsigned>(date.day());
  const int year = static_cast<int>(date.year());
  switch (language) {
    case Language::kEnglish:
      return fmt::format("{} {}, {}", month, day, year);
    case Language::kGerman:
      return fmt::format("{}. {} {}", day, month, year);
    case Language::kFrench:
      return fmt::format("{} {} {}", day, month, year);
  }
  return {};
}

}  // namespace spinneret::simweb::internal
