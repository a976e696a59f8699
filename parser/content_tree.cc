#include "parser/content_tree.h"

#include <algorithm>

#include <gumbo.h>

#include "parser/content_hints.h"

namespace spinneret::internal {
namespace {

// Cells with more text than this on average are a page's layout.
constexpr std::uint32_t kLayoutCellChars = 400;
// A block with fewer characters does not read like sentences unless it is ended like one.
constexpr std::uint32_t kSentenceChars = 80;
constexpr std::uint32_t kShortSentenceChars = 25;

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

ElementKind KindOf(const GumboElement& element, std::uint8_t& level) {
  switch (element.tag) {
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_NOEMBED:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_EMBED:
    case GUMBO_TAG_APPLET:
    case GUMBO_TAG_AUDIO:
    case GUMBO_TAG_VIDEO:
    case GUMBO_TAG_CANVAS:
    case GUMBO_TAG_MAP:
    case GUMBO_TAG_BUTTON:
    case GUMBO_TAG_DATALIST:
    case GUMBO_TAG_OPTGROUP:
    case GUMBO_TAG_OPTION:
    case GUMBO_TAG_METER:
    case GUMBO_TAG_PROGRESS:
    case GUMBO_TAG_RP:
    case GUMBO_TAG_RT:
    case GUMBO_TAG_ANNOTATION_XML:
    case GUMBO_TAG_SVG:
      return ElementKind::kIgnored;
    case GUMBO_TAG_INPUT:
    case GUMBO_TAG_TEXTAREA:
    case GUMBO_TAG_SELECT:
      return ElementKind::kControl;
    case GUMBO_TAG_BODY:
      return ElementKind::kBody;
    case GUMBO_TAG_MAIN:
      return ElementKind::kMain;
    case GUMBO_TAG_ARTICLE:
      return ElementKind::kArticle;
    case GUMBO_TAG_SECTION:
      return ElementKind::kSection;
    case GUMBO_TAG_HEADER:
      return ElementKind::kHeader;
    case GUMBO_TAG_FOOTER:
      return ElementKind::kFooter;
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_MENU:
      return ElementKind::kNav;
    case GUMBO_TAG_ASIDE:
      return ElementKind::kAside;
    case GUMBO_TAG_FORM:
      return ElementKind::kForm;
    case GUMBO_TAG_P:
      return ElementKind::kParagraph;
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
      level = static_cast<std::uint8_t>(element.tag - GUMBO_TAG_H1 + 1);
      return ElementKind::kHeading;
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_LISTING:
    case GUMBO_TAG_XMP:
    case GUMBO_TAG_PLAINTEXT:
      return ElementKind::kPreformatted;
    case GUMBO_TAG_BLOCKQUOTE:
      return ElementKind::kQuote;
    case GUMBO_TAG_UL:
    case GUMBO_TAG_DIR:
      return ElementKind::kUnorderedList;
    case GUMBO_TAG_OL:
      return ElementKind::kOrderedList;
    case GUMBO_TAG_LI:
      return ElementKind::kListItem;
    case GUMBO_TAG_DL:
      return ElementKind::kDefinitionList;
    case GUMBO_TAG_DT:
      return ElementKind::kDefinitionTerm;
    case GUMBO_TAG_DD:
      return ElementKind::kDefinition;
    case GUMBO_TAG_TABLE:
      return ElementKind::kTable;
    case GUMBO_TAG_CAPTION:
      return ElementKind::kCaption;
    case GUMBO_TAG_THEAD:
    case GUMBO_TAG_TBODY:
    case GUMBO_TAG_TFOOT:
      return ElementKind::kTableSection;
    case GUMBO_TAG_TR:
      return ElementKind::kRow;
    case GUMBO_TAG_TD:
      return ElementKind::kCell;
    case GUMBO_TAG_TH:
      return ElementKind::kHeaderCell;
    case GUMBO_TAG_FIGURE:
      return ElementKind::kFigure;
    case GUMBO_TAG_FIGCAPTION:
      return ElementKind::kFigureCaption;
    case GUMBO_TAG_HR:
      return ElementKind::kRule;
    case GUMBO_TAG_BR:
      return ElementKind::kLineBreak;
    case GUMBO_TAG_A:
      return ElementKind::kLink;
    case GUMBO_TAG_CODE:
    case GUMBO_TAG_KBD:
    case GUMBO_TAG_SAMP:
    case GUMBO_TAG_TT:
      return ElementKind::kCode;
    case GUMBO_TAG_B:
    case GUMBO_TAG_STRONG:
      return ElementKind::kStrong;
    case GUMBO_TAG_I:
    case GUMBO_TAG_EM:
      return ElementKind::kEmphasis;
    case GUMBO_TAG_IMG:
      return ElementKind::kImage;
    case GUMBO_TAG_HTML:
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_HGROUP:
    case GUMBO_TAG_LEGEND:
    case GUMBO_TAG_MARQUEE:
    case GUMBO_TAG_SUMMARY:
    case GUMBO_TAG_COLGROUP:
    case GUMBO_TAG_COL:
    case GUMBO_TAG_FRAMESET:
      return ElementKind::kBlock;
    default:
      return ElementKind::kInline;
  }
}

bool IsBlock(ElementKind kind) {
  switch (kind) {
    case ElementKind::kText:
    case ElementKind::kInline:
    case ElementKind::kIgnored:
    case ElementKind::kLineBreak:
    case ElementKind::kLink:
    case ElementKind::kCode:
    case ElementKind::kStrong:
    case ElementKind::kEmphasis:
    case ElementKind::kImage:
    case ElementKind::kControl:
      return false;
    default:
      return true;
  }
}

std::string_view AttributeOf(const GumboElement& element, const char* name) {
  const GumboAttribute* attribute = gumbo_get_attribute(&element.attributes, name);
  return attribute == nullptr ? std::string_view() : std::string_view(attribute->value);
}

// For elements that gumbo has no name of its own for.
bool IsTag(const GumboElement& element, std::string_view name) {
  GumboStringPiece original = element.original_tag;
  gumbo_tag_from_original_text(&original);
  return std::string_view(original.data == nullptr ? "" : original.data, original.length) == name;
}

// "display: none" and "visibility: hidden" in an inline style.
bool HidesByStyle(std::string_view style) {
  style = style.substr(0, 512);
  for (const auto& [property, value] : {std::pair<std::string_view, std::string_view>{"display", "none"},
                                        std::pair<std::string_view, std::string_view>{"visibility", "hidden"}}) {
    std::size_t at = style.find(property);
    if (at == std::string_view::npos) {
      continue;
    }
    at += property.size();
    while (at < style.size() && (IsSpace(style[at]) || style[at] == ':')) {
      ++at;
    }
    if (style.substr(at, value.size()) == value) {
      return true;
    }
  }
  return false;
}

// A link to its own heading: a single sign like U+00B6, U+00A7 or '#' that leads to a fragment.
bool IsPermalink(const GumboElement& element) {
  if (element.children.length != 1 || !AttributeOf(element, "href").starts_with('#')) {
    return false;
  }
  const auto* child = static_cast<const GumboNode*>(element.children.data[0]);
  if (child->type != GUMBO_NODE_TEXT) {
    return false;
  }
  const std::string_view text(child->v.text.text);
  const auto first = static_cast<unsigned char>(text.empty() ? 'x' : text[0]);
  return text == "#" || (text.size() == 2 && first == 0xC2) || (text.size() == 3 && first == 0xE2) ||
         (text.size() == 4 && first == 0xF0);
}

// What the attributes of an element say; one pass, as most elements have none of these.
struct Names {
  std::string_view class_names;
  std::string_view id;
  std::string_view role;
  std::string_view item_property;
  bool hidden = false;
  bool has_href = false;
};

Names ReadNames(const GumboElement& element) {
  Names names;
  for (unsigned i = 0; i < element.attributes.length; ++i) {
    const auto* attribute = static_cast<const GumboAttribute*>(element.attributes.data[i]);
    const std::string_view name(attribute->name);
    if (name == "class") {
      names.class_names = attribute->value;
    } else if (name == "id") {
      names.id = attribute->value;
    } else if (name == "href") {
      names.has_href = true;
    } else if (name == "role") {
      names.role = attribute->value;
    } else if (name == "itemprop") {
      names.item_property = attribute->value;
    } else if (name == "hidden") {
      names.hidden = true;
    } else if (name == "aria-hidden") {
      names.hidden = names.hidden || std::string_view(attribute->value) == "true";
    } else if (name == "style") {
      names.hidden = names.hidden || HidesByStyle(attribute->value);
    }
  }
  return names;
}

Hint HintOf(const Names& names, ElementKind& kind) {
  if (names.item_property == "articleBody") {
    return Hint::kBody;
  }
  if (names.role == "main") {
    kind = ElementKind::kMain;
  } else if (names.role == "article") {
    kind = kind == ElementKind::kBlock || kind == ElementKind::kSection ? ElementKind::kArticle : kind;
  }
  const Hint by_role = names.role.empty() ? Hint::kNone : HintOfRole(names.role);
  return by_role != Hint::kNone ? by_role : HintOfNames(names.class_names, names.id);
}

bool IsMark(unsigned char c) {
  return c == ',' || c == '.' || c == ';' || c == '!' || c == '?';
}

}  // namespace

std::uint32_t CountChars(std::string_view text) {
  std::uint32_t count = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      count += IsSpace(c) ? 0 : 1;
    } else if (byte >= 0xC0) {
      // U+3000 and up: Chinese, Japanese, Korean.
      count += byte >= 0xE3 && byte <= 0xED ? 2 : 1;
    }
  }
  return count;
}

