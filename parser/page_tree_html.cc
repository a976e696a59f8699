// PageTree::InnerHtml: from gumbo's own nodes, which know comments and what is inside <template>.
#include <string>
#include <string_view>
#include <vector>

#include "parser/encoding_decoders.h"
#include "parser/gumbo_names.h"
#include "parser/page_tree.h"

namespace spinneret {
namespace {

using internal::KeyOfTag;

enum class Within { kText, kAttribute };

// HTML standard §13.3, "escaping a string".
void AppendEscaped(std::string_view text, Within within, std::string& out) {
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string_view escaped;
    std::size_t length = 1;
    switch (text[i]) {
      case '&':
        escaped = "&amp;";
        break;
      case '<':
        escaped = "&lt;";
        break;
      case '>':
        escaped = "&gt;";
        break;
      case '"':
        escaped = within == Within::kAttribute ? "&quot;" : "";
        break;
      case '\xC2':
        if (text.substr(i, 2) == "\xC2\xA0") {
          escaped = "&nbsp;";
          length = 2;
        }
        break;
      default:
        break;
    }
    if (!escaped.empty()) {
      out.append(text.substr(start, i - start)).append(escaped);
      i += length - 1;
      start = i + 1;
    }
  }
  out.append(text.substr(start));
}

bool IsVoid(internal::TagKey key) {
  for (const std::string_view name : {"area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img",
                                      "input", "keygen", "link", "meta", "param", "source", "track", "wbr"}) {
    if (key == KeyOfTag(name)) {
      return true;
    }
  }
  return false;
}

// Elements whose text is written as it is.
bool HoldsRawText(internal::TagKey key) {
  for (const std::string_view name : {"style", "script", "xmp", "iframe", "noembed", "noframes", "plaintext"}) {
    if (key == KeyOfTag(name)) {
      return true;
    }
  }
  return false;
}

std::string_view PrefixOf(AttributeSpace space) {
  switch (space) {
    case AttributeSpace::kXlink:
      return "xlink:";
    case AttributeSpace::kXml:
      return "xml:";
    case AttributeSpace::kXmlns:
      return "xmlns:";
    case AttributeSpace::kNone:
      break;
  }
  return "";
}

void AppendStartTag(const GumboElement& element, std::string_view name, std::string& out) {
  out.append("<").append(name);
  for (unsigned i = 0; i < element.attributes.length; ++i) {
    const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
    const AttributeSpace space = internal::SpaceOf(attribute);
    const bool is_plain_xmlns = space == AttributeSpace::kXmlns && std::string_view(attribute.name) == "xmlns";
    out.append(" ").append(is_plain_xmlns ? "" : PrefixOf(space)).append(attribute.name).append("=\"");
    AppendEscaped(attribute.value, Within::kAttribute, out);
    out.append("\"");
  }
  out.append(">");
}

bool HoldsRawText(const GumboElement& element) {
  std::string scratch;
  return element.tag_namespace == GUMBO_NAMESPACE_HTML && HoldsRawText(KeyOfTag(internal::NameOf(element, scratch)));
}

}  // namespace

std::string PageTree::InnerHtml(NodeIndex node, std::size_t limit) const {
  std::string out;
  std::string scratch;
  struct Open {
    const GumboNode* node;
    unsigned next;  // child
  };
  std::vector<Open> open{{nodes_[node].node, 0}};
  while (!open.empty() && out.size() < limit) {
    const GumboElement& element = open.back().node->v.element;
    if (open.back().next == element.children.length) {
      open.pop_back();
      if (!open.empty()) {
        out.append("</").append(internal::NameOf(element, scratch)).append(">");
      }
      continue;
    }
    const auto* child = static_cast<const GumboNode*>(element.children.data[open.back().next++]);
    switch (child->type) {
      case GUMBO_NODE_ELEMENT:
      case GUMBO_NODE_TEMPLATE: {
        const std::string_view name = internal::NameOf(child->v.element, scratch);
        AppendStartTag(child->v.element, name, out);
        if (child->v.element.tag_namespace != GUMBO_NAMESPACE_HTML || !IsVoid(KeyOfTag(name))) {
          open.push_back({child, 0});
        }
        break;
      }
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_CDATA:
      case GUMBO_NODE_WHITESPACE:
        if (HoldsRawText(element)) {
          out.append(child->v.text.text);
        } else {
          AppendEscaped(child->v.text.text, Within::kText, out);
        }
        break;
      case GUMBO_NODE_COMMENT:
        out.append("<!--").append(child->v.text.text).append("-->");
        break;
      case GUMBO_NODE_DOCUMENT:
        break;
    }
  }
  internal::RepairUtf8(out, scratch);
  return scratch;
}

}  // namespace spinneret
