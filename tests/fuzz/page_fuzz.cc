// Any bytes are a page. Reads them, resolves their links, and holds the readers to what their header promises: a scan that
// has no doubts says what the tree says.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.h"
#include "parser/encoding.h"
#include "parser/link_resolver.h"
#include "parser/page_markup.h"
#include "parser/page_reader.h"
#include "parser/page_scan.h"
#include "parser/parsed_page.h"
#include "parser/url.h"
#include "tests/support/page_contents.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spinneret;
  static const std::unique_ptr<PageReader> reader = MakeGumboPageReader();
  static const std::optional<Url> page_url = Url::Parse("https://page.example/a/b?c");
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  PageContents page;
  reader->Read(bytes, page);
  for (const RawLink& link : page.links) {
    SPINNERET_CHECK(link.text.size() <= ReadLimits().link_text_bytes, "a link's text is over its limit");
    SPINNERET_CHECK(IsValidUtf8(link.text) && IsValidUtf8(link.href), "text that is not UTF-8");
  }
  SPINNERET_CHECK(IsValidUtf8(page.title) && IsValidUtf8(page.h1), "text that is not UTF-8");
  static const std::unique_ptr<PageReader> scanning = MakePageReader();
  static DecodedText decoded;
  static PageContents scanned;
  DecodeHtml(bytes, "text/html; charset=utf-8", decoded);
  scanning->Read(decoded.text, scanned);
  if (!scanned.by_tree) {
    reader->Read(decoded.text, page);
    if (page.cut.empty()) {
      const std::string difference = testing::DifferenceOf(scanned, page);
      SPINNERET_CHECK(difference.empty(), difference.c_str());
      static PageScan scan;
      static PageMarkup markup;
      static ParsedPage tree;
      if (scan.Read(decoded.text, scanned, markup)) {
        tree.Parse(decoded.text);
        const std::string other = testing::DifferenceOf(markup, MarkupOf(tree.tree()));
        SPINNERET_CHECK(other.empty(), other.c_str());
      }
    }
  }
  LinkSet links;
  ResolveLinks(page, *page_url, links);
  SPINNERET_CHECK(links.size() <= page.links.size(), "more links than the page has");
  for (const ResolvedLink& link : links) {
    SPINNERET_CHECK(link.href.starts_with("http"), "a link that is not http(s)");
    SPINNERET_CHECK(link.href.find('#') == std::string_view::npos, "a fragment is left");
  }
  return 0;
}
