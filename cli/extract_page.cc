#include "cli/extract_page.h"

#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "parser/link_resolver.h"
#include "parser/page_meta.h"
#include "parser/page_tables.h"
#include "parser/readable_text.h"
#include "parser/structured_data.h"

namespace spinneret::cli {
namespace {

using nlohmann::json;

json JsonOf(const NamedValues& named) {
  json object = json::object();
  for (const auto& [name, values] : named) {
    object[name] = values;
  }
  return object;
}

json JsonOf(const std::vector<AlternateLink>& links) {
  json list = json::array();
  for (const AlternateLink& link : links) {
    json entry{{"href", link.href}};
    if (!link.type.empty()) {
      entry["type"] = link.type;
    }
    if (!link.hreflang.empty()) {
      entry["hreflang"] = link.hreflang;
    }
    if (!link.title.empty()) {
      entry["title"] = link.title;
    }
    list.push_back(std::move(entry));
  }
  return list;
}

json JsonOf(const StructuredItems& items) {
  return json::parse(ItemsToJson(items.items), nullptr, false);
}

json JsonOf(const JsonLd& found) {
  json list = json::array();
  for (const std::string& value : found.values) {
    list.push_back(json::parse(value, nullptr, false));
  }
  return list;
}

json JsonOf(PageTables found) {
  json list = json::array();
  for (PageTable& table : found.tables) {
    json entry{{"rows", std::move(table.rows)}};
    if (!table.caption.empty()) {
      entry["caption"] = std::move(table.caption);
    }
    if (!table.header.empty()) {
      entry["header"] = std::move(table.header);
    }
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace

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
  const PageMeta meta = ReadPageMeta(page_.tree(), base_);
  json names = json::object();
  for (const auto& [name, content] : meta.names) {
    names[name] = content;
  }
  internal::ReadableText readable;
  internal::ReadableTextReader().Read(page_.document(), base_, readable);
  json all{{"title", contents_.title},
           {"text", std::move(readable.text)},
           {"markdown", std::move(readable.markdown)},
           {"links", Links()},
           {"resources", Resources()},
           {"meta", std::move(names)},
           {"jsonld", JsonOf(ReadJsonLd(page_.tree()))},
           {"microdata", JsonOf(ReadMicrodata(page_.tree(), base_))},
           {"rdfa", JsonOf(ReadRdfaLite(page_.tree(), base_))},
           {"tables", JsonOf(ReadPageTables(page_.tree()))},
           {"opengraph", JsonOf(meta.opengraph)},
           {"twitter", JsonOf(meta.twitter)},
           {"canonical", meta.canonical.empty() ? json() : json(meta.canonical)},
           {"lang", meta.lang.empty() ? json() : json(meta.lang)},
           {"feeds", JsonOf(meta.feeds)},
           {"translations", JsonOf(meta.translations)}};
  if (!contents_.cut.empty()) {
    all["cut"] = contents_.cut;
  }
  return all;
}

FieldValues PageExtractor::Values(const Selector& selector) const {
  return SelectorMatcher(selector, page_.tree()).Values();
}

std::string_view CutMessage() {
  return "there are more values than are kept";
}

}  // namespace spinneret::cli
