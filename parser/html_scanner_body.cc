// The head and the body of a page, and what stands inside a link, the first heading or <noscript>.
#include <algorithm>

#include "parser/gumbo_oddities.h"
#include "parser/html_entities.h"
#include "parser/html_scanner.h"
#include "parser/html_scanner_parts.h"
#include "parser/html_tokens.h"

namespace spinneret::internal {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

}  // namespace

void HtmlScanner::RawElement(HtmlTokens& tokens) {
  const TagKey tag = tokens.tag();
  if ((tokens.traits() & kInline) == 0) {
    Break();
  }
  if (tag == KeyOfTag("script")) {
    ReadScript(tokens);
    return;
  }
  const std::string_view content = tokens.TakeRawText();
  if (tag == kTitle) {
    if (!title_seen_) {
      title_seen_ = true;
      DoubtIf(HasGumboOddity(content));
      text_.clear();
      AppendHtmlText(content, Place::kText, text_);
      TextCollapser().Append(text_, limits_.field_bytes, out_->title);
    }
  } else if (tag == KeyOfTag("textarea")) {
    skip_newline_ = true;
    if (!content.empty()) {
      Text(content);
    }
    skip_newline_ = false;
  } else if (tag == KeyOfTag("xmp") && !content.empty()) {
    DoubtIf(content.find('&') != std::string_view::npos);  // which is only a character there
    Text(content);
  }
  if (tag != KeyOfTag("style")) {
    Break();
  }
}

void HtmlScanner::StartInBody(HtmlTokens& tokens) {
  const TagKey tag = tokens.tag();
  const TagTraits traits = tokens.traits();
  if (in_head_noscript_) {
    switch (tag) {
      case KeyOfTag("link"):
      case KeyOfTag("meta"):
      case KeyOfTag("style"):
      case KeyOfTag("noframes"):
      case KeyOfTag("basefont"):
      case KeyOfTag("bgsound"):
      case KeyOfTag("html"):
        break;
      case KeyOfTag("head"):
      case kNoscript:
        return;
      default:
        in_head_noscript_ = false;
    }
  }
  in_head_ = in_head_ && (traits & kOfHead) != 0;
  if (IsOutermost(tag)) {
    if (tag == KeyOfTag("html")) {
      ReadHtmlElement(tokens);
    }
    return;
  }
  if ((traits & kTablePart) != 0 || tag == KeyOfTag("col")) {
    if (!tables_.empty()) {
      ClosePart();
      StartInTable(tokens);
    }
    return;  // ignored outside of tables
  }
  if (tag == kForm && form_open_) {
    return;
  }
  // A table does so only in pages with the right doctype.
  if ((traits & kClosesParagraph) != 0 && tag != kTable) {
    CloseParagraph();
  }
  if ((traits & kInline) == 0) {
    Break();
  }
  switch (tag) {
    case kA:
      OpenLink(tokens);
      return;
    case KeyOfTag("area"):
      if (tokens.has(HtmlAttribute::kHref)) {
        AddLink(tokens, LinkTag::kArea, tokens.attribute(HtmlAttribute::kHref));
      }
      return;
    case KeyOfTag("base"):
      if (out_->base_href.empty()) {
        out_->base_href = Decoded(tokens.attribute(HtmlAttribute::kHref));
      }
      return;
    case KeyOfTag("meta"):
      ReadMeta(tokens);
      return;
    case KeyOfTag("link"):
      ReadLinkElement(tokens);
      return;
    case KeyOfTag("iframe"):
      AddSource(tokens, LinkTag::kIframe, tokens.attribute(HtmlAttribute::kSrc));
      RawElement(tokens);
      return;
    case kTemplate:
      ++templates_;
      return;
    case KeyOfTag("select"):
      in_select_ = true;
      return;
    case KeyOfTag("svg"):
    case KeyOfTag("math"):
      OpenForeign(tokens);
      return;
    case kTable:
      DoubtIf(watching());
      tables_.push_back({Table::Part::kNone, 0, around_});
      return;
    case kNoscript:
      if (in_head_) {
        in_head_noscript_ = true;
        return;
      }
      ++noscripts_;
      Watch({tag, traits, false, false});
      return;
    case kForm:
      form_open_ = true;
      break;
    case KeyOfTag("pre"):
    case KeyOfTag("listing"):
      skip_newline_ = true;
      break;
    default:
      if ((traits & kRawText) != 0) {
        RawElement(tokens);
        return;
      }
      break;
  }
  if ((traits & kVoid) != 0) {
    return;
  }
  if (watching()) {
    StartWatched(tag, traits);
    return;
  }
  switch (tag) {
    case kP:
      around_.paragraph = true;
      break;
    case kButton:
      around_.for_good = around_.for_good || around_.paragraph;
      around_.button = true;
      break;
    case KeyOfTag("object"):
    case KeyOfTag("applet"):
    case KeyOfTag("marquee"):
      around_.for_good = around_.for_good || around_.paragraph || around_.button;
      anchor_for_good_ = anchor_for_good_ || anchor_around_;
      break;
    case KeyOfTag("h1"):
      if (!h1_seen_) {
        h1_seen_ = true;
        in_h1_ = true;
        h1_text_ = {};
        Watch({tag, traits, false, true});
      }
      break;
    default:
      break;
  }
}

