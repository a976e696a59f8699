// Any bytes are a page. Reads them, resolves their links, and holds the reader to what its header promises.
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/check.h"
#include "parser/encoding.h"
#include "parser/link_resolver.h"
#include "parser/page_reader.h"
#include "parser/url.h"

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
  LinkSet links;
  ResolveLinks(page, *page_url, links);
  SPINNERET_CHECK(links.size() <= page.links.size(), "more links than the page has");
  for (const ResolvedLink& link : links) {
    SPINNERET_CHECK(link.href.starts_with("http"), "a link that is not http(s)");
    SPINNERET_CHECK(link.href.find('#') == std::string_view::npos, "a fragment is left");
  }
  return 0;
}
