#include "parser/html_outline.h"

#include <algorithm>

namespace spinneret::internal {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
// What it costs to make a formatting element anew, with its attributes, in looks at a node.
constexpr std::uint64_t kReopenWork = 400;

// What an end tag does not reach beyond.
constexpr TagSet kScope(
    {"applet", "caption",       "html", "table",          "td", "th", "marquee", "object", "template", "select", "svg",
     "math",   "foreignobject", "desc", "annotation-xml", "mi", "mo", "mn",      "ms",     "mtext"});
constexpr TagSet kParagraphScope({"applet", "caption", "html", "table", "td", "th", "marquee", "object", "template",
                                  "button", "foreignobject", "desc", "svg", "math"});
// Their content is a scope of its own for formatting elements.
constexpr TagSet kMarkers({"applet", "object", "marquee", "td", "th", "caption", "template"});
// Blocks before which formatting elements are opened again, as before everything that is no block.
constexpr TagSet kReopens({"applet", "button", "marquee", "object", "select", "xmp", "svg", "math", "foreignobject",
                           "desc"});
constexpr TagSet kForeign({"svg", "math", "foreignobject", "desc"});
constexpr TagSet kSvgIntegration({"foreignobject", "desc", "title"});
constexpr TagSet kMathIntegration({"mi", "mo", "mn", "ms", "mtext"});

constexpr TagKey kA = KeyOfTag("a");
constexpr TagKey kP = KeyOfTag("p");
constexpr TagKey kLi = KeyOfTag("li");
constexpr TagKey kDd = KeyOfTag("dd");
constexpr TagKey kDt = KeyOfTag("dt");
constexpr TagKey kTable = KeyOfTag("table");
constexpr TagKey kTemplate = KeyOfTag("template");
constexpr TagKey kSelect = KeyOfTag("select");
constexpr TagKey kSvg = KeyOfTag("svg");
constexpr TagKey kMath = KeyOfTag("math");

bool IsForeignRoot(TagKey tag) {
  return tag == kSvg || tag == kMath;
}

}  // namespace

void HtmlOutline::Reset() {
  open_.clear();
  formatting_.clear();
  work_ = 0;
  reopened_ = 0;
  closed_ = 0;
  last_serial_ = 0;
  foreign_ = 0;
  selects_ = 0;
  framesets_ = 0;
}

void HtmlOutline::Push(TagKey tag, std::uint32_t serial) {
  if (!open_.empty()) {
    ++open_.back().children;
  }
  open_.push_back({tag, 0, serial});
  foreign_ += IsForeignRoot(tag) ? 1 : 0;
  selects_ += tag == kSelect ? 1 : 0;
  if (kMarkers.Has(tag)) {
    formatting_.push_back({});
  }
}

void HtmlOutline::EraseFormatting(std::size_t index) {
  closed_ -= formatting_[index].tag != 0 && !formatting_[index].open ? 1 : 0;
  formatting_.erase(formatting_.begin() + static_cast<std::ptrdiff_t>(index));
}

void HtmlOutline::PopMarker() {
  while (!formatting_.empty()) {
    const bool marker = formatting_.back().tag == 0;
    EraseFormatting(formatting_.size() - 1);
    if (marker) {
      return;
    }
  }
}

void HtmlOutline::PopTo(std::size_t size) {
  while (open_.size() > size) {
    const TagKey tag = open_.back().tag;
    foreign_ -= IsForeignRoot(tag) ? 1 : 0;
    selects_ -= tag == kSelect ? 1 : 0;
    if (kMarkers.Has(tag)) {
      PopMarker();
    }
    if (open_.back().serial != 0) {
      // What a block closes goes on in the next.
      for (std::size_t i = formatting_.size(); i-- > 0;) {
        if (formatting_[i].serial == open_.back().serial) {
          formatting_[i].open = false;
          ++closed_;
          break;
        }
      }
    }
    open_.pop_back();
  }
}

template <class EndsScope>
std::size_t HtmlOutline::Find(TagKey tag, EndsScope ends_scope) const {
  for (std::size_t i = open_.size(); i-- > 0;) {
    if (open_[i].tag == tag) {
      return i;
    }
    if (ends_scope(open_[i].tag)) {
      break;
    }
  }
  return kNone;
}

void HtmlOutline::CloseParagraph() {
  const std::size_t at = Find(kP, [](TagKey tag) { return kParagraphScope.Has(tag); });
  if (at != kNone) {
    PopTo(at);
  }
}

// <li> closes an open <li>, <dd> and <dt> each other, unless a block other than <div>, <p> and <address> lies between.
void HtmlOutline::CloseItem(TagKey tag, TagKey other) {
  constexpr TagKey kDiv = KeyOfTag("div");
  constexpr TagKey kAddress = KeyOfTag("address");
  for (std::size_t i = open_.size(); i-- > 0;) {
    const TagKey open = open_[i].tag;
    if (open == tag || open == other) {
      PopTo(i);
      return;
    }
    if (kSpecialTags.Has(open) && open != kDiv && open != kP && open != kAddress) {
      return;
    }
  }
}

