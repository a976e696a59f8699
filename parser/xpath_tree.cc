#include "parser/xpath_tree.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <libxml/tree.h>
#include <libxml/valid.h>
#include <libxml/xpath.h>

namespace spinneret::internal {
namespace {

constexpr std::size_t kKeptNodes = 20'000;  // memory for more is given back after the page

// libxml2 reads what these point to, and changes nothing of it.
xmlChar* Chars(const char* text) {
  return const_cast<xmlChar*>(reinterpret_cast<const xmlChar*>(text));
}

xmlNs Namespace(const char* href, const char* prefix) {
  xmlNs made{};
  made.type = XML_LOCAL_NAMESPACE;
  made.href = Chars(href);
  made.prefix = Chars(prefix);
  return made;
}

template <class T>
bool IsIn(const std::vector<T>& items, const T* item) {
  return !items.empty() && !std::less<>()(item, items.data()) && std::less<>()(item, items.data() + items.size());
}

bool IsWanted(const TreeAttribute& attribute) {
  return attribute.space != AttributeSpace::kXmlns;  // a declaration, and no attribute to XPath
}

}  // namespace

struct XPathTree::Parts {
  const PageTree* source = nullptr;
  xmlDoc document{};
  xmlNs xlink = Namespace("http://www.w3.org/1999/xlink", "xlink");
  xmlNs xml = Namespace("http://www.w3.org/XML/1998/namespace", "xml");
  std::vector<xmlNode> nodes;            // as many as the page has; a text that was joined to the one before is unused
  std::vector<xmlAttr> attributes;       // in document order
  std::vector<xmlNode> values;           // of the attributes
  std::vector<std::size_t> text_before;  // bytes, before each node; one more for the end
  std::vector<std::uint32_t> attributes_before;
  std::string strings;  // with a zero after each

