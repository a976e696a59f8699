#include "parser/selector_scanner.h"

#include <cstdint>

#include "parser/html_text.h"

namespace spinneret::internal {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool BeginsName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool ContinuesName(char c) {
  return BeginsName(c) || (c >= '0' && c <= '9') || c == '-';
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = LowerAscii(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void AppendCodePoint(std::uint32_t value, std::string& out) {
  if (value == 0 || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
    out.append(kReplacement);
    return;
  }
  const auto tail = [&](unsigned shift) { out.push_back(static_cast<char>(0x80U | ((value >> shift) & 0x3FU))); };
  if (value < 0x80) {
    out.push_back(static_cast<char>(value));
  } else if (value < 0x800) {
    out.push_back(static_cast<char>(0xC0U | (value >> 6U)));
    tail(0);
  } else if (value < 0x10000) {
    out.push_back(static_cast<char>(0xE0U | (value >> 12U)));
    tail(6);
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xF0U | (value >> 18U)));
    tail(12);
    tail(6);
    tail(0);
  }
}

bool EndsLine(char c) {
  return c == '\n' || c == '\r' || c == '\f';
}

}  // namespace

void SelectorScanner::SkipComments() {
  while (Peek() == '/' && Peek(1) == '*') {
    const std::size_t end = text_.find("*/", at_ + 2);
    at_ = end == std::string_view::npos ? text_.size() : end + 2;
  }
}

bool SelectorScanner::SkipSpace() {
  bool space = false;
  for (;;) {
    const std::size_t before = at_;
    while (!AtEnd() && IsHtmlSpace(text_[at_])) {
      ++at_;
      space = true;
    }
    SkipComments();
    if (at_ == before) {
      return space;
    }
  }
}

// A backslash before a line's end escapes nothing outside a string.
bool SelectorScanner::EscapeAt(std::size_t at) const {
  return at < text_.size() && text_[at] == '\\' && (at + 1 == text_.size() || !EndsLine(text_[at + 1]));
}

// After the backslash.
void SelectorScanner::TakeEscape(std::string& out) {
  if (AtEnd()) {
    out.append(kReplacement);
    return;
  }
  if (HexDigit(text_[at_]) < 0) {
    // Bytes that follow in the same character are taken as parts of a name.
    if (text_[at_] == '\0') {
      out.append(kReplacement);
    } else {
      out.push_back(text_[at_]);
    }
    ++at_;
    return;
  }
  std::uint32_t value = 0;
  for (int digits = 0; digits < 6 && !AtEnd() && HexDigit(text_[at_]) >= 0; ++digits) {
    value = value * 16 + static_cast<std::uint32_t>(HexDigit(text_[at_++]));
  }
  if (Peek() == '\r' && Peek(1) == '\n') {
    at_ += 2;
  } else if (!AtEnd() && IsHtmlSpace(text_[at_])) {
    ++at_;
  }
  AppendCodePoint(value, out);
}

bool SelectorScanner::NameBegins() const {
  const char first = Peek();
  if (first == '-') {
    return BeginsName(Peek(1)) || Peek(1) == '-' || EscapeAt(at_ + 1);
  }
  return (!AtEnd() && BeginsName(first)) || EscapeAt(at_) || (!AtEnd() && first == '\0');
}

std::optional<std::string> SelectorScanner::TakeName() {
  if (!NameBegins()) {
    return std::nullopt;
  }
  std::string name;
  while (!AtEnd()) {
    if (EscapeAt(at_)) {
      ++at_;
      TakeEscape(name);
    } else if (text_[at_] == '\0') {
      name.append(kReplacement);
      ++at_;
    } else if (ContinuesName(text_[at_])) {
      name.push_back(text_[at_++]);
    } else {
      break;
    }
  }
  return name;
}

bool SelectorScanner::TakeKeyword(std::string_view keyword) {
  const std::size_t start = at_;
  const std::optional<std::string> name = TakeName();
  if (name && EqualsIgnoringCase(*name, keyword)) {
    return true;
  }
  at_ = start;
  return false;
}

std::optional<std::string> SelectorScanner::TakeString() {
  const char quote = Peek();
  ++at_;
  std::string value;
  while (!AtEnd()) {
    const char c = text_[at_];
    if (c == quote) {
      ++at_;
      return value;
    }
    if (EndsLine(c)) {
      return std::nullopt;
    }
    ++at_;
    if (c == '\0') {
      value.append(kReplacement);
    } else if (c != '\\') {
      value.push_back(c);
    } else if (Peek() == '\r' && Peek(1) == '\n') {
      at_ += 2;
    } else if (!AtEnd() && EndsLine(text_[at_])) {
      ++at_;
    } else if (!AtEnd()) {
      TakeEscape(value);
    }
  }
  return value;  // what ends with the text is closed by it
}

std::size_t SelectorScanner::ColumnOf(std::size_t at) const {
  std::size_t column = 1;
  for (std::size_t i = 0; i < at && i < text_.size(); ++i) {
    column += (static_cast<unsigned char>(text_[i]) & 0xC0U) != 0x80U ? 1 : 0;
  }
  return column;
}

std::string SelectorScanner::Found() const {
  if (AtEnd()) {
    return "the end";
  }
  std::string found = "'";
  std::size_t end = at_ + 1;
  while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0U) == 0x80U) {
    ++end;
  }
  const bool control = static_cast<unsigned char>(text_[at_]) < 0x20;
  return control ? "a control character" : found.append(text_.substr(at_, end - at_)).append("'");
}

}  // namespace spinneret::internal
