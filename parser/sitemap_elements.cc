#include "parser/sitemap_elements.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "parser/date_time.h"

namespace spinneret::internal {
namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxLocBytes = 8192;
constexpr std::size_t kMaxSmallBytes = 128;  // of a date, a number, a word
constexpr std::size_t kMaxLinksOfEntry = 1000;

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string LowerAll(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), Lower);
  return out;
}

// "image:Loc" → "loc"
std::string LocalName(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return LowerAll(colon == std::string_view::npos ? name : name.substr(colon + 1));
}

std::string_view Find(const std::vector<SitemapElements::Attribute>& attributes, std::string_view local) {
  for (const auto& [name, value] : attributes) {
    if (LocalName(name) == local) {
      return value;
    }
  }
  return {};
}

// How many bytes of white space, or of what has no width, `text` begins with. `text` is not empty.
std::size_t SpaceAt(std::string_view text) {
  if (static_cast<unsigned char>(text.front()) <= ' ') {
    return 1;
  }
  constexpr std::array<std::string_view, 2> kTwo = {"\xC2\x85", "\xC2\xA0"};
  // U+1680, U+200B, U+2028, U+2029, U+202F, U+205F, U+2060, U+3000, U+FEFF; U+2000 … U+200A below.
  constexpr std::array<std::string_view, 9> kThree = {"\xE1\x9A\x80", "\xE2\x80\x8B", "\xE2\x80\xA8",
                                                      "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F",
                                                      "\xE2\x81\xA0", "\xE3\x80\x80", "\xEF\xBB\xBF"};
  if (std::find(kTwo.begin(), kTwo.end(), text.substr(0, 2)) != kTwo.end()) {
    return 2;
  }
  const std::string_view three = text.substr(0, 3);
  const bool spaces = three.size() == 3 && three >= "\xE2\x80\x80" && three <= "\xE2\x80\x8A";
  return spaces || std::find(kThree.begin(), kThree.end(), three) != kThree.end() ? 3 : 0;
}

// The same at the end.
std::size_t SpaceBefore(std::string_view text) {
  for (std::size_t length = 1; length <= std::min<std::size_t>(3, text.size()); ++length) {
    if (SpaceAt(text.substr(text.size() - length)) == length) {
      return length;
    }
  }
  return 0;
}

std::string_view ChangefreqOf(std::string_view text) {
  constexpr std::array<std::string_view, 7> kWords = {"always",  "hourly", "daily", "weekly",
                                                      "monthly", "yearly", "never"};
  const auto found = std::find(kWords.begin(), kWords.end(), LowerAll(text));
  return found == kWords.end() ? std::string_view() : *found;
}

std::optional<double> PriorityOf(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool number = error == std::errc() && end == text.data() + text.size();
  return number && value >= 0 && value <= 1 ? std::optional(value) : std::nullopt;
}

void SetLastmod(std::string_view written, SitemapEntry& entry) {
  entry.lastmod = written;
  entry.lastmod_ms = ParseW3cDateTime(written);
  if (!entry.lastmod_ms) {
    entry.lastmod_ms = ParseMailDate(written);
    if (entry.lastmod_ms) {
      entry.lastmod = FormatW3cDateTime(*entry.lastmod_ms);
    }
  }
}

void AddLink(std::string_view written, const Url& base, std::vector<std::string>& links) {
  if (links.size() < kMaxLinksOfEntry && written.size() <= kMaxLocBytes) {
    if (std::optional<SitemapEntry> link = EntryOf(written, &base)) {
      links.push_back(std::move(link->loc));
    }
  }
}

}  // namespace

std::string_view TrimUnicode(std::string_view text) {
  while (!text.empty() && SpaceAt(text) > 0) {
    text.remove_prefix(SpaceAt(text));
  }
  while (!text.empty() && SpaceBefore(text) > 0) {
    text.remove_suffix(SpaceBefore(text));
  }
  return text;
}

std::optional<SitemapEntry> EntryOf(std::string_view written, const Url* base) {
  written = TrimUnicode(written);
  if (written.empty()) {
    return std::nullopt;
  }
  std::optional<Url> url = Url::Parse(written);
  const bool absolute = url.has_value();
  // What begins with "www." was meant as a host, and nobody knows by which scheme.
  if (!absolute && base != nullptr && LowerAll(written.substr(0, 4)) != "www.") {
    url = Url::Parse(written, base);
  }
  if (!url || !url->is_http()) {
    return std::nullopt;
  }
  const bool plain = std::none_of(written.begin(), written.end(), [](char c) { return c >= '\0' && c <= ' '; });
  std::string loc = absolute && plain ? std::string(written) : url->href();
  return SitemapEntry{*std::move(url), std::move(loc), {}, {}, {}, {}, {}, {}};
}

