#include "parser/html_bounds.h"

#include <algorithm>
#include <cstdint>

#include "parser/html_outline.h"
#include "parser/html_syntax.h"

namespace spinneret::internal {
namespace {

// In the units of HtmlOutline::work(), some nanoseconds each: what no page that people read comes near.
constexpr std::uint64_t kMaxWork = 200'000'000;
// About what gumbo's tree takes for each thing, in bytes.
constexpr std::size_t kElementBytes = 224;
constexpr std::size_t kAttributeBytes = 160;
constexpr std::size_t kTextBytes = 176;
constexpr std::size_t kReopenedBytes = 384;
// What is left out of one script or comment has to be worth the copying of what is kept.
constexpr std::size_t kMinDropped = 32;

bool IsAlpha(char c) {
  return LowerAscii(c) >= 'a' && LowerAscii(c) <= 'z';
}
bool IsDroppedTag(TagKey tag) {
  return tag == KeyOfTag("script") || tag == KeyOfTag("style");
}

class Bounder {
 public:
  Bounder(std::string_view html, const ReadLimits& limits, RawText raw_text, HtmlOutline& outline, std::string& scratch)
      : html_(html), limits_(limits), raw_text_(raw_text), outline_(outline), scratch_(scratch) {}

  // The size that may be read; `cut_` says why it is not all.
  BoundedHtml Run() {
    std::size_t end = html_.size();
    while (at_ < html_.size()) {
      const std::size_t tag_start = html_.find('<', at_);
      if (tag_start == std::string_view::npos || tag_start + 1 == html_.size()) {
        break;
      }
      if (tag_start > at_) {
        outline_.Text();
        tree_bytes_ += kTextBytes + (tag_start - at_) * 2;
      }
      at_ = tag_start + 1;
      ReadMarkup();
      if (cut_.empty() && tree_bytes_ + outline_.reopened() * kReopenedBytes > limits_.max_tree_bytes) {
        cut_ = "work";
      }
      if (!cut_.empty()) {
        end = tag_start;
        break;
      }
    }
    if (copied_ == 0) {
      return {html_.substr(0, end), cut_};
    }
    if (copied_ < end) {
      scratch_.append(html_.substr(copied_, end - copied_));
    }
    return {scratch_, cut_};
  }

 private:
  // at_ is behind a '<'.
  void ReadMarkup() {
    const char c = html_[at_];
    if (IsAlpha(c)) {
      ReadTag(false);
    } else if (c == '/') {
      if (at_ + 1 < html_.size() && IsAlpha(html_[at_ + 1])) {
        ++at_;
        ReadTag(true);
      } else {
        tree_bytes_ += kTextBytes;
        SkipBehind(">");
      }
    } else if (html_.compare(at_, 3, "!--") == 0) {
      tree_bytes_ += kTextBytes;
      ReadComment();
    } else if (c == '!' && outline_.in_foreign_content() && html_.compare(at_, 8, "![CDATA[") == 0) {
      SkipBehind("]]>");
    } else if (c == '!' || c == '?') {
      tree_bytes_ += kTextBytes;
      SkipBehind(">");
    }
  }

  void SkipBehind(std::string_view mark) {
    const std::size_t found = html_.find(mark, at_);
    at_ = found == std::string_view::npos ? html_.size() : found + mark.size();
  }

  void ReadComment() {
    const std::size_t content = at_ + 3;
    const CommentEnd end = FindCommentEnd(html_, content);
    // "--" and what follows stays, so that what stood around the comment does not come together.
    Drop(content, end.content_end);
    at_ = end.behind;
  }

  // Leaves the bytes out of what the tree builder is given.
  void Drop(std::size_t begin, std::size_t end) {
    if (raw_text_ == RawText::kKeep || end < begin + kMinDropped) {
      return;
    }
    if (copied_ == 0) {
      scratch_.clear();
    }
    scratch_.append(html_.substr(copied_, begin - copied_));
    copied_ = end;
  }

