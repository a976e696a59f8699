#include "parser/gumbo_page_reader.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gumbo.h>

#include "parser/encoding_decoders.h"
#include "parser/html_document.h"
#include "parser/html_text.h"
#include "parser/page_reader.h"

namespace spinneret {
namespace {

using internal::Collapsed;
using internal::CutTo;
using internal::HasToken;
using internal::HtmlDocument;
using internal::MakeLowerAscii;
using internal::RawText;
using internal::TextCollapser;

// gumbo makes character references to numbers beyond 32 bits into what is not UTF-8.
void MakeUtf8(std::string& text, std::size_t limit, std::string& scratch) {
  if (internal::ValidUtf8Prefix(text) == text.size()) {
    return;
  }
  internal::RepairUtf8(text, scratch);
  text = scratch;
  CutTo(text, limit);
}

// Words go on over tags like <b>, but not over those that begin a new line or cell.
bool SeparatesWords(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_A:
    case GUMBO_TAG_ABBR:
    case GUMBO_TAG_ACRONYM:
    case GUMBO_TAG_B:
    case GUMBO_TAG_BDI:
    case GUMBO_TAG_BDO:
    case GUMBO_TAG_BIG:
    case GUMBO_TAG_CITE:
    case GUMBO_TAG_CODE:
    case GUMBO_TAG_DATA:
    case GUMBO_TAG_DEL:
    case GUMBO_TAG_DFN:
    case GUMBO_TAG_EM:
    case GUMBO_TAG_FONT:
    case GUMBO_TAG_I:
    case GUMBO_TAG_INS:
    case GUMBO_TAG_KBD:
    case GUMBO_TAG_LABEL:
    case GUMBO_TAG_MARK:
    case GUMBO_TAG_NOBR:
    case GUMBO_TAG_Q:
    case GUMBO_TAG_S:
    case GUMBO_TAG_SAMP:
    case GUMBO_TAG_SMALL:
    case GUMBO_TAG_SPAN:
    case GUMBO_TAG_STRIKE:
    case GUMBO_TAG_STRONG:
    case GUMBO_TAG_SUB:
    case GUMBO_TAG_SUP:
    case GUMBO_TAG_TIME:
    case GUMBO_TAG_TT:
    case GUMBO_TAG_U:
    case GUMBO_TAG_VAR:
    case GUMBO_TAG_WBR:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
      return false;
    default:
      return true;
  }
}

class WordCounter {
 public:
  void Append(std::string_view text) {
    for (const char c : text) {
      const bool space = internal::PartsWords(c);
      words_ += !space && !in_word_ ? 1 : 0;
      in_word_ = !space;
    }
  }
  void Break() { in_word_ = false; }
  std::uint32_t words() const { return words_; }

 private:
  std::uint32_t words_ = 0;
  bool in_word_ = false;
};

const GumboAttribute* FindAttribute(const GumboElement& element, const char* name) {
  return gumbo_get_attribute(&element.attributes, name);
}
std::string_view Value(const GumboAttribute* attribute) {
  return attribute == nullptr ? std::string_view() : std::string_view(attribute->value);
}

// The way from the document to the current node, each with the index of its next child.
using TreeStack = std::vector<std::pair<const GumboNode*, unsigned>>;

// One page: walks the tree with a stack of its own, in document order.
class Walk {
 public:
  Walk(const ReadLimits& limits, PageContents& out) : limits_(limits), out_(out) {}

  void Run(const GumboNode* document, TreeStack& stack) {
    stack.clear();
    stack.emplace_back(document, 0);
    while (!stack.empty()) {
      auto& [node, next] = stack.back();
      const GumboVector& children =
          node->type == GUMBO_NODE_DOCUMENT ? node->v.document.children : node->v.element.children;
      if (next == children.length) {
        if (node->type == GUMBO_NODE_ELEMENT) {
          Leave(node);
        }
        stack.pop_back();
        continue;
      }
      const auto* child = static_cast<const GumboNode*>(children.data[next++]);
      switch (child->type) {
        case GUMBO_NODE_ELEMENT:
          Enter(child);
          stack.emplace_back(child, 0);
          break;
        case GUMBO_NODE_TEXT:
        case GUMBO_NODE_CDATA:
        case GUMBO_NODE_WHITESPACE:
          Text(child->v.text.text);
          break;
        case GUMBO_NODE_TEMPLATE:  // not part of the page until a script says so
        case GUMBO_NODE_COMMENT:
        case GUMBO_NODE_DOCUMENT:
          break;
      }
    }
    out_.word_count = words_.words();
  }

