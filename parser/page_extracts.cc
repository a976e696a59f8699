#include "parser/page_extracts.h"

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

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
  Reading(const ParsedPage& page, const Url& base) : page_(page), base_(base) {}

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
        return JsonOf(ReadJsonLd(page_.tree()));
      case ExtractKind::kMicrodata:
        return JsonOf(ReadMicrodata(page_.tree(), base_));
      case ExtractKind::kRdfa:
        return JsonOf(ReadRdfaLite(page_.tree(), base_));
      case ExtractKind::kTables:
        return JsonOf(ReadPageTables(page_.tree()));
      case ExtractKind::kText:
        return std::move(text().text);
      case ExtractKind::kMarkdown:
        return std::move(text().markdown);
    }
    return {};
  }

 private:
  const PageMeta& meta() {
    if (!meta_) {
      meta_ = ReadPageMeta(page_.tree(), base_);
    }
    return *meta_;
  }
  internal::ReadableText& text() {
    if (!text_) {
      internal::ReadableTextReader().Read(page_.document(), base_, text_.emplace());
    }
    return *text_;
  }

  const ParsedPage& page_;
  const Url& base_;
  std::optional<PageMeta> meta_;
  std::optional<internal::ReadableText> text_;
};

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

std::vector<std::pair<ExtractKind, json>> ReadExtracts(const ParsedPage& page, const Url& base, ExtractKinds kinds) {
  std::vector<std::pair<ExtractKind, json>> found;
  Reading reading(page, base);
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds.test(i)) {
      const auto kind = static_cast<ExtractKind>(i);
      found.emplace_back(kind, reading.Read(kind));
    }
  }
  return found;
}

}  // namespace spinneret
