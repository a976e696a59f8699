#include "parser/gumbo_names.h"

#include "parser/html_text.h"

namespace spinneret::internal {

ElementSpace SpaceOf(const GumboElement& element) {
  switch (element.tag_namespace) {
    case GUMBO_NAMESPACE_SVG:
      return ElementSpace::kSvg;
    case GUMBO_NAMESPACE_MATHML:
      return ElementSpace::kMathMl;
    case GUMBO_NAMESPACE_HTML:
      break;
  }
  return ElementSpace::kHtml;
}

AttributeSpace SpaceOf(const GumboAttribute& attribute) {
  switch (attribute.attr_namespace) {
    case GUMBO_ATTR_NAMESPACE_XLINK:
      return AttributeSpace::kXlink;
    case GUMBO_ATTR_NAMESPACE_XML:
      return AttributeSpace::kXml;
    case GUMBO_ATTR_NAMESPACE_XMLNS:
      return AttributeSpace::kXmlns;
    case GUMBO_ATTR_NAMESPACE_NONE:
      break;
  }
  return AttributeSpace::kNone;
}

std::string_view NameOf(const GumboElement& element, std::string& scratch) {
  const bool known = element.tag != GUMBO_TAG_UNKNOWN;
  if (known && element.tag_namespace != GUMBO_NAMESPACE_SVG) {
    return gumbo_normalized_tagname(element.tag);
  }
  GumboStringPiece original = element.original_tag;
  gumbo_tag_from_original_text(&original);
  if (original.data != nullptr && element.tag_namespace == GUMBO_NAMESPACE_SVG) {
    if (const char* const adjusted = gumbo_normalize_svg_tagname(&original)) {
      return adjusted;
    }
  }
  if (known) {
    return gumbo_normalized_tagname(element.tag);
  }
  scratch.assign(original.data == nullptr ? "" : original.data, original.length);
  MakeLowerAscii(scratch);
  return scratch;
}

}  // namespace spinneret::internal