 private:
  static bool IsHtml(const GumboNode* node) { return node->v.element.tag_namespace == GUMBO_NAMESPACE_HTML; }

  void Enter(const GumboNode* node) {
    const GumboElement& element = node->v.element;
    if (SeparatesWords(element.tag)) {
      words_.Break();
    }
    if (!IsHtml(node)) {
      // SVG has links too; all other names there mean something else.
      if (element.tag == GUMBO_TAG_A) {
        AddLink(node, LinkTag::kA, FindAttribute(element, "href"));
      }
      return;
    }
    switch (element.tag) {
      case GUMBO_TAG_HTML:
        out_.lang = Collapsed(Value(FindAttribute(element, "lang")), limits_.field_bytes);
        break;
      case GUMBO_TAG_BODY:
        in_body_ = true;
        break;
      case GUMBO_TAG_TITLE:
        if (!title_seen_) {
          title_seen_ = true;
          in_title_ = node;
        }
        ++hidden_;
        break;
      case GUMBO_TAG_H1:
        if (!h1_seen_) {
          h1_seen_ = true;
          in_h1_ = node;
        }
        break;
      case GUMBO_TAG_BASE:
        if (out_.base_href.empty()) {
          out_.base_href = Value(FindAttribute(element, "href"));
        }
        break;
      case GUMBO_TAG_META:
        ReadMeta(element);
        break;
      case GUMBO_TAG_A:
        AddLink(node, LinkTag::kA, FindAttribute(element, "href"));
        break;
      case GUMBO_TAG_AREA:
        AddLink(node, LinkTag::kArea, FindAttribute(element, "href"));
        break;
      case GUMBO_TAG_IFRAME:
        AddSource(node, LinkTag::kIframe, FindAttribute(element, "src"));
        ++hidden_;
        break;
      case GUMBO_TAG_FRAME:
        AddSource(node, LinkTag::kFrame, FindAttribute(element, "src"));
        break;
      case GUMBO_TAG_LINK:
        ReadLinkElement(node);
        break;
      case GUMBO_TAG_SCRIPT:
      case GUMBO_TAG_STYLE:
      case GUMBO_TAG_NOFRAMES:
      case GUMBO_TAG_NOEMBED:
        ++hidden_;
        break;
      case GUMBO_TAG_NOSCRIPT:
        ++noscript_;
        break;
      default:
        break;
    }
  }

  void Leave(const GumboNode* node) {
    const GumboElement& element = node->v.element;
    if (SeparatesWords(element.tag)) {
      words_.Break();
    }
    while (!open_links_.empty() && open_links_.back().node == node) {
      open_links_.pop_back();
    }
    if (!IsHtml(node)) {
      return;
    }
    switch (element.tag) {
      case GUMBO_TAG_TITLE:
        in_title_ = in_title_ == node ? nullptr : in_title_;
        --hidden_;
        break;
      case GUMBO_TAG_H1:
        in_h1_ = in_h1_ == node ? nullptr : in_h1_;
        break;
      case GUMBO_TAG_BODY:
        in_body_ = false;
        break;
      case GUMBO_TAG_IFRAME:
      case GUMBO_TAG_SCRIPT:
      case GUMBO_TAG_STYLE:
      case GUMBO_TAG_NOFRAMES:
      case GUMBO_TAG_NOEMBED:
        --hidden_;
        break;
      case GUMBO_TAG_NOSCRIPT:
        --noscript_;
        break;
      default:
        break;
    }
  }

  void Text(const char* c_text) {
    const std::string_view text(c_text);
    if (in_title_ != nullptr) {
      title_.Append(text, limits_.field_bytes, out_.title);
    }
    if (hidden_ > 0) {
      return;
    }
    if (in_body_ && noscript_ == 0) {
      words_.Append(text);
    }
    if (in_h1_ != nullptr) {
      h1_.Append(text, limits_.field_bytes, out_.h1);
    }
    for (OpenLink& link : open_links_) {
      link.text.Append(text, limits_.link_text_bytes, out_.links[link.index].text);
    }
    // Nested links are rare, and what is full needs no more looking at.
    if (!open_links_.empty() && open_links_.back().text.full()) {
      open_links_.pop_back();
    }
  }

