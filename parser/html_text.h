// Small questions about text that every reader of HTML asks: white space, ASCII case, lists of tokens, and text as one
// line. White space is the HTML standard's ASCII white space; a no-break space is not.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace spinneret::internal {

constexpr bool IsHtmlSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

// What stands between words when they are counted: white space, and the control characters that nobody sees.
constexpr bool PartsWords(char c) {
  return static_cast<unsigned char>(c) <= ' ';
}

constexpr char LowerAscii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void MakeLowerAscii(std::string& text);
std::string LowerAsciiOf(std::string_view text);

inline bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return LowerAscii(x) == LowerAscii(y); });
}

std::string_view TrimmedHtmlSpace(std::string_view text);

// Takes the next token from the front of `list`; empty when there is none.
std::string_view TakeToken(std::string_view& list);
// ASCII case is ignored.
bool HasToken(std::string_view list, std::string_view wanted);

// Cuts `text` to `limit` bytes, on a character.
void CutTo(std::string& text, std::size_t limit);

// Gathers text with each run of white space as one space and none at the ends, up to a limit. The text is kept by the
// caller, and holds nothing else.
class TextCollapser {
 public:
  bool full() const { return full_; }
  void Append(std::string_view text, std::size_t limit, std::string& out);

 private:
  bool space_ = false;
  bool full_ = false;
};

std::string Collapsed(std::string_view text, std::size_t limit = static_cast<std::size_t>(-2));

}  // namespace spinneret::internal
