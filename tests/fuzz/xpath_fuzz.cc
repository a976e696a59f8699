// The first line is an XPath expression, the rest a page. Whatever both are, evaluation ends within its bounds, and what
// is found is in order and text.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "parser/encoding.h"
#include "parser/parsed_page.h"
#include "parser/xpath.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spinneret;
  static ParsedPage page;
  static XPathEngine engine;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t line_end = bytes.find('\n');
  const Result<XPath> xpath = XPath::Compile(bytes.substr(0, line_end));
  if (!xpath) {
    SPINNERET_CHECK(xpath.error().message.starts_with("column "), "a mistake without its place");
    return 0;
  }
  page.Parse(line_end == std::string_view::npos ? "<p class=a><b id=b>x</b></p>" : bytes.substr(line_end + 1));
  engine.SetPage(&page.tree());
  NodeIndex last = kNoNode;
  const XPathFinds found = engine.Find(*xpath);
  for (const XPathFind& find : found.finds) {
    if (find.element == kNoNode) {
      SPINNERET_CHECK(IsValidUtf8(find.text), "a value that is not UTF-8");
      continue;
    }
    SPINNERET_CHECK(xpath->may_find_elements(), "an element where there is none to find");
    SPINNERET_CHECK(find.element < page.tree().size() && page.tree().IsElement(find.element), "not an element");
    SPINNERET_CHECK(last == kNoNode || find.element > last, "elements out of order");
    last = find.element;
  }
  // In brackets it is evaluated whole, without them perhaps in parts.
  const Result<XPath> whole = XPath::Compile("(" + xpath->text() + ")");
  if (whole) {
    const XPathFinds same = engine.Find(*whole);
    SPINNERET_CHECK(same.too_much_work || found.too_much_work || same.finds.size() == found.finds.size(),
                    "parts find something else");
  }
  if (last != kNoNode) {
    engine.Find(*xpath, last);
  }
  engine.SetPage(nullptr);
  return 0;
}