std::string_view ContentTree::Text(std::uint32_t node) const {
  return nodes_[node].source->v.text.text;
}

std::string_view ContentTree::Attribute(std::uint32_t node, const char* name) const {
  const GumboInternalNode* source = nodes_[node].source;
  if (source->type != GUMBO_NODE_ELEMENT) {
    return {};
  }
  return AttributeOf(source->v.element, name);
}

void ContentTree::Append(const GumboInternalNode* source, std::uint32_t parent) {
  ContentNode node;
  node.source = source;
  node.parent = parent;
  const ContentNode& above = nodes_.empty() ? node : nodes_[parent];
  node.hidden = above.hidden;
  node.linked = above.linked;
  switch (source->type) {
    case GUMBO_NODE_TEXT:
    case GUMBO_NODE_CDATA:
    case GUMBO_NODE_WHITESPACE:
      break;
    case GUMBO_NODE_COMMENT:
    case GUMBO_NODE_TEMPLATE:
      node.kind = ElementKind::kIgnored;
      node.hidden = true;
      break;
    case GUMBO_NODE_DOCUMENT:
      node.kind = ElementKind::kBlock;
      break;
    case GUMBO_NODE_ELEMENT: {
      const GumboElement& element = source->v.element;
      node.kind = KindOf(element, node.level);
      if (element.tag_namespace != GUMBO_NAMESPACE_HTML && node.kind != ElementKind::kIgnored) {
        node.kind = ElementKind::kInline;
        node.hidden = node.hidden || IsTag(element, "annotation");
      } else if (!node.hidden && node.kind != ElementKind::kIgnored) {
        const Names names = ReadNames(element);
        const bool root = node.kind == ElementKind::kBody || element.tag == GUMBO_TAG_HTML;
        if (!root) {
          node.hint = HintOf(names, node.kind);
          const bool unseen = names.hidden && unseen_ == Unseen::kLeaveOut;
          left_out_blocks_ = left_out_blocks_ || (unseen && IsBlock(node.kind));
          node.hidden = unseen || IsForScreenReadersOnly(names.class_names) ||
                        (node.hint == Hint::kGutter && node.kind != ElementKind::kPreformatted &&
                         node.kind != ElementKind::kCode);
        }
        node.hidden = node.hidden || (node.kind == ElementKind::kLink && IsPermalink(element));
        node.linked = node.linked || (node.kind == ElementKind::kLink && names.has_href);
        node.links = node.kind == ElementKind::kLink && names.has_href ? 1 : 0;
      }
      if (node.kind == ElementKind::kBody) {
        body_ = static_cast<std::uint32_t>(nodes_.size());
      }
      node.hidden = node.hidden || node.kind == ElementKind::kIgnored || node.kind == ElementKind::kControl;
      break;
    }
  }
  node.block = IsBlock(node.kind);
  nodes_.push_back(node);
}