// A part of a table goes back to the part that may hold it. Outside of tables it is ignored.
void HtmlOutline::OpenTablePart(TagKey tag) {
  constexpr TagKey kTr = KeyOfTag("tr");
  const bool cell = tag == KeyOfTag("td") || tag == KeyOfTag("th");
  for (std::size_t i = open_.size(); i-- > 0;) {
    const TagKey open = open_[i].tag;
    const bool section = open == KeyOfTag("tbody") || open == KeyOfTag("thead") || open == KeyOfTag("tfoot");
    if (open == kTemplate && i + 1 < open_.size() && !kTablePartsTags.Has(open_[i + 1].tag)) {
      return;  // a template with other content
    }
    if (open == kTable || open == kTemplate || (section && (cell || tag == kTr)) || (cell && open == kTr)) {
      PopTo(i + 1);
      Push(tag);
      return;
    }
  }
}

void HtmlOutline::OpenFormatting(TagKey tag, std::uint64_t identity) {
  if (tag == kA || tag == KeyOfTag("nobr")) {
    CloseFormatting(tag);
  }
  Text();
  // No more than three that are alike since the last marker ("Noah's Ark clause").
  std::size_t alike = 0;
  std::size_t earliest = kNone;
  for (std::size_t i = formatting_.size(); i-- > 0 && formatting_[i].tag != 0;) {
    if (formatting_[i].tag == tag && formatting_[i].identity == identity) {
      ++alike;
      earliest = i;
    }
  }
  if (alike >= 3) {
    EraseFormatting(earliest);
  }
  formatting_.push_back({tag, identity, ++last_serial_, true});
  Push(tag, last_serial_);
}

void HtmlOutline::Reopen() {
  std::size_t first = formatting_.size();
  while (first > 0 && formatting_[first - 1].tag != 0 && !formatting_[first - 1].open) {
    --first;
  }
  for (std::size_t i = first; i < formatting_.size(); ++i) {
    formatting_[i].open = true;
    --closed_;
    ++reopened_;
    work_ += kReopenWork;
    Push(formatting_[i].tag, formatting_[i].serial);
  }
}

// The adoption agency. False when no such element is in the list, which makes the tag one like any other.
bool HtmlOutline::CloseFormatting(TagKey tag) {
  std::size_t listed = formatting_.size();
  while (listed-- > 0 && formatting_[listed].tag != 0 && formatting_[listed].tag != tag) {
  }
  if (listed >= formatting_.size() || formatting_[listed].tag != tag) {
    return false;
  }
  const std::size_t at = Find(tag, [](TagKey open) { return kScope.Has(open); });
  EraseFormatting(listed);
  if (at == kNone) {
    return true;
  }
  const bool misnested = std::any_of(open_.begin() + static_cast<std::ptrdiff_t>(at), open_.end(),
                                     [](const Element& open) { return kSpecialTags.Has(open.tag); });
  if (!misnested) {
    PopTo(at);
    return true;
  }
  // The block stays open. Each element on the way is looked up among its siblings, and children are moved.
  for (std::size_t i = at == 0 ? 0 : at - 1; i < open_.size(); ++i) {
    work_ += 4 + open_[i].children;
  }
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
  if (at > 0) {
    ++open_[at - 1].children;
  }
  return true;
}

bool HtmlOutline::InForeignContent() const {
  if (foreign_ == 0) {
    return false;
  }
  // Some elements of SVG hold HTML, others of MathML do; <annotation-xml> only with a certain attribute, so it is not
  // believed.
  bool holds_html_in_svg = false;
  bool holds_html_in_math = false;
  for (std::size_t i = open_.size(); i-- > 0;) {
    const TagKey tag = open_[i].tag;
    if (tag == kSvg) {
      return !holds_html_in_svg;
    }
    if (tag == kMath) {
      return !holds_html_in_math;
    }
    holds_html_in_svg = holds_html_in_svg || kSvgIntegration.Has(tag);
    holds_html_in_math = holds_html_in_math || kMathIntegration.Has(tag);
  }
  return false;
}

void HtmlOutline::LeaveForeignContent() {
  std::size_t outermost = open_.size();
  for (std::size_t i = open_.size(); i-- > 0;) {
    if (kSvgIntegration.Has(open_[i].tag) || kMathIntegration.Has(open_[i].tag) ||
        open_[i].tag == KeyOfTag("annotation-xml")) {
      break;
    }
    if (IsForeignRoot(open_[i].tag)) {
      outermost = i;
    }
  }
  PopTo(outermost);
}

