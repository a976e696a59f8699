// What a page says of its things in forms made for programs: JSON-LD, microdata, RDFa Lite. What it says of itself in
// <meta> and <link> is in page_meta.h, its tables in page_tables.h.
//
// Source    JSON-LD 1.1 (which script elements), read by lenient_json.h; HTML standard §5 (microdata); RDFa Lite 1.1.
// Output    JSON-LD is JSON text, an array on the outside taken apart. Items have the names as written, their types and
//           ids as absolute URLs; text is as it is on the page.
// Limits    StructuredLimits for each of the three, over the whole page; what is beyond is left out, and `cut` says so.
//           An item that holds itself by itemref is "ERROR" there, as the standard has it.
// Thread    pure functions. Linear in the page, itemref excepted, whose work is bounded.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "parser/page_markup.h"
#include "parser/page_tree.h"
#include "parser/url.h"

namespace spinneret {

struct StructuredLimits {
  std::size_t values = 50'000;
  std::size_t bytes = 8U << 20U;
  std::size_t nesting = 32;
};

struct JsonLd {
  std::vector<std::string> values;
  std::size_t mended = 0;  // scripts that were not JSON, but could be read
  std::size_t broken = 0;  // scripts with a fault that could not be mended
  bool cut = false;
};

struct StructuredItem;

// A text or an item.
struct StructuredValue {
  std::string text;
  std::unique_ptr<StructuredItem> item;  // null: a text
};

struct StructuredItem {
  std::vector<std::string> types;
  std::string id;  // empty when it has none
  // In the page's order of first appearance; up to 1000 names.
  std::vector<std::pair<std::string, std::vector<StructuredValue>>> properties;

  void Add(const std::string& name, StructuredValue value);
};

struct StructuredItems {
  std::vector<StructuredItem> items;  // those that are not part of another
  bool cut = false;
};

JsonLd ReadJsonLd(const PageMarkup& markup, const StructuredLimits& limits = {});
// `base` is what relative URLs start from.
StructuredItems ReadMicrodata(const PageTree& tree, const Url& base, const StructuredLimits& limits = {});
StructuredItems ReadRdfaLite(const PageTree& tree, const Url& base, const StructuredLimits& limits = {});

// [{"type": […], "id": …, "properties": {name: [values]}}], as the HTML standard has microdata in JSON.
std::string ItemsToJson(const std::vector<StructuredItem>& items);

}  // namespace spinneret
