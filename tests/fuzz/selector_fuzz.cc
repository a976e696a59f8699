// The first line is a selector, the rest a page. Whatever both are, matching ends, and what is found is text.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "parser/encoding.h"
#include "parser/parsed_page.h"
#include "parser/selector.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spinneret;
  static ParsedPage page;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t line_end = bytes.find('\n');
  const Result<Selector> selector = Selector::Compile(bytes.substr(0, line_end));
  if (!selector) {
    SPINNERET_CHECK(selector.error().message.starts_with("column "), "a mistake without its place");
    return 0;
  }
  page.Parse(line_end == std::string_view::npos ? "<p class=a><b id=b>x</b></p>" : bytes.substr(line_end + 1));
  SelectorMatcher matcher(*selector, page.tree());
  const std::vector<NodeIndex> elements = matcher.Elements();
  for (std::size_t i = 1; i < elements.size(); ++i) {
    SPINNERET_CHECK(elements[i - 1] < elements[i], "elements out of order");
  }
  const ValueLimits limits{.values = 1000, .bytes = 1U << 20U};
  for (const std::string& value : matcher.Values(0, limits).values) {
    SPINNERET_CHECK(IsValidUtf8(value), "a value that is not UTF-8");
  }
  if (!elements.empty()) {
    const NodeIndex scope = elements[elements.size() / 2];
    for (const NodeIndex inside : matcher.Elements(scope)) {
      SPINNERET_CHECK(page.tree().IsWithin(inside, scope), "an element outside the scope");
    }
  }
  return 0;
}
