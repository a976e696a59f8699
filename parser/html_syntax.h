// The parts of HTML's syntax that need no knowledge of the page: the attributes of a tag, where a comment ends, where
// raw text ends.
//
// Source   HTML standard §13.2.5.32 to 40 (attributes), 43 to 52 (comments), 9 to 31 (raw text, scripts and their
//          escapes).
// Input    any bytes; linear in what is passed over.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "parser/html_tags.h"

namespace spinneret::internal {

// The elements whose content is text to the tokenizer, up to their own end tag.
constexpr bool IsRawTextTag(TagKey tag) {
  switch (tag) {
    case KeyOfTag("script"):
    case KeyOfTag("style"):
    case KeyOfTag("xmp"):
    case KeyOfTag("iframe"):
    case KeyOfTag("noembed"):
    case KeyOfTag("noframes"):
    case KeyOfTag("title"):
    case KeyOfTag("textarea"):
      return true;
    default:
      return false;
  }
}

// Reads the attributes of a tag one by one.
class AttributeReader {
 public:
  // `at` is behind the tag's name.
  AttributeReader(std::string_view html, std::size_t at) : html_(html), at_(at) {}

  // False behind the tag's end, or at the end of the page.
  bool Next() {
    while (at_ < html_.size()) {
      const char c = html_[at_];
      if (c == '>') {
        ++at_;
        closed_ = true;
        return false;
      }
      ++at_;
      if (c == '/') {
        self_closing_ = at_ < html_.size() && html_[at_] == '>';
      } else if (!IsHtmlSpace(c)) {
        ReadAttribute();
        return true;
      }
    }
    return false;
  }

  // As written, character references and all. The value is empty when there is none.
  std::string_view name() const { return name_; }
  std::string_view value() const { return value_; }

  // After the last: where the tag ends, whether it does, and whether as "/>".
  std::size_t at() const { return at_; }
  bool closed() const { return closed_; }
  bool self_closing() const { return self_closing_; }

 private:
  // at_ is behind the first character of a name, which may be any, '=' too.
  void ReadAttribute() {
    const std::size_t begin = at_ - 1;
    while (at_ < html_.size() && !IsHtmlSpace(html_[at_]) && html_[at_] != '/' && html_[at_] != '>' &&
           html_[at_] != '=') {
      ++at_;
    }
    name_ = html_.substr(begin, at_ - begin);
    value_ = {};
    SkipSpace();
    if (at_ == html_.size() || html_[at_] != '=') {
      return;
    }
    ++at_;
    SkipSpace();
    if (at_ == html_.size()) {
      return;
    }
    const char quote = html_[at_];
    if (quote == '"' || quote == '\'') {
      ++at_;
      const std::size_t end = std::min(html_.find(quote, at_), html_.size());
      value_ = html_.substr(at_, end - at_);
      at_ = std::min(end + 1, html_.size());
      return;
    }
    const std::size_t value = at_;
    while (at_ < html_.size() && !IsHtmlSpace(html_[at_]) && html_[at_] != '>') {
      ++at_;
    }
    value_ = html_.substr(value, at_ - value);
  }

  void SkipSpace() {
    while (at_ < html_.size() && IsHtmlSpace(html_[at_])) {
      ++at_;
    }
  }

  std::string_view html_;
  std::size_t at_;
  std::string_view name_;
  std::string_view value_;
  bool closed_ = false;
  bool self_closing_ = false;
};

struct CommentEnd {
  std::size_t content_end;  // of what stands between the marks
  std::size_t behind;       // the end mark
};

// `content` is behind "<!--". A comment that nothing ends goes on to the end of the page.
CommentEnd FindCommentEnd(std::string_view html, std::size_t content);

// The position of the "</name" that ends the raw text that begins at `content`, or the page's size. `name` in any case.
std::size_t FindRawTextEnd(std::string_view html, std::size_t content, std::string_view name);

}  // namespace spinneret::internal