SitemapElements::Field SitemapElements::FieldOf(std::string_view name) const {
  struct Row {
    std::string_view name;
    Field field;
  };
  constexpr std::array<Row, 4> kSitemap = {{{"loc", Field::kLoc},
                                            {"lastmod", Field::kLastmod},
                                            {"changefreq", Field::kChangefreq},
                                            {"priority", Field::kPriority}}};
  constexpr std::array<Row, 6> kRss = {{{"link", Field::kLoc},
                                        {"guid", Field::kGuid},
                                        {"pubdate", Field::kLastmod},
                                        {"date", Field::kOtherDate},
                                        {"updated", Field::kOtherDate},
                                        {"modified", Field::kOtherDate}}};
  constexpr std::array<Row, 5> kAtom = {{{"updated", Field::kLastmod},
                                         {"modified", Field::kLastmod},
                                         {"published", Field::kOtherDate},
                                         {"issued", Field::kOtherDate},
                                         {"created", Field::kOtherDate}}};
  const auto look_up = [name](const auto& rows) {
    for (const Row& row : rows) {
      if (row.name == name) {
        return row.field;
      }
    }
    return Field::kNone;
  };
  const bool sitemap = type_ == SitemapType::kUrlset || type_ == SitemapType::kIndex;
  if (open_.size() == entry_depth_ + 2) {
    return sitemap && name == "loc" && open_[entry_depth_] == "image" ? Field::kImage : Field::kNone;
  }
  if (open_.size() != entry_depth_ + 1) {
    return Field::kNone;
  }
  return sitemap ? look_up(kSitemap) : type_ == SitemapType::kRss ? look_up(kRss) : look_up(kAtom);
}

bool SitemapElements::OpensEntry(std::string_view name) const {
  switch (type_) {
    case SitemapType::kUrlset:
      return open_.size() == 2 && name == "url";
    case SitemapType::kIndex:
      return open_.size() == 2 && name == "sitemap";
    case SitemapType::kRss:
      return (open_.size() == 2 || open_.size() == 3) && name == "item";  // RSS 1.0: beside the channel
    case SitemapType::kAtom:
      return open_.size() == 2 && name == "entry";
    default:
      return false;
  }
}

bool SitemapElements::Start(std::string_view written_name, const std::vector<Attribute>& attributes) {
  if (open_.size() == kMaxDepth) {
    error_ = "elements are nested more than 64 deep";
    return false;
  }
  open_.push_back(LocalName(written_name));
  const std::string& name = open_.back();
  if (open_.size() == 1) {
    type_ = name == "urlset"         ? SitemapType::kUrlset
            : name == "sitemapindex" ? SitemapType::kIndex
            : name == "rss"          ? SitemapType::kRss
            : name == "rdf"          ? SitemapType::kRss
            : name == "feed"         ? SitemapType::kAtom
                                     : SitemapType::kUnknown;
    if (type_ == SitemapType::kUnknown) {
      error_ = "its first element is <" + name.substr(0, kMaxSmallBytes) + ">: neither a sitemap nor a feed";
      return false;
    }
  }
  for (const auto& [attribute, value] : attributes) {
    if (attribute == "xml:base" && value.size() <= kMaxLocBytes) {
      if (std::optional<Url> url = Url::Parse(TrimUnicode(value), &base()); url && url->is_http()) {
        bases_.emplace_back(open_.size(), *std::move(url));
      }
    }
  }
  if (field_depth_ > 0) {
    return true;  // markup inside a field: its text counts
  }
  if (entry_depth_ == 0) {
    if (OpensEntry(name)) {
      entry_depth_ = open_.size();
      about_ = Find(attributes, "about").substr(0, kMaxLocBytes + 1);
    }
    return true;
  }
  if (name == "link" && open_.size() == entry_depth_ + 1) {
    TakeLink(attributes);
  }
  field_ = FieldOf(name);
  if (field_ != Field::kNone) {
    field_depth_ = open_.size();
    text_.clear();
    overlong_ = false;
  }
  return true;
}

