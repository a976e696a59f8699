#include "parser/content_hints.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace spinneret::internal {
namespace {

constexpr std::size_t kLookedAt = 512;
constexpr std::size_t kMaxWord = 24;

struct Word {
  std::string_view text;
  Hint hint;
};

// Sorted, for binary search.
constexpr Word kWords[] = {
    {"abstract", Hint::kContent},
    {"ad", Hint::kChrome},
    {"admonition", Hint::kNote},
    {"ads", Hint::kChrome},
    {"adsense", Hint::kChrome},
    {"advert", Hint::kChrome},
    {"advertisement", Hint::kChrome},
    {"advertising", Hint::kChrome},
    {"alert", Hint::kNote},
    {"alsolike", Hint::kChrome},
    {"article", Hint::kContent},
    {"articlebody", Hint::kContent},
    {"attention", Hint::kNote},
    {"author", Hint::kLabel},
    {"authors", Hint::kLabel},
    {"avatar", Hint::kLabel},
    {"banner", Hint::kWeak},
    {"bio", Hint::kLabel},
    {"blog", Hint::kContent},
    {"bottom", Hint::kWeak},
    {"breadcrumb", Hint::kChrome},
    {"breadcrumbs", Hint::kChrome},
    {"buttons", Hint::kWeak},
    {"byline", Hint::kLabel},
    {"callout", Hint::kNote},
    {"categories", Hint::kLabel},
    {"caution", Hint::kNote},
    {"comentarios", Hint::kComments},
    {"comment", Hint::kComments},
    {"commentaires", Hint::kComments},
    {"commentarea", Hint::kComments},
    {"commentlist", Hint::kComments},
    {"comments", Hint::kComments},
    {"consent", Hint::kChrome},
    {"content", Hint::kContent},
    {"cookie", Hint::kChrome},
    {"cookies", Hint::kChrome},
    {"copyright", Hint::kWeak},
    {"crumbs", Hint::kChrome},
    {"cta", Hint::kWeak},
    {"danger", Hint::kNote},
    {"date", Hint::kLabel},
    {"dateline", Hint::kLabel},
    {"disclaimer", Hint::kWeak},
    {"disqus", Hint::kComments},
    {"donate", Hint::kWeak},
    {"dropdown", Hint::kWeak},
    {"editsection", Hint::kGutter},
    {"entry", Hint::kContent},
    {"featured", Hint::kWeak},
    {"feedback", Hint::kWeak},
    {"follow", Hint::kWeak},
    {"footer", Hint::kChrome},
    {"gdpr", Hint::kChrome},
    {"gutter", Hint::kGutter},
    {"headerlink", Hint::kGutter},
    {"hentry", Hint::kContent},
    {"important", Hint::kNote},
    {"info", Hint::kWeak},
    {"jumbotron", Hint::kWeak},
    {"kommentar", Hint::kComments},
    {"kommentare", Hint::kComments},
    {"latest", Hint::kWeak},
    {"legal", Hint::kWeak},
    {"lineno", Hint::kGutter},
    {"linenodiv", Hint::kGutter},
    {"linenos", Hint::kGutter},
    {"linenumber", Hint::kGutter},
    {"linenumbers", Hint::kGutter},
    {"links", Hint::kWeak},
    {"login", Hint::kChrome},
    {"main", Hint::kContent},
    {"masthead", Hint::kChrome},
    {"menu", Hint::kWeak},
    {"menubar", Hint::kChrome},
    {"meta", Hint::kLabel},
    {"modal", Hint::kChrome},
    {"more", Hint::kWeak},
    {"mostread", Hint::kChrome},
    {"nav", Hint::kChrome},
    {"navbar", Hint::kChrome},
    {"navigation", Hint::kChrome},
    {"newsletter", Hint::kChrome},
    {"next", Hint::kWeak},
    {"note", Hint::kNote},
    {"overlay", Hint::kWeak},
    {"pager", Hint::kChrome},
    {"pagination", Hint::kChrome},
    {"paging", Hint::kChrome},
    {"paywall", Hint::kWeak},
    {"permalink", Hint::kWeak},
    {"popular", Hint::kWeak},
    {"popup", Hint::kChrome},
    {"post", Hint::kContent},
    {"postmetadata", Hint::kLabel},
    {"prev", Hint::kWeak},
    {"previous", Hint::kWeak},
    {"print", Hint::kWeak},
    {"promo", Hint::kChrome},
    {"promotion", Hint::kChrome},
    {"published", Hint::kLabel},
    {"rating", Hint::kLabel},
    {"recirc", Hint::kChrome},
    {"recirculation", Hint::kChrome},
    {"recommendation", Hint::kChrome},
    {"recommendations", Hint::kChrome},
    {"recommended", Hint::kChrome},
    {"related", Hint::kChrome},
    {"relateds", Hint::kChrome},
    {"replies", Hint::kComments},
    {"reply", Hint::kWeak},
    {"respond", Hint::kComments},
    {"rss", Hint::kWeak},
    {"search", Hint::kWeak},
    {"share", Hint::kChrome},
    {"sharebar", Hint::kChrome},
    {"sharedaddy", Hint::kChrome},
    {"sharing", Hint::kChrome},
    {"shoutbox", Hint::kComments},
    {"sidebar", Hint::kChrome},
    {"sidenav", Hint::kChrome},
    {"signup", Hint::kChrome},
    {"sitemap", Hint::kWeak},
    {"skip", Hint::kWeak},
    {"skiplink", Hint::kGutter},
    {"skyscraper", Hint::kChrome},
    {"sociable", Hint::kChrome},
    {"social", Hint::kChrome},
    {"sponsor", Hint::kChrome},
    {"sponsored", Hint::kChrome},
    {"story", Hint::kContent},
    {"subnav", Hint::kChrome},
    {"subscribe", Hint::kChrome},
    {"subscription", Hint::kChrome},
    {"tagcloud", Hint::kChrome},
    {"taglist", Hint::kLabel},
    {"tags", Hint::kLabel},
    {"teaser", Hint::kWeak},
    {"teasers", Hint::kWeak},
    {"text", Hint::kContent},
    {"timestamp", Hint::kLabel},
    {"tip", Hint::kNote},
    {"toc", Hint::kChrome},
    {"toolbar", Hint::kChrome},
    {"tools", Hint::kWeak},
    {"topbar", Hint::kChrome},
    {"trackback", Hint::kComments},
    {"trackbacks", Hint::kComments},
    {"trending", Hint::kChrome},
    {"vote", Hint::kWeak},
    {"warning", Hint::kNote},
    {"widget", Hint::kWeak},
    {"widgets", Hint::kWeak},
};

static_assert(std::is_sorted(std::begin(kWords), std::end(kWords),
                             [](const Word& a, const Word& b) { return a.text < b.text; }));

// Words that turn the meaning of those behind them in one name: "has-sidebar", "no-comments", "category-featured".
constexpr std::string_view kTurning[] = {"category", "format", "has", "have", "hide", "is",
                                         "no",       "not",    "tag", "type", "with", "without"};

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool IsLower(char c) {
  return c >= 'a' && c <= 'z';
}
bool IsUpper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

Hint HintOfWord(std::string_view word) {
  const auto* found = std::lower_bound(std::begin(kWords), std::end(kWords), word,
                                       [](const Word& known, std::string_view wanted) { return known.text < wanted; });
  return found != std::end(kWords) && found->text == word ? found->hint : Hint::kNone;
}

// Which of two hints in one element's names is the one to go by.
int Weight(Hint hint) {
  switch (hint) {
    case Hint::kNone:
      return 0;
    case Hint::kWeak:
      return 1;
    case Hint::kContent:
      return 2;
    case Hint::kBody:
      return 3;
    case Hint::kLabel:
      return 4;
    case Hint::kNote:
      return 5;
    case Hint::kChrome:
      return 6;
    case Hint::kComments:
      return 7;
    case Hint::kGutter:
      return 8;
  }
  return 0;
}

class NameReader {
 public:
  void Read(std::string_view names) {
    names = names.substr(0, kLookedAt);
    size_ = 0;
    bool turned = false;
    for (std::size_t i = 0; i <= names.size(); ++i) {
      const char c = i < names.size() ? names[i] : ' ';
      const bool letter = IsLower(c) || IsUpper(c);
      const bool border = IsUpper(c) && i > 0 && IsLower(names[i - 1]);
      if ((!letter || border) && size_ > 0) {
        TakeWord(turned);
      }
      if (letter) {
        if (size_ < kMaxWord) {
          word_[size_] = Lower(c);
        }
        ++size_;
      } else if (IsSpace(c)) {
        turned = false;
      }
    }
  }
  Hint hint() const { return hint_; }

