// HtmlTokens: the tokens of an HTML page, one after another. Comments, doctypes and what is ignored are passed over.
//
// Source     HTML standard §13.2.5; the caller tells what the tree builder would: which raw text begins, whether the
//            place is foreign content (CDATA).
// Input      any bytes. Character references are left as they are.
// Ownership  all views look into the page.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parser/html_syntax.h"
#include "parser/html_tags.h"

namespace spinneret::internal {

// What a scan knows of an element by its name.
using TagTraits = std::uint32_t;
inline constexpr TagTraits kVoid = 1U << 0U;
inline constexpr TagTraits kSpecial = 1U << 1U;
inline constexpr TagTraits kFormatting = 1U << 2U;
inline constexpr TagTraits kClosesParagraph = 1U << 3U;
inline constexpr TagTraits kTablePart = 1U << 4U;
inline constexpr TagTraits kHeading = 1U << 5U;
inline constexpr TagTraits kBreaksOut = 1U << 6U;    // of SVG and MathML
inline constexpr TagTraits kInline = 1U << 7U;       // words go on over it
inline constexpr TagTraits kOfHead = 1U << 8U;       // does not begin <body>
inline constexpr TagTraits kBlockEnd = 1U << 9U;     // its end tag closes all that is open in it
inline constexpr TagTraits kAttributes = 1U << 10U;  // its attributes are wanted
inline constexpr TagTraits kRawText = 1U << 11U;
inline constexpr TagTraits kDoubtful = 1U << 12U;  // a tree has to tell, wherever it is

TagTraits TraitsOf(TagKey tag);

enum class HtmlAttribute : std::uint8_t {
  kHref,
  kRel,
  kSrc,
  kLang,
  kName,
  kContent,
  kHttpEquiv,
  kType,
  kProperty,
  kHreflang,
  kTitleText
};
inline constexpr std::size_t kHtmlAttributes = 11;

class HtmlTokens {
 public:
  // kOdd: CDATA, or "</>", which gumbo does not ignore as it should.
  enum class Kind : std::uint8_t { kText, kStartTag, kEndTag, kOdd, kEnd };

  explicit HtmlTokens(std::string_view html) : html_(html) {}

  Kind Next();

  // kText
  std::string_view text() const { return text_; }
  // kStartTag, kEndTag
  TagKey tag() const { return tag_; }
  TagTraits traits() const { return traits_; }
  bool self_closing() const { return self_closing_; }
  // As written; null data when there is none. The first of a name counts. Of start tags with kAttributes alone.
  std::string_view attribute(HtmlAttribute which) const { return attributes_[static_cast<std::size_t>(which)]; }
  bool has(HtmlAttribute which) const { return attribute(which).data() != nullptr; }
  // Whether gumbo may read them otherwise than the standard.
  bool odd() const { return odd_; }

  // After the start tag of an element of raw text: its content, end tag included in what is passed over.
  std::string_view TakeRawText();
  // Whether "<![CDATA[" begins text here.
  void set_foreign(bool foreign) { foreign_ = foreign; }

 private:
  bool ReadTag(Kind kind);
  void SkipBehindGreater();

  std::string_view html_;
  std::size_t at_ = 0;
  std::string_view text_;
  std::string_view name_;
  TagKey tag_ = 0;
  TagTraits traits_ = 0;
  bool self_closing_ = false;
  bool foreign_ = false;
  bool odd_ = false;
  std::array<std::string_view, kHtmlAttributes> attributes_;
  std::array<std::string_view, 16> names_;  // of the tag's first attributes
};

}  // namespace spinneret::internal
