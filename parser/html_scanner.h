// HtmlScanner: what a crawl wants from a page, read in one pass over its tokens, without a tree.
//
// A tree could tell otherwise only where markup moves or repeats what was written: links in links, text in tables but in
// no cell, end tags that reach through an open link. The scanner keeps what it takes to see these coming, which is
// little: the elements that stand open inside a link, the first heading and <noscript>, and the tables around them. At
// the first doubt it gives up, and a tree has to be built.
//
// Source     HTML standard §13.2.5 (tokenization) in full; of §13.2.6 (tree construction), as gumbo has it, what can
//            change PageContents and PageMarkup.
// Input      valid UTF-8. A page with a NUL is a doubt.
// Ownership  nothing of the page is kept.
// Thread     one at a time. Scratch memory is kept between pages.
// Limits     those of ReadLimits that are not about a tree: bytes, links, the sizes of fields. Linear in the page.
// Result     the reader on gumbo's tree gives the same, but for `word_count`, which may differ by a few on pages with end
//            tags that end nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parser/html_tags.h"
#include "parser/html_text.h"
#include "parser/page_markup.h"
#include "parser/page_reader.h"

namespace spinneret::internal {

class HtmlTokens;

class HtmlScanner {
 public:
  explicit HtmlScanner(const ReadLimits& limits) : limits_(limits) {}

  // False when only a tree can tell; `contents` is then of no use.
  // `markup`, where it is wanted, is cleared first.
  bool Scan(std::string_view html, PageContents& contents, PageMarkup* markup = nullptr);

 private:
  // An element that was opened inside a link, the first heading or <noscript>, or is one of these.
  struct Open {
    TagKey tag = 0;
    std::uint32_t traits = 0;
    bool link = false;  // <a href>: its text is being read
    bool first_h1 = false;
  };
  // A paragraph or a button may be open around this place; never false when one is.
  struct Around {
    bool paragraph = false;
    bool button = false;
    bool for_good = false;  // hidden behind an element that is a scope of its own
  };
  struct Table {
    enum class Part : std::uint8_t { kNone, kTd, kTh, kCaption };
    Part part = Part::kNone;  // the one that is open, in which any content may stand
    TagKey section = 0;       // <thead>, <tbody>, <tfoot>
    Around around;            // the table
  };
  struct ForeignElement {
    TagKey tag = 0;
    bool only_text = false;  // HTML may begin in it
  };

  void Reset(PageContents& contents, PageMarkup* markup);
  void StartTag(HtmlTokens& tokens);
  void EndTag(HtmlTokens& tokens);
  void Text(std::string_view raw);

  void StartInTemplate(HtmlTokens& tokens);
  void StartInSelect(HtmlTokens& tokens);
  void EndInSelect(TagKey tag);
  void OpenForeign(const HtmlTokens& tokens);
  void StartInForeign(const HtmlTokens& tokens);
  void EndInForeign(TagKey tag, std::uint32_t traits);
  void StartInTable(HtmlTokens& tokens);
  void EndInTable(TagKey tag);
  void StartInBody(HtmlTokens& tokens);
  void StartWatched(TagKey tag, std::uint32_t traits);
  void EndInBody(TagKey tag, std::uint32_t traits);
  void EndWatched(TagKey tag, std::uint32_t traits);
  bool EndTablePart(TagKey tag);

  void RawElement(HtmlTokens& tokens);
  // From here on the element is watched until it ends.
  void Watch(const Open& open);
  void OpenLink(HtmlTokens& tokens);
  void CloseParagraph();
  void CloseItem(TagKey tag, TagKey other);
  void ClosePart();
  void PopTable();
  void PopWatched(std::size_t size, bool through_link);
  void ReadHtmlElement(const HtmlTokens& tokens);
  void ReadMeta(const HtmlTokens& tokens);
  void ReadLinkElement(const HtmlTokens& tokens);
  void ReadScript(HtmlTokens& tokens);
  void AddSource(const HtmlTokens& tokens, LinkTag tag, std::string_view raw);
  bool AddLink(const HtmlTokens& tokens, LinkTag tag, std::string_view raw);

  bool watching() const { return !watched_.empty(); }
  bool in_table() const { return !tables_.empty() && tables_.back().part == Table::Part::kNone; }
  void Doubt() { doubt_ = true; }
  void DoubtIf(bool reason) { doubt_ = doubt_ || reason; }
  void Break() { in_word_ = false; }
  void CountWords(std::string_view text);

  const ReadLimits limits_;
  PageContents* out_ = nullptr;
  PageMarkup* markup_ = nullptr;  // null: it is not wanted
  bool doubt_ = false;
  std::vector<Open> watched_;
  std::vector<Table> tables_;
  std::vector<ForeignElement> foreign_;  // <svg> or <math>, and what is open in it
  std::size_t templates_ = 0;            // open <template>s
  Around around_;
  bool in_select_ = false;
  bool in_head_ = true;
  bool in_head_noscript_ = false;
  bool form_open_ = false;
  bool anchor_around_ = false;    // an <a> that leads nowhere may be open, and nothing is watched
  bool anchor_for_good_ = false;  // or one is hidden from its end tag
  bool lang_seen_ = false;
  bool title_seen_ = false;
  bool h1_seen_ = false;
  bool skip_newline_ = false;  // one that follows <pre> is not part of it
  std::size_t noscripts_ = 0;  // open ones in <body>
  std::size_t open_link_ = 0;  // in PageContents::links, while `in_link_`
  bool in_link_ = false;
  bool in_h1_ = false;
  TextCollapser link_text_;
  TextCollapser h1_text_;
  bool in_word_ = false;
  std::uint32_t words_ = 0;
  std::string text_;  // scratch
};

}  // namespace spinneret::internal
