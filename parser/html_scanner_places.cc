// The places of a page where tags mean something else than in its body: templates, <select>, SVG and MathML, tables.
#include "parser/html_scanner.h"
#include "parser/html_scanner_parts.h"
#include "parser/html_tokens.h"

namespace spinneret::internal {
namespace {

// SVG and MathML elements that HTML may begin in, and the one where that hangs on an attribute.
bool HoldsHtml(TagKey tag) {
  switch (tag) {
    case kTitle:
    case KeyOfTag("desc"):
    case KeyOfTag("mi"):
    case KeyOfTag("mo"):
    case KeyOfTag("mn"):
    case KeyOfTag("ms"):
    case KeyOfTag("mtext"):
    case KeyOfTag("annotation-xml"):
      return true;
    default:
      return false;
  }
}

}  // namespace

// Nothing in a template is part of the page. What may hide its end is raw text and what has a syntax of its own.
void HtmlScanner::StartInTemplate(HtmlTokens& tokens) {
  switch (tokens.tag()) {
    case kTemplate:
      ++templates_;
      return;
    case KeyOfTag("col"):  // may make it a place where raw text is ignored, and its end tag not
    case kCaption:         // the others may let a link out
    case kTd:
    case kTh:
    case KeyOfTag("object"):
    case KeyOfTag("applet"):
    case KeyOfTag("marquee"):
      Doubt();
      return;
    case KeyOfTag("svg"):
    case KeyOfTag("math"):
      OpenForeign(tokens);
      return;
    case KeyOfTag("select"):
      in_select_ = true;
      return;
    default:
      if ((tokens.traits() & kRawText) != 0) {
        tokens.TakeRawText();
      }
  }
}

void HtmlScanner::StartInSelect(HtmlTokens& tokens) {
  switch (tokens.tag()) {
    case KeyOfTag("option"):
    case KeyOfTag("optgroup"):
      Break();
      return;
    case KeyOfTag("script"):
      ReadScript(tokens);
      return;
    default:
      Doubt();
  }
}

void HtmlScanner::EndInSelect(TagKey tag) {
  switch (tag) {
    case KeyOfTag("select"):
      in_select_ = false;
      Break();
      return;
    case KeyOfTag("option"):
    case KeyOfTag("optgroup"):
      Break();
      return;
    default:
      DoubtIf(!tables_.empty() || tag == kTemplate);  // otherwise it is ignored
  }
}

void HtmlScanner::OpenForeign(const HtmlTokens& tokens) {
  if (!tokens.self_closing()) {
    foreign_.push_back({tokens.tag(), false});
  }
}

// SVG and MathML, as long as they are written as XML would be.
void HtmlScanner::StartInForeign(const HtmlTokens& tokens) {
  const TagKey tag = tokens.tag();
  if (foreign_.back().only_text || (tokens.traits() & kBreaksOut) != 0 || tag == kA || tag == KeyOfTag("font") ||
      tag == KeyOfTag("foreignobject")) {
    Doubt();
    return;
  }
  if ((tokens.traits() & kInline) == 0) {
    Break();
  }
  if (!tokens.self_closing()) {
    foreign_.push_back({tag, HoldsHtml(tag)});
  }
}

void HtmlScanner::EndInForeign(TagKey tag, TagTraits traits) {
  if (foreign_.back().tag != tag) {
    Doubt();
    return;
  }
  foreign_.pop_back();
  if ((traits & kInline) == 0) {
    Break();
  }
}

// In a table, but in no cell: all that does not belong there is moved before it.
void HtmlScanner::StartInTable(HtmlTokens& tokens) {
  const TagKey tag = tokens.tag();
  Table& table = tables_.back();
  if ((tokens.traits() & kTablePart) != 0 || tag == KeyOfTag("col")) {
    if (IsSection(tag)) {
      table.section = tag;
    } else if (tag == KeyOfTag("tr") || tag == kTd || tag == kTh) {
      table.section = table.section == 0 ? KeyOfTag("tbody") : table.section;
    } else {
      table.section = 0;
    }
    table.part = tag == kTd        ? Table::Part::kTd
                 : tag == kTh      ? Table::Part::kTh
                 : tag == kCaption ? Table::Part::kCaption
                                   : Table::Part::kNone;
    around_ = {};
    Break();
    return;
  }
  switch (tag) {
    case kTable: {  // ends this one
      const Around around = table.around;
      PopTable();
      tables_.push_back({Table::Part::kNone, 0, around});
      Break();
      return;
    }
    case KeyOfTag("script"):
      ReadScript(tokens);
      return;
    case KeyOfTag("style"):
      tokens.TakeRawText();
      return;
    case kTemplate:
      ++templates_;
      return;
    case kForm:
      form_open_ = true;
      return;
    case KeyOfTag("input"):
      DoubtIf(!EqualsIgnoringCase(Decoded(tokens.attribute(HtmlAttribute::kType)), "hidden"));
      return;
    case KeyOfTag("html"):
      ReadHtmlElement(tokens);
      return;
    default:
      DoubtIf(!IsOutermost(tag));
  }
}

void HtmlScanner::EndInTable(TagKey tag) {
  if (tag == kTable) {
    PopTable();
  } else if (IsSection(tag)) {
    tables_.back().section = tag == tables_.back().section ? 0 : tables_.back().section;
  } else if (tag == kForm) {
    form_open_ = false;
  }
  Break();
}

void HtmlScanner::PopTable() {
  around_ = tables_.back().around;
  tables_.pop_back();
  Break();
}

// The cell or caption ends.
void HtmlScanner::ClosePart() {
  DoubtIf(watching());
  tables_.back().part = Table::Part::kNone;
  around_ = {};
  Break();
}

// True when the end tag is one that ends, or may not end, a cell or a caption.
bool HtmlScanner::EndTablePart(TagKey tag) {
  if (tables_.empty()) {
    return false;
  }
  Table& table = tables_.back();
  const bool caption = table.part == Table::Part::kCaption;
  if (tag == kTable) {
    ClosePart();
    PopTable();
  } else if (tag == kTd || tag == kTh) {
    if (table.part == (tag == kTd ? Table::Part::kTd : Table::Part::kTh)) {
      ClosePart();
    }
  } else if (tag == KeyOfTag("tr")) {
    if (!caption) {
      ClosePart();
    }
  } else if (IsSection(tag)) {
    if (!caption && table.section == tag) {
      ClosePart();
      table.section = 0;
    }
  } else if (tag == kCaption) {
    if (caption) {
      ClosePart();
    }
  } else {
    return false;
  }
  return true;
}

}  // namespace spinneret::internal