  void Clear();
  bool Measure(const PageTree& page);
  xmlChar* Keep(std::string_view text);
  void AddAttributes(const PageTree& page, NodeIndex index);
};

void XPathTree::Parts::Clear() {
  xmlFreeIDTable(static_cast<xmlIDTablePtr>(document.ids));
  document = {};
  document.type = XML_DOCUMENT_NODE;
  document.doc = &document;
  if (nodes.capacity() + attributes.capacity() > kKeptNodes) {
    nodes = {};
    attributes = {};
    values = {};
    text_before = {};
    attributes_before = {};
    strings = {};
  }
  nodes.clear();
  attributes.clear();
  values.clear();
  text_before.clear();
  attributes_before.clear();
  strings.clear();
}

// Nothing may move once it is pointed to, so that room is made first.
bool XPathTree::Parts::Measure(const PageTree& page) {
  if (page.size() == 0 || page.size() > kMaxNodes) {
    return false;
  }
  std::size_t attribute_count = 0;
  std::size_t text_bytes = 0;
  std::size_t string_bytes = 0;
  text_before.reserve(page.size() + 1);
  attributes_before.reserve(page.size() + 1);
  for (NodeIndex i = 0; i < page.size(); ++i) {
    text_before.push_back(text_bytes);
    attributes_before.push_back(static_cast<std::uint32_t>(attribute_count));
    if (!page.IsElement(i)) {
      text_bytes += page.text(i).size();
      string_bytes += page.text(i).size() + 1;
      continue;
    }
    string_bytes += page.name(i).size() + 1;
    for (const TreeAttribute& attribute : page.attributes(i)) {
      if (IsWanted(attribute)) {
        ++attribute_count;
        string_bytes += attribute.name.size() + attribute.value.size() + 2;
      }
    }
  }
  text_before.push_back(text_bytes);
  attributes_before.push_back(static_cast<std::uint32_t>(attribute_count));
  if (page.size() + attribute_count > kMaxNodes) {
    return false;
  }
  std::uint64_t all = 0;
  for (NodeIndex i = 0; i < page.size(); ++i) {
    all += text_before[page.end(i)] - text_before[i];
  }
  if (all > kMaxStringBytes) {
    return false;
  }
  nodes.resize(page.size());
  attributes.reserve(attribute_count);
  values.reserve(attribute_count);
  strings.reserve(string_bytes);
  return true;
}

xmlChar* XPathTree::Parts::Keep(std::string_view text) {
  const std::size_t at = strings.size();
  strings.append(text);
  strings.push_back('\0');
  return Chars(strings.data() + at);
}

void XPathTree::Parts::AddAttributes(const PageTree& page, NodeIndex index) {
  xmlNode& element = nodes[index];
  xmlAttr* last = nullptr;
  for (const TreeAttribute& attribute : page.attributes(index)) {
    if (!IsWanted(attribute)) {
      continue;
    }
    xmlAttr& made = attributes.emplace_back();
    made.type = XML_ATTRIBUTE_NODE;
    made.name = Keep(attribute.name);
    made.parent = &element;
    made.doc = &document;
    made.atype = XML_ATTRIBUTE_CDATA;
    made.ns = attribute.space == AttributeSpace::kXlink ? &xlink
              : attribute.space == AttributeSpace::kXml ? &xml
                                                        : nullptr;
    made.prev = last;
    (last == nullptr ? element.properties : last->next) = &made;
    last = &made;
    xmlNode& value = values.emplace_back();
    value.type = XML_TEXT_NODE;
    value.name = Chars("text");
    value.content = Keep(attribute.value);
    value.parent = reinterpret_cast<xmlNode*>(&made);
    value.doc = &document;
    made.children = made.last = &value;
  }
}

XPathTree::XPathTree() : parts_(std::make_unique<Parts>()) {
  parts_->Clear();
}

XPathTree::~XPathTree() {
  parts_->Clear();
}

bool XPathTree::Build(const PageTree& page) {
  Parts& parts = *parts_;
  parts.Clear();
  if (!parts.Measure(page)) {
    parts.Clear();
    return false;
  }
  parts.source = &page;
  NodeIndex open_text = kNoNode;  // the text that the node before this one belongs to
  for (NodeIndex i = 0; i < page.size(); ++i) {
    const bool is_element = page.IsElement(i);
    const NodeIndex above = page.parent(i);
    if (!is_element && open_text != kNoNode && page.parent(open_text) == above) {
      parts.strings.pop_back();
      parts.Keep(page.text(i));
      continue;
    }
    open_text = is_element ? kNoNode : i;
    xmlNode& made = parts.nodes[i];
    made.doc = &parts.document;
    if (is_element) {
      made.type = XML_ELEMENT_NODE;
      made.name = parts.Keep(page.name(i));
      parts.AddAttributes(page, i);
    } else {
      made.type = XML_TEXT_NODE;
      made.name = Chars("text");
      made.content = parts.Keep(page.text(i));
    }
    if (above == kNoNode) {
      made.parent = reinterpret_cast<xmlNode*>(&parts.document);
      parts.document.children = parts.document.last = &made;
      continue;
    }
    xmlNode& parent = parts.nodes[above];
    made.parent = &parent;
    made.prev = parent.last;
    (parent.last == nullptr ? parent.children : parent.last->next) = &made;
    parent.last = &made;
  }
  xmlXPathOrderDocElems(&parts.document);
  return true;
}

void XPathTree::Clear() {
  parts_->Clear();
}

void XPathTree::AddIds() {
  for (xmlAttr& attribute : parts_->attributes) {
    if (attribute.ns == nullptr && std::string_view(reinterpret_cast<const char*>(attribute.name)) == "id") {
      xmlAddID(nullptr, &parts_->document, attribute.children->content, &attribute);
    }
  }
}

_xmlDoc* XPathTree::document() {
  return &parts_->document;
}

_xmlNode* XPathTree::NodeOf(NodeIndex element) {
  return &parts_->nodes[element];
}

XPathTree::Place XPathTree::PlaceOf(const _xmlNode* node) const {
  if (node->type == XML_ATTRIBUTE_NODE) {
    const auto* const attribute = reinterpret_cast<const xmlAttr*>(node);
    return {static_cast<NodeIndex>(attribute->parent - parts_->nodes.data()),
            static_cast<std::uint32_t>(attribute - parts_->attributes.data()) + 2};
  }
  return IsIn(parts_->nodes, node) ? Place{static_cast<NodeIndex>(node - parts_->nodes.data()), 1} : Place{0, 0};
}

std::size_t XPathTree::StringBytes(const _xmlNode* node) const {
  const auto length = [](const xmlChar* text) { return static_cast<std::size_t>(xmlStrlen(text)); };
  switch (node->type) {
    case XML_ELEMENT_NODE: {
      const NodeIndex index = PlaceOf(node).node;
      return parts_->text_before[parts_->source->end(index)] - parts_->text_before[index];
    }
    case XML_TEXT_NODE:
      return length(node->content);
    case XML_ATTRIBUTE_NODE:
      return length(reinterpret_cast<const xmlAttr*>(node)->children->content);
    case XML_DOCUMENT_NODE:
      return parts_->text_before.back();
    default:
      return 0;
  }
}

std::size_t XPathTree::size() const {
  return parts_->nodes.size() + parts_->attributes.size();
}

}  // namespace spinneret::internal
