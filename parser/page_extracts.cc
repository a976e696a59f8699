#include "parser/page_extracts.h"

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "parser/page_meta.h"
#include "parser/page_tables.h"
#include "parser/readable_text.h"
#include "parser/structured_data.h"

namespace spinneret {
namespace {

using nlohmann::json;

constexpr std::string_view kShortOpenGraph = "og";

constexpr std::size_t Index(ExtractKind kind) {
  return static_cast<std::size_t>(kind);
}

json JsonOf(const NamedValues& named) {
  json object = json::object();
  for (const auto& [name, values] : named) {
    object[name] = values;
  }
  return object;
}

json JsonOf(const std::vector<std::pair<std::string, std::string>>& named) {
  json object = json::object();
  for (const auto& [name, value] : named) {
    object[name] = value;
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

// What several kinds are read from together, read once and when it is wanted.
class Reading {
 public:
  Reading(const ParsedPage& page, const Url& base) : page_(&page), base_(base) {}
  Reading(const PageMarkup& markup, const Url& base) : given_(&markup), base_(base) {}

  json Read(ExtractKind kind) {
    switch (kind) {
      case ExtractKind::kMeta:
        return JsonOf(meta().names);
      case ExtractKind::kOpenGraph:
        return JsonOf(meta().opengraph);
      case ExtractKind::kTwitter:
        return JsonOf(meta().twitter);
      case ExtractKind::kFeeds:
        return JsonOf(meta().feeds);
      case ExtractKind::kTranslations:
        return JsonOf(meta().translations);
      case ExtractKind::kJsonLd:
        return JsonOf(ReadJsonLd(markup()));
      case ExtractKind::kMicrodata:
        return JsonOf(ReadMicrodata(page().tree(), base_));
      case ExtractKind::kRdfa:
        return JsonOf(ReadRdfaLite(page().tree(), base_));
      case ExtractKind::kTables:
        return JsonOf(ReadPageTables(page().tree()));
      case ExtractKind::kText:
        return std::move(text().text);
      case ExtractKind::kMarkdown:
        return std::move(text().markdown);
    }
    return {};
  }

 private:
  const PageMarkup& markup() {
    if (given_ != nullptr) {
      return *given_;
    }
    if (!markup_) {
      markup_ = MarkupOf(page().tree());
    }
    return *markup_;
  }
  const ParsedPage& page() const {
    SPINNERET_CHECK(page_ != nullptr, "a kind that needs no tree");
    return *page_;
  }
  const PageMeta& meta() {
    if (!meta_) {
      meta_ = ReadPageMeta(markup(), base_);
    }
    return *meta_;
  }
  internal::ReadableText& text() {
    if (!text_) {
      internal::ReadableTextReader().Read(page().document(), base_, text_.emplace());
    }
    return *text_;
  }

  const ParsedPage* page_ = nullptr;
  const PageMarkup* given_ = nullptr;
  const Url& base_;
  std::optional<PageMarkup> markup_;
  std::optional<PageMeta> meta_;
  std::optional<internal::ReadableText> text_;
};

std::vector<std::pair<ExtractKind, json>> ReadAll(Reading reading, ExtractKinds kinds) {
  std::vector<std::pair<ExtractKind, json>> found;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds.test(i)) {
      const auto kind = static_cast<ExtractKind>(i);
      found.emplace_back(kind, reading.Read(kind));
    }
  }
  return found;
}

}  // namespace

std::string_view ExtractName(ExtractKind kind) {
  return kExtractNames[Index(kind)];
}

std::optional<ExtractKind> ExtractKindFromName(std::string_view name) {
  if (name == kShortOpenGraph) {
    return ExtractKind::kOpenGraph;
  }
  const auto found = std::find(kExtractNames.begin(), kExtractNames.end(), name);
  if (found == kExtractNames.end()) {
    return std::nullopt;
  }
  return static_cast<ExtractKind>(found - kExtractNames.begin());
}

ExtractKinds MarkupKinds() {
  ExtractKinds kinds;
  for (const ExtractKind kind : {ExtractKind::kMeta, ExtractKind::kOpenGraph, ExtractKind::kTwitter,
                                 ExtractKind::kJsonLd, ExtractKind::kFeeds, ExtractKind::kTranslations}) {
    kinds.set(Index(kind));
  }
  return kinds;
}

std::vector<std::pair<ExtractKind, json>> ReadExtracts(const ParsedPage& page, const Url& base, ExtractKinds kinds) {
  return ReadAll(Reading(page, base), kinds);
}

std::vector<std::pair<ExtractKind, json>> ReadExtracts(const PageMarkup& markup, const Url& base, ExtractKinds kinds) {
  return ReadAll(Reading(markup, base), kinds);
}

}  // namespace spinneret