 private:
  void TakeWord(bool& turned) {
    const std::string_view word(word_.data(), std::min(size_, kMaxWord));
    size_ = 0;
    if (std::find(std::begin(kTurning), std::end(kTurning), word) != std::end(kTurning)) {
      turned = true;
      return;
    }
    const Hint hint = HintOfWord(word);
    if (hint != Hint::kNone && !turned && Weight(hint) > Weight(hint_)) {
      hint_ = hint;
    }
  }

  std::array<char, kMaxWord> word_{};
  std::size_t size_ = 0;
  Hint hint_ = Hint::kNone;
};

}  // namespace

Hint HintOfNames(std::string_view class_names, std::string_view id) {
  if (class_names.empty() && id.empty()) {
    return Hint::kNone;
  }
  NameReader reader;
  reader.Read(class_names);
  reader.Read(id);
  return reader.hint();
}

Hint HintOfRole(std::string_view role) {
  static constexpr Word kRoles[] = {
      {"alertdialog", Hint::kChrome}, {"banner", Hint::kWeak},       {"complementary", Hint::kChrome},
      {"contentinfo", Hint::kChrome}, {"dialog", Hint::kChrome},     {"menu", Hint::kChrome},
      {"menubar", Hint::kChrome},     {"navigation", Hint::kChrome}, {"search", Hint::kChrome},
      {"tablist", Hint::kWeak},       {"toolbar", Hint::kChrome},
  };
  for (const Word& known : kRoles) {
    if (known.text == role) {
      return known.hint;
    }
  }
  return Hint::kNone;
}

bool IsForScreenReadersOnly(std::string_view class_names) {
  static constexpr std::string_view kNames[] = {"element-invisible", "screen-reader-text", "sr-only", "visually-hidden",
                                                "visuallyhidden"};
  class_names = class_names.substr(0, kLookedAt);
  for (const std::string_view name : kNames) {
    const std::size_t at = class_names.find(name);
    if (at == std::string_view::npos) {
      continue;
    }
    const std::size_t behind = at + name.size();
    if ((at == 0 || IsSpace(class_names[at - 1])) && (behind == class_names.size() || IsSpace(class_names[behind]))) {
      return true;
    }
  }
  return false;
}

}  // namespace spinneret::internal