  void ReadMeta(const GumboElement& element) {
    out_.AddMeta(Value(FindAttribute(element, "name")), Value(FindAttribute(element, "http-equiv")),
                 Value(FindAttribute(element, "content")), limits_);
  }

  void ReadLinkElement(const GumboNode* node) {
    const GumboElement& element = node->v.element;
    const GumboAttribute* href = FindAttribute(element, "href");
    if (out_.canonical.empty() && HasToken(Value(FindAttribute(element, "rel")), "canonical")) {
      out_.canonical = Value(href);
    }
    AddSource(node, LinkTag::kLink, href);
  }

  // An empty src, or href of <link>, asks for nothing; an empty href of <a> leads to the page itself.
  void AddSource(const GumboNode* node, LinkTag tag, const GumboAttribute* attribute) {
    if (!Value(attribute).empty()) {
      AddLink(node, tag, attribute);
    }
  }

  void AddLink(const GumboNode* node, LinkTag tag, const GumboAttribute* attribute) {
    if (attribute == nullptr) {
      return;
    }
    if (out_.links.size() >= limits_.max_links) {
      out_.cut = out_.cut.empty() ? "links" : out_.cut;
      return;
    }
    RawLink& link = out_.links.emplace_back();
    link.tag = tag;
    link.href = Value(attribute);
    link.rel = Collapsed(Value(FindAttribute(node->v.element, "rel")), limits_.field_bytes);
    MakeLowerAscii(link.rel);
    if (tag == LinkTag::kA) {
      open_links_.push_back({node, out_.links.size() - 1, {}});
    }
  }

  struct OpenLink {
    const GumboNode* node;
    std::size_t index;  // in out_.links
    TextCollapser text;
  };

  const ReadLimits& limits_;
  PageContents& out_;
  TextCollapser title_;
  TextCollapser h1_;
  WordCounter words_;
  std::vector<OpenLink> open_links_;
  const GumboNode* in_title_ = nullptr;
  const GumboNode* in_h1_ = nullptr;
  bool title_seen_ = false;
  bool h1_seen_ = false;
  bool in_body_ = false;
  unsigned hidden_ = 0;    // open elements whose text is not read by people
  unsigned noscript_ = 0;  // open <noscript>
};

class GumboPageReader final : public PageReader {
 public:
  explicit GumboPageReader(const ReadLimits& limits) : limits_(limits) {}

  void Read(std::string_view html, PageContents& contents) override {
    const std::string_view cut = document_.Parse(html, limits_, RawText::kDrop);
    internal::ReadContents(document_, limits_, contents);
    contents.cut = cut.empty() ? contents.cut : cut;
  }

 private:
  const ReadLimits limits_;
  HtmlDocument document_;
};

}  // namespace

void internal::ReadContents(const HtmlDocument& document, const ReadLimits& limits, PageContents& contents) {
  contents.Clear();
  contents.by_tree = true;
  TreeStack stack;
  Walk(limits, contents).Run(document.root(), stack);
  std::string scratch;
  for (std::string* field : {&contents.title, &contents.description, &contents.h1, &contents.lang, &contents.robots}) {
    MakeUtf8(*field, limits.field_bytes, scratch);
  }
  MakeUtf8(contents.canonical, std::string::npos, scratch);
  MakeUtf8(contents.base_href, std::string::npos, scratch);
  MakeUtf8(contents.refresh, std::string::npos, scratch);
  for (RawLink& link : contents.links) {
    MakeUtf8(link.href, std::string::npos, scratch);
    MakeUtf8(link.rel, limits.field_bytes, scratch);
    MakeUtf8(link.text, limits.link_text_bytes, scratch);
  }
}

std::unique_ptr<PageReader> MakeGumboPageReader(const ReadLimits& limits) {
  return std::make_unique<GumboPageReader>(limits);
}

}  // namespace spinneret
