#include "parser/refresh.h"

#include <limits>

namespace spinneret {
namespace {

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

void SkipSpace(std::string_view& text) {
  while (!text.empty() && IsSpace(text.front())) {
    text.remove_prefix(1);
  }
}

// Takes one letter, given in lower case, that may be written in either.
bool Take(std::string_view& text, char letter) {
  if (text.empty() || (text.front() != letter && text.front() != letter - 'a' + 'A')) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

// Takes "url=" and the quote behind it. What does not begin so is the URL itself, as a whole: "urls/1" is one.
std::string_view UrlOf(std::string_view text) {
  std::string_view rest = text;
  if (Take(rest, 'u')) {
    if (!Take(rest, 'r') || !Take(rest, 'l')) {
      return text;
    }
    SkipSpace(rest);
    if (rest.empty() || rest.front() != '=') {
      return text;
    }
    rest.remove_prefix(1);
    SkipSpace(rest);
  }
  if (!rest.empty() && (rest.front() == '\'' || rest.front() == '"')) {
    const char quote = rest.front();
    rest.remove_prefix(1);
    rest = rest.substr(0, rest.find(quote));
  }
  return rest;
}

}  // namespace

std::optional<Refresh> ParseRefresh(std::string_view value) {
  SkipSpace(value);
  if (value.empty() || (!IsDigit(value.front()) && value.front() != '.')) {
    return std::nullopt;
  }
  Refresh refresh;
  for (; !value.empty() && IsDigit(value.front()); value.remove_prefix(1)) {
    const auto digit = static_cast<std::uint32_t>(value.front() - '0');
    constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
    refresh.delay_seconds = refresh.delay_seconds > (kMost - digit) / 10 ? kMost : refresh.delay_seconds * 10 + digit;
  }
  while (!value.empty() && (IsDigit(value.front()) || value.front() == '.')) {
    value.remove_prefix(1);  // fractions count for nothing
  }
  if (value.empty()) {
    return refresh;
  }
  if (value.front() != ';' && value.front() != ',' && !IsSpace(value.front())) {
    return std::nullopt;
  }
  SkipSpace(value);
  if (!value.empty() && (value.front() == ';' || value.front() == ',')) {
    value.remove_prefix(1);
  }
  SkipSpace(value);
  refresh.url = UrlOf(value);
  return refresh;
}

}  // namespace spinneret
