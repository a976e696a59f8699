// What a page says of itself, and its readable text, by kind: for --extract and `spinneret extract`, with the same code.
//
// Output    JSON; text and markdown are JSON strings. docs/structured_data.md gives the shapes.
// Limits    those of the readers.
// Thread    pure functions.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "parser/page_markup.h"
#include "parser/parsed_page.h"
#include "parser/url.h"

namespace spinneret {

enum class ExtractKind : std::uint8_t {
  kMeta,
  kOpenGraph,
  kTwitter,
  kJsonLd,
  kMicrodata,
  kRdfa,
  kTables,
  kFeeds,
  kTranslations,
  kText,
  kMarkdown,
};
// The kinds' names as options, databases and JSON have them, in the order of the enum.
inline constexpr std::array<std::string_view, 11> kExtractNames = {"meta",         "opengraph", "twitter", "jsonld",
                                                                   "microdata",    "rdfa",      "tables",  "feeds",
                                                                   "translations", "text",      "markdown"};
std::string_view ExtractName(ExtractKind kind);
// "og" is opengraph.
std::optional<ExtractKind> ExtractKindFromName(std::string_view name);

using ExtractKinds = std::bitset<kExtractNames.size()>;

// One for each of `kinds`, in the enum's order, also when the page has nothing of it ({}, [] or ""). `base`: what
// relative URLs start from (DocumentBase()).
std::vector<std::pair<ExtractKind, nlohmann::json>> ReadExtracts(const ParsedPage& page, const Url& base,
                                                                 ExtractKinds kinds);
// The same from a page's markup alone; `kinds` holds none but MarkupKinds().
std::vector<std::pair<ExtractKind, nlohmann::json>> ReadExtracts(const PageMarkup& markup, const Url& base,
                                                                 ExtractKinds kinds);
// Those that need no tree.
ExtractKinds MarkupKinds();

}  // namespace spinneret