void ContentTree::CountOwnText(std::uint32_t text, std::uint32_t block) {
  const std::string_view bytes = Text(text);
  const std::uint32_t chars = CountChars(bytes);
  if (chars == 0) {
    return;
  }
  ContentNode& node = nodes_[text];
  ContentNode& owner = nodes_[block];
  node.chars = chars;
  owner.own_chars += chars;
  owner.own_link_chars += node.linked ? chars : 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    if (IsMark(c)) {
      owner.own_marks += 1;
    } else if (c == 0xE3 && i + 2 < bytes.size() && static_cast<unsigned char>(bytes[i + 1]) == 0x80) {
      owner.own_marks += 1;  // U+3001, U+3002 and their neighbours
    }
  }
}

void ContentTree::Build(const HtmlDocument& document, Unseen unseen) {
  unseen_ = unseen;
  left_out_blocks_ = false;
  nodes_.clear();
  body_ = 0;
  if (document.root() == nullptr) {
    return;
  }
  // A stack of (node in the list, next child), as the tree may be deep.
  std::vector<std::pair<std::uint32_t, unsigned>> stack;
  std::vector<std::uint32_t> blocks;  // those that are open
  Append(document.root(), 0);
  stack.emplace_back(0, 0);
  blocks.push_back(0);
  while (!stack.empty()) {
    auto& [index, next] = stack.back();
    const GumboInternalNode* source = nodes_[index].source;
    const GumboVector& children =
        source->type == GUMBO_NODE_DOCUMENT ? source->v.document.children : source->v.element.children;
    if (next == children.length) {
      nodes_[index].end = static_cast<std::uint32_t>(nodes_.size());
      if (nodes_[index].block) {
        blocks.pop_back();
      }
      stack.pop_back();
      continue;
    }
    const auto* child = static_cast<const GumboInternalNode*>(children.data[next++]);
    const auto at = static_cast<std::uint32_t>(nodes_.size());
    Append(child, index);
    nodes_[at].end = at + 1;
    if (child->type == GUMBO_NODE_ELEMENT) {
      if (nodes_[at].hidden && nodes_[at].kind != ElementKind::kControl) {
        continue;  // nothing below it is looked at
      }
      if (nodes_[at].block) {
        blocks.push_back(at);
      }
      stack.emplace_back(at, 0);
    } else if (nodes_[at].kind == ElementKind::kText && !nodes_[at].hidden) {
      CountOwnText(at, blocks.back());
    }
  }
  JudgeTables();
  Recount();
}