// Inside a link, the first heading or <noscript>.
void HtmlScanner::StartWatched(TagKey tag, TagTraits traits) {
  switch (tag) {
    case KeyOfTag("option"):
    case KeyOfTag("optgroup"):
    case KeyOfTag("nobr"):
    case KeyOfTag("rb"):
    case KeyOfTag("rt"):
    case KeyOfTag("rtc"):
    case KeyOfTag("rp"):
    case KeyOfTag("object"):
    case KeyOfTag("applet"):
    case KeyOfTag("marquee"):
      Doubt();
      return;
    case kButton:
      DoubtIf(around_.button ||
              std::any_of(watched_.begin(), watched_.end(), [](const Open& open) { return open.tag == kButton; }));
      break;
    case KeyOfTag("li"):
      CloseItem(tag, tag);
      break;
    case KeyOfTag("dd"):
    case KeyOfTag("dt"):
      CloseItem(KeyOfTag("dd"), KeyOfTag("dt"));
      break;
    default:
      DoubtIf(((traits & kHeading) != 0 && (watched_.back().traits & kHeading) != 0));
      break;
  }
  Open open{tag, traits, false, false};
  if (tag == KeyOfTag("h1") && !h1_seen_) {
    h1_seen_ = true;
    in_h1_ = true;
    h1_text_ = {};
    open.first_h1 = true;
  }
  Watch(open);
}

void HtmlScanner::Watch(const Open& open) {
  DoubtIf(watched_.size() >= limits_.max_depth);  // each tag may look at all of them
  watched_.push_back(open);
}

void HtmlScanner::CloseParagraph() {
  if (!watching()) {
    around_.paragraph = around_.for_good && around_.paragraph;
    return;
  }
  for (std::size_t i = watched_.size(); i-- > 0;) {
    if (watched_[i].tag == kP) {
      PopWatched(i, false);
      return;
    }
    if (watched_[i].tag == kButton) {
      return;
    }
  }
  DoubtIf(around_.paragraph);
}

// <li> closes an open <li>, <dd> and <dt> each other, unless a block other than <div>, <p> and <address> lies between.
void HtmlScanner::CloseItem(TagKey tag, TagKey other) {
  for (std::size_t i = watched_.size(); i-- > 0;) {
    const Open& open = watched_[i];
    if (open.tag == tag || open.tag == other) {
      PopWatched(i, false);
      return;
    }
    if ((open.traits & kSpecial) != 0 && open.tag != KeyOfTag("div") && open.tag != kP &&
        open.tag != KeyOfTag("address")) {
      return;
    }
  }
  Doubt();  // it may be around the link
}

// What is closed without an end tag of its own is a doubt when it would go on somewhere else, as a link would.
void HtmlScanner::PopWatched(std::size_t size, bool through_link) {
  while (watched_.size() > size) {
    const Open& open = watched_.back();
    if (open.link) {
      DoubtIf(!(through_link && watched_.size() == size + 1));
      in_link_ = false;
    }
    if (open.first_h1) {
      in_h1_ = false;
    }
    noscripts_ -= open.tag == kNoscript ? 1 : 0;
    watched_.pop_back();
  }
}

void HtmlScanner::EndInBody(TagKey tag, TagTraits traits) {
  if (in_head_noscript_) {
    in_head_noscript_ = tag != kNoscript && tag != kBr;
    in_head_ = in_head_ && tag != kBr;
    return;
  }
  if (IsOutermost(tag)) {
    in_head_ = false;
    return;
  }
  if (EndTablePart(tag)) {
    return;
  }
  if ((traits & kInline) == 0) {
    Break();
  }
  if (tag == kBr) {
    in_head_ = false;
  } else if (watching()) {
    EndWatched(tag, traits);
  } else if (tag == kA) {
    anchor_around_ = anchor_around_ && !tables_.empty();
  } else if (tag == kForm) {
    form_open_ = false;
  } else if (tag == kP) {
    around_.paragraph = around_.for_good && around_.paragraph;
  } else if (tag == kButton) {
    around_.button = around_.for_good && around_.button;
  }
}

void HtmlScanner::EndWatched(TagKey tag, TagTraits traits) {
  if ((traits & kVoid) != 0) {
    return;  // ends nothing
  }
  std::size_t at = watched_.size();
  std::size_t specials = 0;  // that are closed with it
  const auto is_wanted = [&](const Open& open) {
    return open.tag == tag || ((traits & kHeading) != 0 && (open.traits & kHeading) != 0);
  };
  while (at-- > 0 && !is_wanted(watched_[at])) {
    const bool closes_anyway = watched_[at].tag == kP && (traits & kBlockEnd) != 0;
    specials += (watched_[at].traits & kSpecial) != 0 && !closes_anyway ? 1 : 0;
  }
  if (at != kNone) {
    // A form that is not the innermost is taken out from among the others.
    DoubtIf(specials > 0 || (tag == kForm && at + 1 != watched_.size()));
    form_open_ = form_open_ && tag != kForm;
    PopWatched(at, tag == kA);
  } else if (tag == kForm) {
    DoubtIf((watched_.back().traits & kSpecial) != 0);
    form_open_ = false;
  } else {
    // One of an element around, or of none.
    DoubtIf(tag != kP || around_.paragraph);
  }
}

}  // namespace spinneret::internal
