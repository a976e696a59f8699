#include "parser/page_meta.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "parser/html_text.h"
#include "parser/link_resolver.h"

namespace spinneret {
namespace {

using internal::HasToken;
using internal::KeyOfTag;
using internal::LowerAsciiOf;
using internal::TrimmedHtmlSpace;

std::string CutText(std::string_view text) {
  std::string cut(text.substr(0, std::min(text.size(), kPageMetaBytes + 4)));
  internal::CutTo(cut, kPageMetaBytes);
  return cut;
}

// Adds under a name, wherever that came first.
class NamedValueGatherer {
 public:
  explicit NamedValueGatherer(NamedValues& out) : out_(out) {}

  void Add(const std::string& name, std::string_view value) {
    if (++added_ > kPageMetaItems) {
      return;
    }
    const auto [entry, is_new] = places_.try_emplace(name, out_.size());
    if (is_new) {
      out_.emplace_back(name, std::vector<std::string>());
    }
    out_[entry->second].second.push_back(CutText(value));
  }

 private:
  NamedValues& out_;
  std::unordered_map<std::string, std::size_t> places_;
  std::size_t added_ = 0;
};

bool IsFeedType(std::string_view type) {
  return type == "application/rss+xml" || type == "application/atom+xml" || type == "application/feed+json" ||
         type == "application/rdf+xml" || type == "text/xml" || type == "application/xml";
}

class MetaReader {
 public:
  explicit MetaReader(const Url& base) : base_(base) {}

  PageMeta Read(const PageMarkup& markup) && {
    for (const PageMarkup::Meta& meta : markup.metas) {
      ReadMeta(meta);
    }
    for (const PageMarkup::Alternate& link : markup.alternates) {
      ReadAlternate(link);
    }
    return std::move(meta_);
  }

 private:
  void ReadMeta(const PageMarkup::Meta& meta) {
    const std::string name = LowerAsciiOf(CutText(TrimmedHtmlSpace(meta.name)));
    const std::string property = LowerAsciiOf(CutText(TrimmedHtmlSpace(meta.property)));
    if (!name.empty() && meta_.names.size() < kPageMetaItems && names_.try_emplace(name, true).second) {
      meta_.names.emplace_back(name, CutText(meta.content));
    }
    const bool named_card = property.empty() && (name.starts_with("og:") || name.starts_with("twitter:"));
    const std::string& said = named_card ? name : property;
    if (said.find(':') == std::string::npos) {
      return;
    }
    (said.starts_with("twitter:") ? twitter_ : opengraph_).Add(said, meta.content);
  }

  void ReadAlternate(const PageMarkup::Alternate& written) {
    if (written.href.empty() || HasToken(written.rel, "stylesheet") ||
        meta_.feeds.size() + meta_.translations.size() >= kPageMetaItems) {
      return;
    }
    AlternateLink link;
    const std::string_view type = written.type;
    link.type = LowerAsciiOf(CutText(TrimmedHtmlSpace(type.substr(0, type.find(';')))));
    link.hreflang = CutText(TrimmedHtmlSpace(written.hreflang));
    if (link.hreflang.empty() && !IsFeedType(link.type)) {
      return;
    }
    link.href = ResolveOne(written.href, base_);
    link.title = CutText(written.title);
    if (!link.href.empty()) {
      (IsFeedType(link.type) ? meta_.feeds : meta_.translations).push_back(std::move(link));
    }
  }

  const Url& base_;
  PageMeta meta_;
  std::unordered_map<std::string, bool> names_;
  NamedValueGatherer opengraph_{meta_.opengraph};
  NamedValueGatherer twitter_{meta_.twitter};
};

// The URLs of a srcset attribute (HTML standard §4.8.4.2.3, without what stands beside each).
std::vector<std::string_view> SourceSetUrls(std::string_view set) {
  std::vector<std::string_view> urls;
  std::size_t i = 0;
  while (i < set.size()) {
    while (i < set.size() && (internal::IsHtmlSpace(set[i]) || set[i] == ',')) {
      ++i;
    }
    const std::size_t start = i;
    while (i < set.size() && !internal::IsHtmlSpace(set[i])) {
      ++i;
    }
    std::string_view url = set.substr(start, i - start);
    const bool is_last = url.ends_with(',');
    while (url.ends_with(',')) {
      url.remove_suffix(1);
    }
    if (!url.empty()) {
      urls.push_back(url);
    }
    // A descriptor goes on to a comma outside brackets.
    std::size_t brackets = 0;
    while (!is_last && i < set.size() && (set[i] != ',' || brackets > 0)) {
      brackets += set[i] == '(' ? 1 : 0;
      brackets -= set[i] == ')' && brackets > 0 ? 1 : 0;
      ++i;
    }
  }
  return urls;
}

class ResourceReader {
 public:
  ResourceReader(const PageTree& tree, const Url& base) : tree_(tree), base_(base) {}

  std::vector<PageResource> Read() && {
    for (NodeIndex i = 0; i < tree_.size() && resources_.size() < kPageMetaItems; ++i) {
      if (tree_.IsElement(i) && tree_.space(i) == ElementSpace::kHtml) {
        ReadElement(i);
      }
    }
    return std::move(resources_);
  }

 private:
  void ReadElement(NodeIndex node) {
    if (tree_.Is(node, KeyOfTag("link"))) {
      ReadLink(node);
      return;
    }
    for (const std::string_view tag :
         {"img", "script", "iframe", "frame", "embed", "video", "audio", "source", "track"}) {
      if (tree_.Is(node, KeyOfTag(tag))) {
        Add(node, tree_.AttributeOr(node, "src"), "");
      }
    }
    if (tree_.Is(node, KeyOfTag("video"))) {
      Add(node, tree_.AttributeOr(node, "poster"), "");
    }
    if (tree_.Is(node, KeyOfTag("object"))) {
      Add(node, tree_.AttributeOr(node, "data"), "");
    }
    if (tree_.Is(node, KeyOfTag("input")) && internal::EqualsIgnoringCase(tree_.AttributeOr(node, "type"), "image")) {
      Add(node, tree_.AttributeOr(node, "src"), "");
    }
    if (tree_.Is(node, KeyOfTag("img")) || tree_.Is(node, KeyOfTag("source"))) {
      for (const std::string_view url : SourceSetUrls(tree_.AttributeOr(node, "srcset"))) {
        Add(node, url, "");
      }
    }
  }

  void ReadLink(NodeIndex node) {
    const std::string_view rel = tree_.AttributeOr(node, "rel");
    for (const std::string_view fetched :
         {"stylesheet", "icon", "apple-touch-icon", "mask-icon", "manifest", "preload", "modulepreload", "prefetch"}) {
      if (HasToken(rel, fetched)) {
        Add(node, tree_.AttributeOr(node, "href"), LowerAsciiOf(internal::Collapsed(rel, kPageMetaBytes)));
        return;
      }
    }
  }

  void Add(NodeIndex node, std::string_view url, std::string rel) {
    if (url.empty() || resources_.size() >= kPageMetaItems) {
      return;
    }
    std::string href = ResolveOne(url, base_);
    if (!href.empty()) {
      resources_.push_back({std::move(href), std::string(tree_.name(node)), std::move(rel)});
    }
  }

  const PageTree& tree_;
  const Url& base_;
  std::vector<PageResource> resources_;
};

}  // namespace

PageMeta ReadPageMeta(const PageMarkup& markup, const Url& base) {
  return MetaReader(base).Read(markup);
}

std::vector<PageResource> ReadPageResources(const PageTree& tree, const Url& base) {
  return ResourceReader(tree, base).Read();
}

}  // namespace spinneret
