#include "parser/html_scanner.h"

#include <algorithm>

#include "parser/gumbo_oddities.h"
#include "parser/html_entities.h"
#include "parser/html_scanner_parts.h"
#include "parser/html_tokens.h"
#include "parser/lenient_json.h"

namespace spinneret::internal {

bool HtmlScanner::Scan(std::string_view html, PageContents& contents, PageMarkup* markup) {
  contents.Clear();
  if (html.size() > limits_.max_bytes) {
    html = html.substr(0, limits_.max_bytes);
    contents.cut = "bytes";
  }
  if (html.find('\0') != std::string_view::npos) {
    return false;
  }
  Reset(contents, markup);
  HtmlTokens tokens(html);
  while (!doubt_) {
    switch (tokens.Next()) {
      case HtmlTokens::Kind::kText:
        Text(tokens.text());
        continue;
      case HtmlTokens::Kind::kStartTag:
        StartTag(tokens);
        tokens.set_foreign(!foreign_.empty());
        continue;
      case HtmlTokens::Kind::kEndTag:
        EndTag(tokens);
        tokens.set_foreign(!foreign_.empty());
        continue;
      case HtmlTokens::Kind::kOdd:
        return false;
      case HtmlTokens::Kind::kEnd:
        contents.word_count = words_;
        return true;
    }
  }
  return false;
}

void HtmlScanner::Reset(PageContents& contents, PageMarkup* markup) {
  out_ = &contents;
  markup_ = markup;
  if (markup_ != nullptr) {
    markup_->Clear();
  }
  doubt_ = false;
  watched_.clear();
  tables_.clear();
  foreign_.clear();
  templates_ = 0;
  around_ = {};
  in_select_ = false;
  in_head_ = true;
  in_head_noscript_ = false;
  form_open_ = false;
  anchor_around_ = false;
  anchor_for_good_ = false;
  lang_seen_ = false;
  title_seen_ = false;
  h1_seen_ = false;
  skip_newline_ = false;
  noscripts_ = 0;
  in_link_ = false;
  in_h1_ = false;
  in_word_ = false;
  words_ = 0;
}

void HtmlScanner::CountWords(std::string_view text) {
  if (text.empty()) {
    return;
  }
  words_ += !in_word_ && !PartsWords(text[0]) ? 1 : 0;
  // Bytes alone, no branches and nothing carried over from one to the next, so that compilers make vectors of it. A
  // block has at most half as many words as bytes, which a byte can hold.
  constexpr std::size_t kBlock = 256;
  for (std::size_t from = 1; from < text.size(); from += kBlock) {
    const char* const before = text.data() + from - 1;
    const std::size_t size = std::min(kBlock, text.size() - from);
    unsigned char begun = 0;
    for (std::size_t i = 0; i < size; ++i) {
      begun = static_cast<unsigned char>(begun + int{PartsWords(before[i])} * int{!PartsWords(before[i + 1])});
    }
    words_ += begun;
  }
  in_word_ = !PartsWords(text.back());
}

void HtmlScanner::Text(std::string_view raw) {
  if (skip_newline_) {
    skip_newline_ = false;
    if (raw[0] == '&') {
      DoubtIf(watching());
    } else if (raw[0] == '\n' || raw[0] == '\r') {
      raw.remove_prefix(raw.starts_with("\r\n") ? 2 : 1);
    }
  }
  if (templates_ > 0) {
    return;
  }
  if (!in_select_ && foreign_.empty() && in_table()) {
    DoubtIf(!IsAllSpace(raw));
    return;
  }
  if ((in_head_ || in_head_noscript_) && !IsAllSpace(raw)) {
    in_head_ = false;
    in_head_noscript_ = false;
  }
  std::string_view text = raw;
  const bool kept = in_h1_ || in_link_;
  DoubtIf(kept && HasGumboOddity(raw));
  if (kept ? raw.find('&') != std::string_view::npos : MayHideSpace(raw)) {
    text_.clear();
    AppendHtmlText(raw, Place::kText, text_);
    text = text_;
  }
  if (noscripts_ == 0) {
    CountWords(text);
  }
  if (in_h1_) {
    h1_text_.Append(text, limits_.field_bytes, out_->h1);
  }
  if (in_link_) {
    link_text_.Append(text, limits_.link_text_bytes, out_->links[open_link_].text);
  }
}

void HtmlScanner::StartTag(HtmlTokens& tokens) {
  skip_newline_ = false;
  if ((tokens.traits() & kDoubtful) != 0 || tokens.odd()) {
    Doubt();
  } else if (!foreign_.empty()) {
    StartInForeign(tokens);
  } else if (in_select_) {
    StartInSelect(tokens);
  } else if (templates_ > 0) {
    StartInTemplate(tokens);
  } else if (in_table()) {
    StartInTable(tokens);
  } else {
    StartInBody(tokens);
  }
}

void HtmlScanner::EndTag(HtmlTokens& tokens) {
  skip_newline_ = false;
  const TagKey tag = tokens.tag();
  if (!foreign_.empty()) {
    EndInForeign(tag, tokens.traits());
  } else if (in_select_) {
    EndInSelect(tag);
  } else if (templates_ > 0) {
    templates_ -= tag == kTemplate ? 1 : 0;
  } else if (in_table()) {
    EndInTable(tag);
  } else {
    EndInBody(tag, tokens.traits());
  }
}

void HtmlScanner::ReadHtmlElement(const HtmlTokens& tokens) {
  if (!lang_seen_ && tokens.has(HtmlAttribute::kLang)) {
    lang_seen_ = true;
    out_->lang = Collapsed(Decoded(tokens.attribute(HtmlAttribute::kLang)), limits_.field_bytes);
  }
}

void HtmlScanner::ReadMeta(const HtmlTokens& tokens) {
  out_->AddMeta(Decoded(tokens.attribute(HtmlAttribute::kName)), Decoded(tokens.attribute(HtmlAttribute::kHttpEquiv)),
                Decoded(tokens.attribute(HtmlAttribute::kContent)), limits_);
  if (markup_ != nullptr && tokens.has(HtmlAttribute::kContent)) {
    markup_->metas.push_back({Decoded(tokens.attribute(HtmlAttribute::kName)),
                              Decoded(tokens.attribute(HtmlAttribute::kProperty)),
                              Decoded(tokens.attribute(HtmlAttribute::kContent))});
  }
}

void HtmlScanner::ReadLinkElement(const HtmlTokens& tokens) {
  const std::string_view href = tokens.attribute(HtmlAttribute::kHref);
  if (out_->canonical.empty() && HasToken(Decoded(tokens.attribute(HtmlAttribute::kRel)), "canonical")) {
    out_->canonical = Decoded(href);
  }
  AddSource(tokens, LinkTag::kLink, href);
  if (markup_ == nullptr) {
    return;
  }
  if (std::string rel = Decoded(tokens.attribute(HtmlAttribute::kRel)); HasToken(rel, "alternate")) {
    markup_->alternates.push_back({std::move(rel), Decoded(href), Decoded(tokens.attribute(HtmlAttribute::kType)),
                                   Decoded(tokens.attribute(HtmlAttribute::kHreflang)),
                                   Decoded(tokens.attribute(HtmlAttribute::kTitleText))});
  }
}

void HtmlScanner::ReadScript(HtmlTokens& tokens) {
  const bool wanted =
      markup_ != nullptr && templates_ == 0 && IsJsonLdType(Decoded(tokens.attribute(HtmlAttribute::kType)));
  const std::string_view content = tokens.TakeRawText();
  if (wanted) {
    DoubtIf(HasGumboOddity(content));
    std::string& text = markup_->json_ld.emplace_back();
    for (std::size_t i = 0; i < content.size() && text.size() <= kLenientJsonBytes; ++i) {
      const bool first_of_two = content[i] == '\r' && i + 1 < content.size() && content[i + 1] == '\n';
      if (!first_of_two) {
        text += content[i] == '\r' ? '\n' : content[i];
      }
    }
  }
}

void HtmlScanner::OpenLink(HtmlTokens& tokens) {
  const bool inside = std::any_of(watched_.begin(), watched_.end(), [](const Open& open) { return open.tag == kA; });
  if (inside) {
    EndWatched(kA, tokens.traits());  // ends that one, as its end tag would
  } else if (watching()) {
    // One that is open around the heading is ended in it, and what is open in between may be with it.
    DoubtIf(anchor_around_ || anchor_for_good_);
  } else {
    anchor_around_ = false;
  }
  const bool link =
      tokens.has(HtmlAttribute::kHref) && AddLink(tokens, LinkTag::kA, tokens.attribute(HtmlAttribute::kHref));
  if (link) {
    link_text_ = {};
    in_link_ = true;
    open_link_ = out_->links.size() - 1;
  }
  // One that leads nowhere is an element like <b>.
  if (link || watching()) {
    Watch({kA, tokens.traits(), link, false});
  } else {
    anchor_around_ = true;
  }
}

// An empty src, or href of <link>, asks for nothing; an empty href of <a> leads to the page itself.
void HtmlScanner::AddSource(const HtmlTokens& tokens, LinkTag tag, std::string_view raw) {
  if (!raw.empty()) {
    AddLink(tokens, tag, raw);
  }
}

bool HtmlScanner::AddLink(const HtmlTokens& tokens, LinkTag tag, std::string_view raw) {
  if (out_->links.size() >= limits_.max_links) {
    out_->cut = out_->cut.empty() ? "links" : out_->cut;
    return false;
  }
  RawLink& link = out_->links.emplace_back();
  link.tag = tag;
  AppendHtmlText(raw, Place::kAttribute, link.href);
  const std::string_view rel = tokens.attribute(HtmlAttribute::kRel);
  if (!rel.empty()) {
    link.rel = Collapsed(Decoded(rel), limits_.field_bytes);
    MakeLowerAscii(link.rel);
  }
  return true;
}

}  // namespace spinneret::internal
