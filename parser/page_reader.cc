#include "parser/page_reader.h"

namespace spinneret {

std::string_view LinkTagName(LinkTag tag) {
  switch (tag) {
    case LinkTag::kA:
      return "a";
    case LinkTag::kArea:
      return "area";
    case LinkTag::kIframe:
      return "iframe";
    case LinkTag::kFrame:
      return "frame";
    case LinkTag::kLink:
      return "link";
    case LinkTag::kRecipe:
      return "recipe";
  }
  return "a";
}

void PageContents::Clear() {
  title.clear();
  description.clear();
  h1.clear();
  lang.clear();
  canonical.clear();
  robots.clear();
  refresh.clear();
  base_href.clear();
  links.clear();
  word_count = 0;
  cut = {};
}

}  // namespace spinneret