std::uint32_t OwnGoodChars(const ContentNode& node) {
  if (!node.block || node.own_chars == 0) {
    return 0;
  }
  const std::uint32_t plain = node.own_chars - node.own_link_chars;
  if (plain * 2 < node.own_chars) {
    return 0;
  }
  switch (node.kind) {
    case ElementKind::kHeading:
    case ElementKind::kHeaderCell:
    case ElementKind::kDefinitionTerm:
      return 0;
    case ElementKind::kPreformatted:
      return plain;
    default:
      break;
  }
  if (node.own_chars >= kSentenceChars || (node.own_chars >= kShortSentenceChars && node.own_marks > 0)) {
    return plain;
  }
  return 0;
}

void ContentTree::Recount() {
  for (ContentNode& node : nodes_) {
    if (node.kind == ElementKind::kText) {
      continue;
    }
    node.chars = 0;
    node.link_chars = 0;
    node.good = 0;
    node.controls = node.kind == ElementKind::kControl ? 1 : 0;
    node.headings = node.kind == ElementKind::kHeading && !node.hidden ? 1 : 0;
    node.links = node.kind == ElementKind::kLink && node.linked && !node.hidden ? 1 : 0;
  }
  // Children stand behind their parents.
  for (std::size_t i = nodes_.size(); i-- > 1;) {
    ContentNode& node = nodes_[i];
    if (node.removed) {
      continue;
    }
    ContentNode& parent = nodes_[node.parent];
    if (node.kind == ElementKind::kText) {
      if (!node.hidden) {
        parent.chars += node.chars;
        parent.link_chars += node.linked ? node.chars : 0;
      }
      continue;
    }
    parent.controls += node.controls;
    if (node.hidden) {
      continue;
    }
    node.good += OwnGoodChars(node);
    parent.chars += node.chars;
    parent.link_chars += node.link_chars;
    parent.good += node.good;
    parent.links += node.links;
    parent.headings += node.headings;
  }
}

