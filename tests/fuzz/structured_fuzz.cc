// Everything that is read from a page besides its links: any bytes are a page, and what comes out is bounded and JSON.
#include <cstdint>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "parser/page_meta.h"
#include "parser/page_tables.h"
#include "parser/parsed_page.h"
#include "parser/structured_data.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spinneret;
  static ParsedPage page;
  static const Url base = *Url::Parse("https://page.example/a/b?c");
  page.Parse(std::string_view(reinterpret_cast<const char*>(data), size));
  const PageTree& tree = page.tree();
  const StructuredLimits limits{.values = 2000, .bytes = 1U << 20U, .nesting = 16};
  for (const std::string& value : ReadJsonLd(MarkupOf(tree), limits).values) {
    SPINNERET_CHECK(nlohmann::json::accept(value), "JSON-LD that is not JSON");
  }
  SPINNERET_CHECK(nlohmann::json::accept(ItemsToJson(ReadMicrodata(tree, base, limits).items)), "microdata");
  SPINNERET_CHECK(nlohmann::json::accept(ItemsToJson(ReadRdfaLite(tree, base, limits).items)), "RDFa");
  const TableLimits table_limits{.cells = 5000, .columns = 100, .bytes = 1U << 20U};
  for (const PageTable& table : ReadPageTables(tree, table_limits).tables) {
    SPINNERET_CHECK(table.header.size() <= table_limits.columns, "a row that is too wide");
    for (const auto& row : table.rows) {
      SPINNERET_CHECK(row.size() <= table_limits.columns, "a row that is too wide");
    }
  }
  const PageMeta meta = ReadPageMeta(MarkupOf(tree), base);
  SPINNERET_CHECK(meta.names.size() <= kPageMetaItems, "too many names");
  for (const PageResource& resource : ReadPageResources(tree, base)) {
    SPINNERET_CHECK(resource.href.starts_with("http"), "a resource that is not http(s)");
  }
  return 0;
}
