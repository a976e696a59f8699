#include "parser/link_resolver.h"

#include <optional>
#include <utility>

namespace spinneret {
namespace {

// A base longer than this would be multiplied by every relative link; no real one comes near.
constexpr std::size_t kMaxBaseBytes = 16U << 10U;

}  // namespace

ResolvedLink LinkSet::operator[](std::size_t index) const {
  const Entry& entry = entries_[index];
  std::string_view rest = std::string_view(text_).substr(entry.at);
  ResolvedLink link;
  link.tag = entry.tag;
  link.href = rest.substr(0, entry.href_size);
  rest.remove_prefix(entry.href_size);
  link.host = rest.substr(0, entry.host_size);
  rest.remove_prefix(entry.host_size);
  link.rel = rest.substr(0, entry.rel_size);
  rest.remove_prefix(entry.rel_size);
  link.text = rest.substr(0, entry.text_size);
  return link;
}

void LinkSet::Clear() {
  text_.clear();
  entries_.clear();
  cut_ = false;
}

bool LinkSet::Add(const ResolvedLink& link) {
  const std::size_t bytes = link.href.size() + link.host.size() + link.rel.size() + link.text.size();
  if (bytes > kLinkSetBytes - text_.size()) {
    cut_ = true;
    return false;
  }
  Entry entry;
  entry.at = static_cast<std::uint32_t>(text_.size());
  entry.href_size = static_cast<std::uint32_t>(link.href.size());
  entry.host_size = static_cast<std::uint32_t>(link.host.size());
  entry.rel_size = static_cast<std::uint32_t>(link.rel.size());
  entry.text_size = static_cast<std::uint32_t>(link.text.size());
  entry.tag = link.tag;
  text_.append(link.href).append(link.host).append(link.rel).append(link.text);
  entries_.push_back(entry);
  return true;
}

Url DocumentBase(const PageContents& page, const Url& page_url) {
  if (!page.base_href.empty() && page.base_href.size() <= kMaxBaseBytes) {
    std::optional<Url> base = Url::Parse(page.base_href, &page_url);
    if (base && base->scheme() != "data" && base->scheme() != "javascript") {
      return std::move(*base);
    }
  }
  return page_url;
}

void ResolveLinks(const PageContents& page, const Url& page_url, LinkSet& out) {
  out.Clear();
  const Url base = DocumentBase(page, page_url);
  for (const RawLink& raw : page.links) {
    std::optional<Url> url = Url::Parse(raw.href, &base);
    if (!url || !url->is_http()) {
      continue;
    }
    if (url->has_credentials()) {
      url = url->WithoutSecrets();
    }
    const std::string host = url->host_key_text();
    if (!out.Add({raw.tag, url->href_without_fragment(), host, raw.rel, raw.text})) {
      return;  // what follows would leave a hole in the order of the links
    }
  }
}

std::string ResolveOne(std::string_view href, const Url& base) {
  std::optional<Url> url = Url::Parse(href, &base);
  if (!url || !url->is_http()) {
    return {};
  }
  return std::string(url->has_credentials() ? url->WithoutSecrets().href_without_fragment()
                                            : url->href_without_fragment());
}

}  // namespace spinneret