void SitemapElements::TakeLink(const std::vector<Attribute>& attributes) {
  const std::string_view href = TrimUnicode(Find(attributes, "href"));
  if (href.empty() || href.size() > kMaxLocBytes) {
    return;
  }
  const std::string rel = LowerAll(TrimUnicode(Find(attributes, "rel")));
  if (type_ == SitemapType::kUrlset || type_ == SitemapType::kIndex) {
    if (rel == "alternate") {
      AddLink(href, base(), alternates_);
    }
    return;
  }
  // RFC 4287 §4.2.7.2: without rel it is an alternate.
  if (!has_alternate_ && (rel.empty() || rel == "alternate")) {
    has_alternate_ = true;
    const std::optional<Url> resolved = Url::Parse(href, &base());
    link_ = resolved && !Url::Parse(href) ? resolved->href() : std::string(href);
  }
}

void SitemapElements::Text(std::string_view text) {
  if (field_depth_ > 0) {
    const bool location = field_ == Field::kLoc || field_ == Field::kGuid || field_ == Field::kImage;
    // White space around a value counts against the bound as well, which is generous for that.
    if (text_.size() + text.size() > (location ? 2 * kMaxLocBytes : 2 * kMaxSmallBytes)) {
      overlong_ = true;
    } else {
      text_ += text;
    }
  } else if (entry_depth_ > 0 && open_.size() == entry_depth_ && own_text_.size() + text.size() <= kMaxLocBytes) {
    own_text_ += text;
  }
}

bool SitemapElements::EndField() {
  const std::string_view text = overlong_ ? std::string_view() : TrimUnicode(text_);
  field_depth_ = 0;
  if (field_ == Field::kImage) {
    AddLink(text, base(), images_);
    return true;
  }
  if (text.empty()) {
    return true;
  }
  std::string& value = Value(field_);
  bool more = true;
  if (field_ == Field::kLoc && !value.empty()) {
    if (type_ == SitemapType::kRss) {
      return true;  // the first link is the item's
    }
    more = EmitEntry();  // somebody forgot to end the entry before
  }
  if (value.empty()) {
    value = text;
    if (field_ == Field::kLoc) {
      // Resolved by the base in force where it stands.
      if (const std::optional<SitemapEntry> entry = EntryOf(text, &base())) {
        value = entry->loc;
      }
    }
  }
  return more;
}

bool SitemapElements::EmitEntry() {
  struct Candidate {
    std::string_view text;
    const Url* base;
  };
  const std::string_view own = Value(Field::kLoc).empty() ? TrimUnicode(own_text_) : std::string_view();
  // A guid need not be a URL: it is one where it is absolute.
  const std::array<Candidate, 5> candidates = {{{Value(Field::kLoc), &base()},
                                                {link_, &base()},
                                                {Value(Field::kGuid), nullptr},
                                                {about_, &base()},
                                                {own, &base()}}};
  std::optional<SitemapEntry> entry;
  for (const Candidate& candidate : candidates) {
    if (!entry && candidate.text.size() <= kMaxLocBytes) {
      entry = EntryOf(candidate.text, candidate.base);
    }
  }
  if (entry) {
    const std::string& lastmod = Value(Field::kLastmod).empty() ? Value(Field::kOtherDate) : Value(Field::kLastmod);
    if (!lastmod.empty()) {
      SetLastmod(lastmod, *entry);
    }
    entry->changefreq = ChangefreqOf(Value(Field::kChangefreq));
    entry->priority = PriorityOf(Value(Field::kPriority));
    entry->images = std::move(images_);
    entry->alternates = std::move(alternates_);
  }
  for (std::string& value : values_) {
    value.clear();
  }
  own_text_.clear();
  about_.clear();
  link_.clear();
  has_alternate_ = false;
  images_.clear();
  alternates_.clear();
  return sink_(std::move(entry));
}

bool SitemapElements::End() {
  bool more = true;
  if (open_.size() == field_depth_) {
    more = EndField();
  }
  if (open_.size() == entry_depth_) {
    more = EmitEntry() && more;
    entry_depth_ = 0;
  }
  if (!bases_.empty() && bases_.back().first == open_.size()) {
    bases_.pop_back();
  }
  open_.pop_back();
  complete_ = open_.empty();
  return more && !complete_;
}

void SitemapElements::BreakOff() {
  if (entry_depth_ > 0 && (!Value(Field::kLoc).empty() || !link_.empty())) {
    EmitEntry();
  }
  entry_depth_ = 0;
}

}  // namespace spinneret::internal
