#include "parser/html_text.h"

namespace spinneret::internal {

void MakeLowerAscii(std::string& text) {
  std::transform(text.begin(), text.end(), text.begin(), LowerAscii);
}

std::string LowerAsciiOf(std::string_view text) {
  std::string lower(text);
  MakeLowerAscii(lower);
  return lower;
}

std::string_view TrimmedHtmlSpace(std::string_view text) {
  while (!text.empty() && IsHtmlSpace(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && IsHtmlSpace(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

std::string_view TakeToken(std::string_view& list) {
  std::size_t start = 0;
  while (start < list.size() && IsHtmlSpace(list[start])) {
    ++start;
  }
  std::size_t end = start;
  while (end < list.size() && !IsHtmlSpace(list[end])) {
    ++end;
  }
  const std::string_view token = list.substr(start, end - start);
  list.remove_prefix(end);
  return token;
}

bool HasToken(std::string_view list, std::string_view wanted) {
  for (std::string_view token = TakeToken(list); !token.empty(); token = TakeToken(list)) {
    if (EqualsIgnoringCase(token, wanted)) {
      return true;
    }
  }
  return false;
}

void CutTo(std::string& text, std::size_t limit) {
  if (text.size() <= limit) {
    return;
  }
  std::size_t size = limit;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) {
    --size;
  }
  text.resize(size);
}

void TextCollapser::Append(std::string_view text, std::size_t limit, std::string& out) {
  for (std::size_t i = 0; i < text.size() && !full_;) {
    if (IsHtmlSpace(text[i])) {
      space_ = true;
      ++i;
      continue;
    }
    const std::size_t start = i;
    while (i < text.size() && !IsHtmlSpace(text[i])) {
      ++i;
    }
    if (space_ && !out.empty()) {
      out.push_back(' ');
    }
    space_ = false;
    out.append(text.substr(start, std::min(i - start, limit + 1)));
    if (out.size() > limit) {
      CutTo(out, limit);
      while (!out.empty() && out.back() == ' ') {
        out.pop_back();
      }
      full_ = true;
    }
  }
}

std::string Collapsed(std::string_view text, std::size_t limit) {
  std::string out;
  TextCollapser().Append(text, limit, out);
  return out;
}

}  // namespace spinneret::internal
