#include "parser/html_tokens.h"

#include <algorithm>
#include <span>

#include "parser/gumbo_oddities.h"

namespace spinneret::internal {
namespace {

// Words go on over these, but not over tags that begin a new line or cell.
constexpr TagSet kInlineTags({"a",    "abbr", "acronym", "b",  "bdi",  "bdo",   "big",  "cite",   "code",
                              "data", "del",  "dfn",     "em", "font", "i",     "ins",  "kbd",    "label",
                              "mark", "nobr", "q",       "s",  "samp", "small", "span", "strike", "strong",
                              "sub",  "sup",  "time",    "tt", "u",    "var",   "wbr",  "script", "style"});
constexpr TagSet kHeadTags({"html", "head", "base", "basefont", "bgsound", "link", "meta", "title", "noscript",
                            "noframes", "style", "script", "template"});
constexpr TagSet kBlockEndTags({"address", "article", "aside",   "blockquote", "button",     "center", "details",
                                "dir",     "div",     "dl",      "fieldset",   "figcaption", "figure", "footer",
                                "header",  "hgroup",  "listing", "main",       "menu",       "nav",    "ol",
                                "p",       "pre",     "section", "summary",    "ul",         "li",     "dd",
                                "dt",      "h1",      "h2",      "h3",         "h4",         "h5",     "h6"});
constexpr TagSet kAttributeTags({"a", "area", "base", "link", "meta", "iframe", "html", "input", "script"});
constexpr TagSet kRawTextTags({"script", "style", "xmp", "iframe", "noembed", "noframes", "title", "textarea"});
constexpr TagSet kDoubtfulTags({"frameset", "frame", "plaintext", "isindex"});

// All names of the sets above with what they are, found with one multiplication.
class TraitTable {
 public:
  constexpr TraitTable() {
    Add(kVoidTags, kVoid);
    Add(kSpecialTags, kSpecial);
    Add(kFormattingTags, kFormatting);
    Add(kClosesParagraphTags, kClosesParagraph);
    Add(kTablePartsTags, kTablePart);
    Add(kHeadingsTags, kHeading);
    Add(kBreaksOutTags, kBreaksOut);
    Add(kInlineTags, kInline);
    Add(kHeadTags, kOfHead);
    Add(kBlockEndTags, kBlockEnd);
    Add(kAttributeTags, kAttributes);
    Add(kRawTextTags, kRawText);
    Add(kDoubtfulTags, kDoubtful);
    // In HTML these are elements like any other.
    Remove(KeyOfTag("foreignobject"), kSpecial);
    Remove(KeyOfTag("desc"), kSpecial);
  }

  constexpr TagTraits Find(TagKey tag) const {
    for (std::size_t slot = SlotOf(tag); slots_[slot].tag != 0; slot = (slot + 1) % kSlots) {
      if (slots_[slot].tag == tag) {
        return slots_[slot].traits;
      }
    }
    return 0;
  }

 private:
  struct Slot {
    TagKey tag = 0;
    TagTraits traits = 0;
  };
  static constexpr std::size_t kSlots = 1024;
  static constexpr std::size_t SlotOf(TagKey tag) {
    return static_cast<std::size_t>((tag * 0x9E3779B97F4A7C15U) >> 54U);
  }

  constexpr void Add(std::span<const TagKey> set, TagTraits trait) {
    for (const TagKey tag : set) {
      if (tag == 0) {
        continue;
      }
      std::size_t slot = SlotOf(tag);
      while (slots_[slot].tag != 0 && slots_[slot].tag != tag) {
        slot = (slot + 1) % kSlots;
      }
      slots_[slot].tag = tag;
      slots_[slot].traits |= trait;
    }
  }

  constexpr void Remove(TagKey tag, TagTraits trait) {
    for (std::size_t slot = SlotOf(tag); slots_[slot].tag != 0; slot = (slot + 1) % kSlots) {
      slots_[slot].traits &= slots_[slot].tag == tag ? ~trait : ~TagTraits{0};
    }
  }