  // at_ is on the first letter of the name.
  void ReadTag(bool end_tag) {
    const std::size_t start = at_;
    while (at_ < html_.size() && !IsHtmlSpace(html_[at_]) && html_[at_] != '/' && html_[at_] != '>') {
      ++at_;
    }
    const std::string_view name = html_.substr(start, at_ - start);
    const TagKey tag = KeyOfTag(name);
    bool self_closing = false;
    const std::size_t attributes = ReadAttributes(self_closing);
    CountAttributes(tag, attributes, start);
    if (at_ == html_.size() && html_[at_ - 1] != '>') {
      return;  // a tag that the page ends in is no tag, but its attributes are read
    }
    if (!cut_.empty()) {
      return;
    }
    if (end_tag) {
      outline_.EndTag(tag);
    } else {
      const bool unsure = outline_.raw_text_is_unsure();
      outline_.StartTag(tag, attributes == 0 ? tag : Fingerprint(html_.substr(start, at_ - start)), self_closing);
      if (outline_.depth() > limits_.max_depth) {
        cut_ = "depth";
      } else if (tag == KeyOfTag("plaintext") && !unsure) {
        at_ = html_.size();
      } else if (IsRawTextTag(tag) && !unsure) {
        SkipRawText(tag, name);
      }
    }
    if (cut_.empty() && outline_.work() > kMaxWork) {
      cut_ = "work";
    }
  }

  // FNV-1a, enough to tell tags apart that are written differently.
  static std::uint64_t Fingerprint(std::string_view text) {
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const char c : text.substr(0, 1024)) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    }
    return hash ^ text.size();
  }

  // Up to behind the '>' (or to the end of the page). The number of attributes.
  std::size_t ReadAttributes(bool& self_closing) {
    AttributeReader reader(html_, at_);
    std::size_t count = 0;
    while (reader.Next()) {
      ++count;
    }
    at_ = reader.at();
    self_closing = reader.self_closing();
    return count;
  }

  void CountAttributes(TagKey tag, std::size_t count, std::size_t tag_start) {
    // Each is compared with those before it. A second <html> or <body> gives its attributes to the first.
    std::size_t compared = count;
    if (tag == KeyOfTag("html") || tag == KeyOfTag("body")) {
      root_attributes_ += count;
      compared = root_attributes_;
    }
    if (compared > limits_.max_attributes) {
      cut_ = "attributes";
    }
    outline_.AddWork(static_cast<std::uint64_t>(count) * compared);
    tree_bytes_ += kElementBytes + count * kAttributeBytes + (at_ - tag_start) * 2;
  }

  // `name` as it was written. at_ is behind the start tag and goes to the end tag, which is read as any other.
  void SkipRawText(TagKey tag, std::string_view name) {
    const std::size_t content = at_;
    at_ = FindRawTextEnd(html_, content, name);
    if (IsDroppedTag(tag)) {
      Drop(content, at_);
    }
  }

  const std::string_view html_;
  const ReadLimits& limits_;
  const RawText raw_text_;
  HtmlOutline& outline_;
  std::string& scratch_;
  std::size_t at_ = 0;
  std::size_t copied_ = 0;      // input up to here is in scratch_ or left out
  std::size_t tree_bytes_ = 0;  // estimated
  std::size_t root_attributes_ = 0;
  std::string_view cut_;
};

}  // namespace

BoundedHtml BoundHtml(std::string_view html, const ReadLimits& limits, RawText raw_text, HtmlOutline& outline,
                      std::string& scratch) {
  std::string_view cut;
  if (html.size() > limits.max_bytes) {
    html = html.substr(0, limits.max_bytes);
    cut = "bytes";
  }
  outline.Reset();
  BoundedHtml bounded = Bounder(html, limits, raw_text, outline, scratch).Run();
  if (bounded.cut.empty()) {
    bounded.cut = cut;
  }
  return bounded;
}

}  // namespace spinneret::internal
