#include "parser/mime_type.h"

#include <algorithm>

namespace spinneret {
namespace {

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
// HTTP white space (Fetch standard).
bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool IsTokenCharacter(char c) {
  return (c >= '0' && c <= '9') || (Lower(c) >= 'a' && Lower(c) <= 'z') ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}
bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenCharacter);
}
bool IsQuotable(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
}

std::string_view TrimRight(std::string_view text) {
  while (!text.empty() && IsSpace(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}
std::string_view TrimLeft(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) {
    text.remove_prefix(1);
  }
  return text;
}

// Takes what stands before the first of `stops`, which stays.
std::string_view TakeUntil(std::string_view& text, std::string_view stops) {
  const std::string_view taken = text.substr(0, std::min(text.size(), text.find_first_of(stops)));
  text.remove_prefix(taken.size());
  return taken;
}

// Takes a quoted string, whose opening quote `text` begins with (Fetch standard, "collect an HTTP quoted string").
std::string TakeQuoted(std::string_view& text) {
  std::string value;
  text.remove_prefix(1);
  while (!text.empty()) {
    char c = text.front();
    text.remove_prefix(1);
    if (c == '"') {
      break;
    }
    if (c == '\\' && !text.empty()) {
      c = text.front();
      text.remove_prefix(1);
    }
    value.push_back(c);
  }
  return value;
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return Lower(x) == Lower(y); });
}

}  // namespace

MimeType ParseMimeType(std::string_view content_type) {
  std::string_view rest = TrimRight(TrimLeft(content_type));
  const std::string_view type = TakeUntil(rest, "/");
  if (!IsToken(type) || rest.empty()) {
    return {};
  }
  rest.remove_prefix(1);
  const std::string_view subtype = TrimRight(TakeUntil(rest, ";"));
  if (!IsToken(subtype)) {
    return {};
  }
  MimeType mime;
  mime.essence.reserve(type.size() + 1 + subtype.size());
  std::transform(type.begin(), type.end(), std::back_inserter(mime.essence), Lower);
  mime.essence.push_back('/');
  std::transform(subtype.begin(), subtype.end(), std::back_inserter(mime.essence), Lower);

  // The first charset that is one counts.
  while (mime.charset.empty() && !rest.empty()) {
    rest.remove_prefix(1);  // ';'
    rest = TrimLeft(rest);
    const std::string_view name = TakeUntil(rest, ";=");
    if (rest.empty() || rest.front() == ';') {
      continue;
    }
    rest.remove_prefix(1);
    std::string value;
    if (!rest.empty() && rest.front() == '"') {
      value = TakeQuoted(rest);
      TakeUntil(rest, ";");
    } else {
      value = TrimRight(TakeUntil(rest, ";"));
    }
    if (EqualsIgnoringCase(name, "charset") && std::all_of(value.begin(), value.end(), IsQuotable)) {
      mime.charset = std::move(value);
    }
  }
  return mime;
}

bool IsHtml(std::string_view essence) {
  return essence == "text/html" || essence == "application/xhtml+xml";
}

}  // namespace spinneret