  Slot slots_[kSlots] = {};
};

constexpr TraitTable kTraits;

constexpr bool IsAlpha(char c) {
  return LowerAscii(c) >= 'a' && LowerAscii(c) <= 'z';
}

// kHtmlAttributes for a name that is not wanted.
std::size_t IndexOf(std::string_view name) {
  const auto index = [](HtmlAttribute which) { return static_cast<std::size_t>(which); };
  if (name.size() < 3 || name.size() > 10) {
    return kHtmlAttributes;
  }
  switch (KeyOfTag(name)) {
    case KeyOfTag("href"):
      return index(HtmlAttribute::kHref);
    case KeyOfTag("rel"):
      return index(HtmlAttribute::kRel);
    case KeyOfTag("src"):
      return index(HtmlAttribute::kSrc);
    case KeyOfTag("lang"):
      return index(HtmlAttribute::kLang);
    case KeyOfTag("name"):
      return index(HtmlAttribute::kName);
    case KeyOfTag("content"):
      return index(HtmlAttribute::kContent);
    case KeyOfTag("http-equiv"):
      return index(HtmlAttribute::kHttpEquiv);
    case KeyOfTag("type"):
      return index(HtmlAttribute::kType);
    case KeyOfTag("property"):
      return index(HtmlAttribute::kProperty);
    case KeyOfTag("hreflang"):
      return index(HtmlAttribute::kHreflang);
    case KeyOfTag("title"):
      return index(HtmlAttribute::kTitleText);
    default:
      return kHtmlAttributes;
  }
}

}  // namespace

TagTraits TraitsOf(TagKey tag) {
  return kTraits.Find(tag);
}

HtmlTokens::Kind HtmlTokens::Next() {
  while (at_ < html_.size()) {
    const std::size_t mark = std::min(html_.find('<', at_), html_.size());
    if (mark > at_) {
      text_ = html_.substr(at_, mark - at_);
      at_ = mark;
      return Kind::kText;
    }
    const char c = mark + 1 < html_.size() ? html_[mark + 1] : '\0';
    if (IsAlpha(c)) {
      at_ = mark + 1;
      return ReadTag(Kind::kStartTag) ? Kind::kStartTag : Kind::kEnd;
    }
    if (c == '/' && mark + 2 < html_.size()) {
      at_ = mark + 2;
      if (IsAlpha(html_[at_])) {
        return ReadTag(Kind::kEndTag) ? Kind::kEndTag : Kind::kEnd;
      }
      if (html_[at_] == '>') {
        return Kind::kOdd;
      }
      SkipBehindGreater();
    } else if (html_.compare(mark, 4, "<!--") == 0) {
      at_ = FindCommentEnd(html_, mark + 4).behind;
    } else if (foreign_ && html_.compare(mark, 9, "<![CDATA[") == 0) {
      at_ = mark + 9;
      return Kind::kOdd;
    } else if (c == '!' || c == '?') {
      at_ = mark + 2;
      SkipBehindGreater();
    } else {
      text_ = html_.substr(mark, 1);
      at_ = mark + 1;
      return Kind::kText;
    }
  }
  return Kind::kEnd;
}

void HtmlTokens::SkipBehindGreater() {
  const std::size_t found = html_.find('>', at_);
  at_ = found == std::string_view::npos ? html_.size() : found + 1;
}

// False when the page ends in it: then it is none.
bool HtmlTokens::ReadTag(Kind kind) {
  const std::size_t begin = at_;
  while (at_ < html_.size() && !IsHtmlSpace(html_[at_]) && html_[at_] != '/' && html_[at_] != '>') {
    ++at_;
  }
  name_ = html_.substr(begin, at_ - begin);
  tag_ = KeyOfTag(name_);
  traits_ = TraitsOf(tag_);
  self_closing_ = false;
  odd_ = false;
  const bool wanted = kind == Kind::kStartTag && (traits_ & kAttributes) != 0;
  if (wanted) {
    attributes_.fill({});
  }
  if (at_ < html_.size() && html_[at_] == '>') {
    ++at_;
    return true;
  }
  AttributeReader reader(html_, at_);
  std::size_t attributes = 0;
  while (reader.Next()) {
    if (!wanted) {
      continue;
    }
    // gumbo drops the value of what follows a second attribute of a name when that has none itself.
    if (reader.value().data() == nullptr) {
      const auto is_same = [&reader](std::string_view name) { return EqualsIgnoringCase(name, reader.name()); };
      const auto known = static_cast<std::ptrdiff_t>(std::min(attributes, names_.size()));
      odd_ = odd_ || attributes > names_.size() || std::any_of(names_.begin(), names_.begin() + known, is_same);
    }
    if (attributes < names_.size()) {
      names_[attributes] = reader.name();
    }
    ++attributes;
    const std::size_t index = IndexOf(reader.name());
    if (index < kHtmlAttributes && attributes_[index].data() == nullptr) {
      attributes_[index] = reader.value().data() == nullptr ? std::string_view("") : reader.value();
      odd_ = odd_ || HasGumboOddity(attributes_[index]);
    }
  }
  at_ = reader.at();
  self_closing_ = reader.self_closing();
  return reader.closed();
}

std::string_view HtmlTokens::TakeRawText() {
  const std::size_t content = at_;
  const std::size_t end = FindRawTextEnd(html_, content, name_);
  at_ = end;
  if (at_ < html_.size()) {
    at_ += 2;
    ReadTag(Kind::kEndTag);
  }
  return html_.substr(content, end - content);
}

}  // namespace spinneret::internal