void ContentTree::JudgeTables() {
  // For each open table: what its cells hold.
  struct OpenTable {
    std::uint32_t node;
    std::uint32_t rows = 0;
    std::uint32_t cells = 0;
    std::uint32_t cells_of_row = 0;
    std::uint32_t widest = 0;
    std::uint32_t chars = 0;
    bool header = false;
    bool layout = false;
  };
  std::vector<OpenTable> tables;
  std::uint32_t code_end = 0;
  const auto close = [this, &tables] {
    OpenTable& table = tables.back();
    table.widest = std::max(table.widest, table.cells_of_row);
    const bool long_cells = table.cells > 0 && table.chars / table.cells > kLayoutCellChars;
    const std::string_view role = Attribute(table.node, "role");
    nodes_[table.node].data_table = !table.layout && !long_cells && role != "presentation" && role != "none" &&
                                    table.widest >= 2 && (table.rows >= 2 || table.header);
    tables.pop_back();
    if (!tables.empty()) {
      tables.back().layout = true;
    }
  };
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    while (!tables.empty() && i >= nodes_[tables.back().node].end) {
      close();
    }
    const ContentNode& node = nodes_[i];
    if (node.hidden) {
      continue;
    }
    if (node.kind == ElementKind::kTable) {
      tables.push_back({i});
      continue;
    }
    if (tables.empty()) {
      continue;
    }
    OpenTable& table = tables.back();
    switch (node.kind) {
      case ElementKind::kRow:
        ++table.rows;
        table.widest = std::max(table.widest, table.cells_of_row);
        table.cells_of_row = 0;
        break;
      case ElementKind::kHeaderCell:
        table.header = true;
        ++table.cells;
        ++table.cells_of_row;
        break;
      case ElementKind::kCell:
        ++table.cells;
        ++table.cells_of_row;
        break;
      case ElementKind::kPreformatted:
        // Code in a cell has lines, which a row of a table cannot keep. Code within code is looked through once.
        if (i >= code_end) {
          code_end = node.end;
          table.layout = table.layout || HasLines(i);
        }
        break;
      case ElementKind::kHeading:
      case ElementKind::kForm:
      case ElementKind::kArticle:
        table.layout = true;
        break;
      case ElementKind::kText:
        table.chars += node.chars;
        break;
      default:
        break;
    }
  }
  while (!tables.empty()) {
    close();
  }
}

bool ContentTree::HasLines(std::uint32_t node) const {
  for (std::uint32_t i = node; i < nodes_[node].end; ++i) {
    if (nodes_[i].kind == ElementKind::kText && Text(i).find('\n') != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace spinneret::internal