void HtmlOutline::StartTag(TagKey tag, std::uint64_t identity, bool self_closing) {
  work_ += depth();
  if (InForeignContent()) {
    if (kBreaksOutTags.Has(tag)) {
      LeaveForeignContent();
    } else if (self_closing) {
      ++open_.back().children;
      return;
    }
    if (InForeignContent()) {
      Push(tag);
      return;
    }
  }
  if (kClosesParagraphTags.Has(tag)) {
    CloseParagraph();
  }
  if (kVoidTags.Has(tag)) {
    Text();
    if (!open_.empty()) {
      ++open_.back().children;
    }
    return;
  }
  if (kFormattingTags.Has(tag)) {
    OpenFormatting(tag, identity);
    return;
  }
  if (kTablePartsTags.Has(tag)) {
    OpenTablePart(tag);
    return;
  }
  const auto open_already = [this](TagKey name) {
    return std::any_of(open_.begin(), open_.end(), [name](const Element& open) { return open.tag == name; });
  };
  switch (tag) {
    case KeyOfTag("html"):
    case KeyOfTag("head"):
    case KeyOfTag("body"):
      return;  // there is one of each, whatever the page says
    case KeyOfTag("frameset"):
      // Often ignored, and then nothing else is; so it is counted for good, and hides nothing.
      ++framesets_;
      return;
    case KeyOfTag("form"):
      // So is a form within a form, unless a template is open.
      if (open_already(tag) && !open_already(kTemplate)) {
        return;
      }
      break;
    case kLi:
      CloseItem(kLi, kLi);
      break;
    case kDd:
    case kDt:
      CloseItem(kDd, kDt);
      break;
    case KeyOfTag("button"): {
      const std::size_t at = Find(tag, [](TagKey open) { return kScope.Has(open); });
      if (at != kNone) {
        PopTo(at);
      }
      break;
    }
    case KeyOfTag("option"):
    case KeyOfTag("optgroup"):
      while (!open_.empty() &&
             (open_.back().tag == KeyOfTag("option") ||
              (selects_ > 0 && open_.back().tag == KeyOfTag("optgroup") && tag == KeyOfTag("optgroup")))) {
        PopTo(open_.size() - 1);
      }
      break;
    case kSelect: {
      // A <select> within one ends it.
      const std::size_t at = Find(kSelect, [](TagKey open) { return kScope.Has(open) && open != kSelect; });
      if (at != kNone) {
        PopTo(at);
        return;
      }
      break;
    }
    case kTable: {
      // Within a table, but in no cell of it, a table ends that one.
      const std::size_t at =
          Find(kTable, [](TagKey open) { return kMarkers.Has(open) || kScope.Has(open) || open == KeyOfTag("body"); });
      if (at != kNone) {
        PopTo(at);
      }
      break;
    }
    default:
      if (kHeadingsTags.Has(tag) && !open_.empty() && kHeadingsTags.Has(open_.back().tag)) {
        PopTo(open_.size() - 1);
      }
      if (self_closing && IsForeignRoot(tag)) {
        if (!open_.empty()) {
          ++open_.back().children;
        }
        return;
      }
      break;
  }
  if (kReopens.Has(tag) || !kSpecialTags.Has(tag)) {
    Text();
  }
  Push(tag);
}

void HtmlOutline::EndTag(TagKey tag) {
  work_ += depth();
  if (kFormattingTags.Has(tag) && foreign_ == 0 && CloseFormatting(tag)) {
    return;
  }
  if (tag == KeyOfTag("html") || tag == KeyOfTag("head") || tag == KeyOfTag("body")) {
    return;
  }
  std::size_t at = kNone;
  if (kTablePartsTags.Has(tag)) {
    at = Find(tag, [](TagKey open) { return open == kTable || open == kTemplate; });
  } else if (tag == kTable) {
    at = Find(tag, [](TagKey open) { return open == kTemplate; });
  } else if (kHeadingsTags.Has(tag)) {
    for (std::size_t i = open_.size(); i-- > 0 && !kScope.Has(open_[i].tag);) {
      if (kHeadingsTags.Has(open_[i].tag)) {
        at = i;
        break;
      }
    }
  } else if (tag == KeyOfTag("form")) {
    // It is taken from the stack, and what lies above it stays.
    at = Find(tag, [](TagKey open) { return kScope.Has(open); });
    if (at != kNone && at + 1 < open_.size()) {
      open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
      return;
    }
  } else if (!kSpecialTags.Has(tag) || kForeign.Has(tag)) {
    // "Any other end tag" stops at the first block.
    at = Find(tag, [](TagKey open) { return kSpecialTags.Has(open); });
  } else {
    at = Find(tag, [](TagKey open) { return kScope.Has(open); });
  }
  if (at != kNone) {
    PopTo(at);
  }
}

}  // namespace spinneret::internal
