// The tokens that selectors are made of (CSS Syntax Level 3 §4): names with escapes, strings, white space and comments.
// For selector_parser.cc.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace spinneret::internal {

class SelectorScanner {
 public:
  // `text` must outlive this.
  explicit SelectorScanner(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  void MoveTo(std::size_t at) { at_ = at; }
  bool AtEnd() const { return at_ >= text_.size(); }
  // '\0' at the end; a NUL of the text is seen as one that cannot begin anything, too.
  char Peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool Take(char c) {
    if (AtEnd() || text_[at_] != c) {
      return false;
    }
    ++at_;
    return true;
  }

  void SkipComments();
  // White space and comments; true when there was white space.
  bool SkipSpace();

  // A name that may begin here (§4.3.9), with escapes undone; nothing, and no step, when none does.
  std::optional<std::string> TakeName();
  bool NameBegins() const;
  // That name alone, ASCII case ignored; no step when it is another.
  bool TakeKeyword(std::string_view keyword);
  // A string in the quotes that stand here; nothing when a line ends in it.
  std::optional<std::string> TakeString();

  // The number of the character at byte `at`, from 1.
  std::size_t ColumnOf(std::size_t at) const;
  // At the '|' after a prefix: "a|b" has one, "a|=b" and "a||b" have not.
  bool AtPrefixEnd() const { return Peek() == '|' && Peek(1) != '=' && Peek(1) != '|'; }
  // What stands here, for a message: "'x'", "the end".
  std::string Found() const;

 private:
  bool EscapeAt(std::size_t at) const;
  void TakeEscape(std::string& out);

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace spinneret::internal
