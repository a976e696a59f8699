// Any bytes are a page that has readable text, which may be empty. Holds it to what its header promises.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/check.h"
#include "parser/encoding.h"
#include "parser/html_document.h"
#include "parser/readable_text.h"
#include "parser/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spinneret;
  using namespace spinneret::internal;
  static HtmlDocument document;
  static ReadableTextReader reader;
  static const std::optional<Url> base = Url::Parse("https://page.example/a/b?c");
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  document.Parse(bytes, ReadLimits(), RawText::kDrop);
  ReadableText found;
  reader.Read(document, *base, found);
  SPINNERET_CHECK(IsValidUtf8(found.text) && IsValidUtf8(found.markdown), "text that is not UTF-8");
  SPINNERET_CHECK(found.text.empty() == found.markdown.empty(), "text that is not in the markdown, or the other way");
  SPINNERET_CHECK(found.text.empty() || (found.text.front() != '\n' && found.text.back() != '\n'),
                  "empty lines around the text");
  SPINNERET_CHECK(found.markdown.empty() || found.markdown.ends_with('\n'), "markdown without an end of its last line");
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'; };
  SPINNERET_CHECK(std::none_of(found.text.begin(), found.text.end(), is_control), "a control character in the text");
  SPINNERET_CHECK(std::none_of(found.markdown.begin(), found.markdown.end(), is_control),
                  "a control character in the markdown");
  SPINNERET_CHECK(found.text.size() <= 4 * size + 16, "more text than the page has");
  return 0;
}
