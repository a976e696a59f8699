#include "cli/extract_page.h"

#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "parser/html_text.h"
#include "parser/link_resolver.h"
#include "parser/page_extracts.h"
#include "parser/page_meta.h"

namespace spinneret::cli {
using nlohmann::json;

void PageExtractor::Read(std::string_view html, const Url& url) {
  url_ = url;
  page_.Parse(html);
  page_.ReadContents(contents_);
  base_ = DocumentBase(contents_, url_);
}

json PageExtractor::Links() const {
  LinkSet links;
  ResolveLinks(contents_, url_, links);
  json list = json::array();
  for (const ResolvedLink& link : links) {
    if (link.tag == LinkTag::kA || link.tag == LinkTag::kArea) {
      list.push_back({{"href", link.href}, {"text", link.text}, {"rel", link.rel}, {"tag", LinkTagName(link.tag)}});
    }
  }
  return list;
}

json PageExtractor::Resources() const {
  json list = json::array();
  for (const PageResource& resource : ReadPageResources(page_.tree(), base_)) {
    json entry{{"href", resource.href}, {"tag", resource.tag}};
    if (!resource.rel.empty()) {
      entry["rel"] = resource.rel;
    }
    list.push_back(std::move(entry));
  }
  return list;
}

json PageExtractor::Everything() const {
  const std::string canonical = ResolveOne(contents_.canonical, base_);
  const std::string_view lang =
      page_.tree().size() == 0 ? std::string_view() : internal::TrimmedHtmlSpace(page_.tree().language(0));
  json all{{"title", contents_.title},
           {"links", Links()},
           {"resources", Resources()},
           {"canonical", canonical.empty() ? json() : json(canonical)},
           {"lang", lang.empty() ? json() : json(lang)}};
  all.update(Extracts(ExtractKinds().set()));
  if (!contents_.cut.empty()) {
    all["cut"] = contents_.cut;
  }
  return all;
}

json PageExtractor::Extracts(ExtractKinds kinds) const {
  json found = json::object();
  for (auto& [kind, value] : ReadExtracts(page_, base_, kinds)) {
    found[std::string(ExtractName(kind))] = std::move(value);
  }
  return found;
}

FieldValues PageExtractor::Values(const Selector& selector) const {
  return SelectorMatcher(selector, page_.tree()).Values();
}

std::string_view CutMessage() {
  return "there are more values than are kept";
}

}  // namespace spinneret::cli
