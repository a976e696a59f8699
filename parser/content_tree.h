// ContentTree: one page's tree as a flat list in document order, with what is needed to tell its content from its
// chrome: which nodes are text, blocks or links, how much text stands in each, and what its names hint at. For
// main_content, readable_text and markdown.
//
// Input      the tree of an HtmlDocument; the views that nodes give look into it, and hold until its next Parse().
// Left out   what no reader sees: scripts, styles, form controls, drawings, embedded media, elements that are hidden by
//            an attribute or an inline style. Their nodes are in the list, marked `hidden`.
// Thread     one thread at a time; memory is kept between pages.
// Cost       linear in the nodes and in the bytes of text and class names (of each element the first 512).
// Errors     none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "parser/html_document.h"

namespace spinneret::internal {

// Elements by what they mean to a reader; most that mean nothing of their own are kInline or kBlock.
enum class ElementKind : std::uint8_t {
  kText,    // not an element
  kInline,  // span, small, abbr …
  kBlock,   // div, center, fieldset …
  kIgnored,
  kBody,
  kMain,
  kArticle,
  kSection,
  kHeader,
  kFooter,
  kNav,
  kAside,
  kForm,
  kParagraph,
  kHeading,
  kPreformatted,
  kQuote,
  kUnorderedList,
  kOrderedList,
  kListItem,
  kDefinitionList,
  kDefinitionTerm,
  kDefinition,
  kTable,
  kCaption,
  kTableSection,
  kRow,
  kCell,
  kHeaderCell,
  kFigure,
  kFigureCaption,
  kRule,
  kLineBreak,
  kLink,
  kCode,
  kStrong,
  kEmphasis,
  kImage,
  kControl,  // input, textarea, select: hidden, and what makes a form one to fill in
};

// What the class, id, role and item properties of an element say of it.
enum class Hint : std::uint8_t {
  kNone,
  kContent,   // names that content has: article-body, post, entry …
  kBody,      // itemprop=articleBody: the page itself says so
  kChrome,    // nav, sidebar, share, cookie …
  kComments,  // what readers wrote below
  kWeak,      // names that chrome has more often than content: menu, banner, widget …
  kLabel,     // byline, date, tags: short lines about the content
  kNote,      // an aside that is content: note, tip, warning …
  kGutter,    // line numbers, edit links, permalinks: never content
};

struct ContentNode {
  const GumboInternalNode* source = nullptr;
  std::uint32_t parent = 0;
  std::uint32_t end = 0;  // one past the last node below this one
  ElementKind kind = ElementKind::kText;
  Hint hint = Hint::kNone;
  std::uint8_t level = 0;  // of a heading
  bool block = false;
  bool hidden = false;   // from the start
  bool removed = false;  // by main_content
  bool linked = false;   // within a link
  bool data_table = false;

  // Of the text that stands directly in a block, or in inline elements of it.
  std::uint32_t own_chars = 0;
  std::uint32_t own_link_chars = 0;
  std::uint32_t own_marks = 0;  // commas, full stops and the like
  // Of the whole subtree, without what is hidden or removed; blocks and inline elements alike.
  std::uint32_t chars = 0;
  std::uint32_t link_chars = 0;
  std::uint32_t good = 0;   // characters in blocks that read like sentences
  std::uint32_t links = 0;  // <a href>
  std::uint32_t controls = 0;
  std::uint32_t headings = 0;
};

class ContentTree {
 public:
  enum class Unseen {
    kLeaveOut,
    kTakeIn,  // what an attribute or inline style hides: pages that a script uncovers
  };
  // Overwrites what was there.
  void Build(const HtmlDocument& document, Unseen unseen = Unseen::kLeaveOut);
  // Whether a block was left out that could be taken in.
  bool left_out_blocks() const { return left_out_blocks_; }

  std::vector<ContentNode>& nodes() { return nodes_; }
  const std::vector<ContentNode>& nodes() const { return nodes_; }
  // The index of <body>; 0 where the page has none, as with framesets. Node 0 is the document.
  std::uint32_t body() const { return body_; }

  // Counts again what the subtrees hold, after nodes were removed.
  void Recount();

  // Of a text node, as the tree has it.
  std::string_view Text(std::uint32_t node) const;
  // Of an element; "" where it has none.
  std::string_view Attribute(std::uint32_t node, const char* name) const;
  bool IsSkipped(std::uint32_t node) const { return nodes_[node].hidden || nodes_[node].removed; }

 private:
  void Append(const GumboInternalNode* source, std::uint32_t parent);
  void CountOwnText(std::uint32_t text, std::uint32_t block);
  void JudgeTables();
  bool HasLines(std::uint32_t node) const;

  std::vector<ContentNode> nodes_;
  std::uint32_t body_ = 0;
  Unseen unseen_ = Unseen::kLeaveOut;
  bool left_out_blocks_ = false;
};

// How much text this is, for comparing: characters without white space, those of scripts that write words without
// spaces counted twice.
std::uint32_t CountChars(std::string_view text);

// Characters of a block's own text outside links, when that reads like sentences (or is code); 0 otherwise.
std::uint32_t OwnGoodChars(const ContentNode& node);

}  // namespace spinneret::internal
