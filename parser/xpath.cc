#include "parser/xpath.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <type_traits>
#include <unordered_map>

#include <fmt/format.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "parser/html_text.h"
#include "parser/xpath_check.h"
#include "parser/xpath_tree.h"

namespace spinneret {

namespace internal {
struct CheckedXPath {
  std::string text;
  XPathTraits traits;
  bool gives_nodes = false;
};
}  // namespace internal

namespace {

using internal::CheckedXPath;
using internal::XPathTree;

// libxml2's later versions hand out errors that may not be changed.
using XmlError = std::conditional_t<(LIBXML_VERSION >= 21200), const xmlError, xmlError>;

// An evaluation may take kOperations, or kOperationsOfPairs over the number of nodes, or kOperationsOfNode for each node if
// that is more: libxml2 looks for each node that it adds to a set at all that are in it, at a third of a nanosecond each.
constexpr std::size_t kOperations = 5'000'000;
constexpr std::size_t kOperationsOfPairs = 5'000'000'000;
constexpr std::size_t kOperationsOfNode = 20;
constexpr std::size_t kEvaluationsOfPage = 10;  // that take all they may
constexpr unsigned long kOperationsOfTrial = 100'000;
constexpr unsigned long kOperationsOfCall = 10;  // what an evaluation costs beside them

constexpr std::size_t kUnsortedNodes = 65'536;  // with some found many times

// What an operation's time would do to text: copy it, or look for one text in another.
constexpr std::size_t kBytesOfOperation = 1024;
constexpr std::size_t kPairsOfOperation = 4096;

constexpr std::size_t kMaxCompiled = 4096;

constexpr std::size_t kMaxValueBytes = std::size_t{4} << 20U;

const xmlChar* Chars(const char* text) {
  return reinterpret_cast<const xmlChar*>(text);
}

std::string TakeString(xmlChar* text) {
  std::string taken(text == nullptr ? "" : reinterpret_cast<const char*>(text));
  xmlFree(text);
  internal::CutTo(taken, kMaxValueBytes);
  return taken;
}

struct FreeContext {
  void operator()(xmlXPathContext* context) const { xmlXPathFreeContext(context); }
};
struct FreeExpression {
  void operator()(xmlXPathCompExpr* expression) const { xmlXPathFreeCompExpr(expression); }
};
struct FreeObject {
  void operator()(xmlXPathObject* object) const { xmlXPathFreeObject(object); }
};
struct FreeDocument {
  void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};
using ContextHandle = std::unique_ptr<xmlXPathContext, FreeContext>;
using ExpressionHandle = std::unique_ptr<xmlXPathCompExpr, FreeExpression>;
using ObjectHandle = std::unique_ptr<xmlXPathObject, FreeObject>;
using DocumentHandle = std::unique_ptr<xmlDoc, FreeDocument>;

void IgnoreError(void* /*context*/, XmlError* /*error*/) {}
void IgnoreMessage(void* /*context*/, const char* /*format*/, ...) {}  // NOLINT(cert-dcl50-cpp): libxml2 wants it so

// While it lives, libxml2 says nothing on this thread, whatever the rest of the program has asked for.
class Silence {
 public:
  Silence()
      : structured_(xmlStructuredError),
        structured_context_(xmlStructuredErrorContext),
        generic_(xmlGenericError),
        generic_context_(xmlGenericErrorContext) {
    xmlSetStructuredErrorFunc(nullptr, IgnoreError);
    xmlSetGenericErrorFunc(nullptr, IgnoreMessage);
  }
  ~Silence() {
    xmlSetStructuredErrorFunc(structured_context_, structured_);
    xmlSetGenericErrorFunc(generic_context_, generic_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  xmlStructuredErrorFunc structured_;
  void* structured_context_;
  xmlGenericErrorFunc generic_;
  void* generic_context_;
};

ContextHandle MakeContext(xmlDoc* document) {
  static std::once_flag once;
  std::call_once(once, [] { xmlInitParser(); });
  ContextHandle context(xmlXPathNewContext(document));
  SPINNERET_CHECK(context != nullptr, "no memory for an XPath context");
  context->error = IgnoreError;
  xmlXPathRegisterNs(context.get(), Chars("xlink"), Chars("http://www.w3.org/1999/xlink"));
  return context;
}

ObjectHandle Evaluate(xmlXPathContext& context, xmlXPathCompExpr& expression, xmlNode* node, unsigned long limit) {
  xmlResetError(&context.lastError);
  context.node = node;
  context.contextSize = -1;
  context.proximityPosition = -1;
  context.depth = 0;
  context.opCount = 0;
  context.opLimit = limit;
  return ObjectHandle(xmlXPathCompiledEval(&expression, &context));
}

int ErrorOf(const xmlXPathContext& context) {
  return context.lastError.code == 0 ? XPATH_EXPRESSION_OK
                                     : context.lastError.code - XML_XPATH_EXPRESSION_OK + XPATH_EXPRESSION_OK;
}

std::string_view WordsFor(int error) {
  switch (error) {
    case XPATH_NUMBER_ERROR:
      return "a number is not well written";
    case XPATH_START_LITERAL_ERROR:
    case XPATH_UNFINISHED_LITERAL_ERROR:
      return "a text in quotes has to stand here";
    case XPATH_INVALID_PREDICATE_ERROR:
      return "the brackets of a condition do not fit";
    case XPATH_INVALID_TYPE:
      return "a value is not of the type that stands there, such as what count() and sum() are given";
    case XPATH_RECURSION_LIMIT_EXCEEDED:
      return "it is nested too deep";
    case XPATH_OP_LIMIT_EXCEEDED:
      return "it is too much work";
    default:
      return "what stands here is not XPath 1.0";
  }
}

Error MistakeAt(std::string_view text, std::size_t at, std::string_view message) {
  std::size_t column = 1;
  for (std::size_t i = 0; i < std::min(at, text.size()); ++i) {
    column += (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U ? 1 : 0;
  }
  return Err(ErrorCode::kInvalidArgument, fmt::format("column {}: {}", column, message));
}

// In brackets: what has none, libxml2 gives to its matcher of patterns if it can, which takes "a|" for an expression, and
// finds no texts with ".//.".
ExpressionHandle CompileIn(xmlXPathContext& context, std::string_view text) {
  return ExpressionHandle(xmlXPathCtxtCompile(&context, Chars(fmt::format("({})", text).c_str())));
}

bool CanBeCut(xmlXPathContext& context, const internal::XPathTraits& traits) {
  return std::all_of(traits.paths.begin(), traits.paths.end(), [&](const std::vector<internal::XPathPart>& path) {
    return std::all_of(path.begin(), path.end(),
                       [&](const internal::XPathPart& part) { return CompileIn(context, part.text) != nullptr; });
  });
}

}  // namespace

// --- XPath ---

Result<XPath> XPath::Compile(std::string_view text) {
  auto checked = std::make_shared<CheckedXPath>();
  checked->text = std::string(text);
  if (const auto mistake = internal::CheckXPath(text, checked->traits)) {
    return MistakeAt(text, mistake->at, mistake->message);
  }
  const Silence silence;
  const ContextHandle context = MakeContext(nullptr);
  const ExpressionHandle expression = CompileIn(*context, text);
  if (expression == nullptr) {
    const auto at = static_cast<std::size_t>(std::max(context->lastError.int1 - 1, 0));
    const bool at_end = text.find_first_not_of(" \t\r\n", at) == std::string_view::npos;
    return MistakeAt(text, at, at_end ? "the expression ends too early" : WordsFor(ErrorOf(*context)));
  }
  // What it gives, and whether it can give anything, is seen on a page with next to nothing in it.
  const DocumentHandle document(xmlNewDoc(Chars("1.0")));
  xmlNode* const root = xmlNewDocNode(document.get(), nullptr, Chars("html"), nullptr);
  SPINNERET_CHECK(document != nullptr && root != nullptr, "no memory for an XPath document");
  xmlDocSetRootElement(document.get(), root);
  context->doc = document.get();
  const ObjectHandle result = Evaluate(*context, *expression, root, kOperationsOfTrial);
  if (result == nullptr) {
    return MistakeAt(text, 0, WordsFor(ErrorOf(*context)));
  }
  checked->gives_nodes = result->type == XPATH_NODESET;
  if (!checked->gives_nodes || !CanBeCut(*context, checked->traits)) {
    checked->traits.paths.clear();
  }
  return XPath(std::move(checked));
}

const std::string& XPath::text() const {
  return checked_->text;
}

bool XPath::may_find_elements() const {
  return checked_->gives_nodes && !checked_->traits.ends_beside_elements;
}

// --- XPathEngine ---

class XPathEngine::Impl {
 public:
  Impl() : context_(MakeContext(tree_.document())) {
    context_->userData = this;
    RegisterFunctions();
  }

  void SetPage(const PageTree* page) {
    page_ = page;
    tree_.Clear();
    state_ = State::kNotBuilt;
    stopped_ = 0;
  }

  XPathFinds Find(const std::shared_ptr<const CheckedXPath>& checked, NodeIndex scope) {
    XPathFinds out;
    if (page_ == nullptr || page_->size() == 0) {
      return out;
    }
    const Silence silence;
    if (state_ == State::kNotBuilt) {
      Build();
    }
    if (state_ == State::kTooLarge || left_ == 0) {
      ++stopped_;
      out.too_much_work = true;
      return out;
    }
    if (checked->traits.uses_id && !has_ids_) {
      tree_.AddIds();
      has_ids_ = true;
    }
    const Compiled& compiled = CompiledOf(checked);
    unsigned long left = std::min(limit_, left_);
    left_ -= left;
    const Outcome outcome = compiled.paths.empty() ? FindWhole(compiled, scope, left, out.finds)
                                                   : FindInParts(compiled, scope, left, out.finds);
    left_ += left;
    if (outcome == Outcome::kTooMuch) {
      ++stopped_;
      out = {{}, true};
    }
    return out;
  }

  std::uint32_t stopped() const { return stopped_; }

 private:
  enum class State { kNotBuilt, kReady, kTooLarge };
  enum class Cost { kLength, kProduct };
  enum class Outcome { kDone, kTooMuch, kWrongType };
  struct Part {
    ExpressionHandle expression;
    bool descends = false;
  };
  struct Compiled {
    std::shared_ptr<const CheckedXPath> checked;  // so that its address is not used again
    ExpressionHandle whole;
    std::vector<std::vector<Part>> paths;  // in place of `whole`, as XPathTraits::paths
  };
  using FoundNode = std::pair<XPathTree::Place, xmlNode*>;

  void Build() {
    has_ids_ = false;
    if (!tree_.Build(*page_)) {
      state_ = State::kTooLarge;
      return;
    }
    state_ = State::kReady;
    const std::size_t size = tree_.size();
    limit_ = std::max(kOperationsOfNode * size, std::min(kOperations, kOperationsOfPairs / size));
    left_ = limit_ * kEvaluationsOfPage;
  }

  ExpressionHandle CompileText(const std::string& text) {
    ExpressionHandle expression = CompileIn(*context_, text);
    SPINNERET_CHECK(expression != nullptr, "an XPath that was checked does not compile");
    return expression;
  }

  // An expression of libxml2 remembers what it looked up, and so cannot be shared between threads.
  const Compiled& CompiledOf(const std::shared_ptr<const CheckedXPath>& checked) {
    if (compiled_.size() >= kMaxCompiled && !compiled_.contains(checked.get())) {
      compiled_.clear();
    }
    Compiled& compiled = compiled_[checked.get()];
    if (compiled.checked != nullptr) {
      return compiled;
    }
    compiled.checked = checked;
    if (checked->traits.paths.empty()) {
      compiled.whole = CompileText(checked->text);
    }
    for (const std::vector<internal::XPathPart>& path : checked->traits.paths) {
      std::vector<Part>& parts = compiled.paths.emplace_back();
      for (const internal::XPathPart& part : path) {
        parts.push_back({CompileText(part.text), part.descends});
      }
    }
    return compiled;
  }

  // Takes what it cost from `left`. Null when `outcome` is not kDone.
  ObjectHandle EvaluateOn(xmlXPathCompExpr& expression, xmlNode* node, unsigned long& left, Outcome& outcome) {
    if (left == 0) {
      outcome = Outcome::kTooMuch;
      return nullptr;
    }
    ObjectHandle result = Evaluate(*context_, expression, node, left);
    left -= std::min(context_->opCount + kOperationsOfCall, left);
    if (result == nullptr) {
      const bool too_much = ErrorOf(*context_) == XPATH_OP_LIMIT_EXCEEDED;
      outcome = too_much ? Outcome::kTooMuch : Outcome::kWrongType;
      left = too_much ? 0 : left;
    }
    return result;
  }

  Outcome FindWhole(const Compiled& compiled, NodeIndex scope, unsigned long& left, std::vector<XPathFind>& out) {
    Outcome outcome = Outcome::kDone;
    const ObjectHandle result = EvaluateOn(*compiled.whole, tree_.NodeOf(scope), left, outcome);
    if (result != nullptr) {
      Take(*result, out);
    }
    return outcome;
  }

  Outcome FindInParts(const Compiled& compiled, NodeIndex scope, unsigned long& left, std::vector<XPathFind>& out) {
    Outcome outcome = Outcome::kDone;
    std::vector<FoundNode> all;
    for (const std::vector<Part>& path : compiled.paths) {
      std::vector<FoundNode> nodes = {{XPathTree::Place{scope, 1}, tree_.NodeOf(scope)}};
      for (const Part& part : path) {
        nodes = Step(part, nodes, left, outcome);
        if (outcome != Outcome::kDone) {
          return outcome;
        }
      }
      all.insert(all.end(), nodes.begin(), nodes.end());
    }
    SortNodes(all);
    TakeNodes(all, out);
    return outcome;
  }

  // What `part` finds from all of `nodes`, which are in order.
  std::vector<FoundNode> Step(const Part& part, const std::vector<FoundNode>& nodes, unsigned long& left,
                              Outcome& outcome) {
    std::vector<FoundNode> found;
    std::size_t limit = kUnsortedNodes;
    NodeIndex covered = 0;  // what is before it is inside a node that was looked at
    for (const auto& [place, node] : nodes) {
      if (part.descends && place.part == 1 && place.node < covered) {
        continue;
      }
      const ObjectHandle result = EvaluateOn(*part.expression, node, left, outcome);
      if (outcome != Outcome::kDone) {
        return {};
      }
      if (place.part <= 1) {
        covered = std::max(covered, page_->end(place.node));
      }
      if (result != nullptr && result->type == XPATH_NODESET) {
        AddNodes(result->nodesetval, found);
      }
      if (found.size() > limit) {
        SortNodes(found);
        limit = std::max(kUnsortedNodes, found.size() * 2);
      }
    }
    SortNodes(found);
    return found;
  }

  void AddNodes(const xmlNodeSet* set, std::vector<FoundNode>& found) const {
    for (int i = 0; set != nullptr && i < set->nodeNr; ++i) {
      if (set->nodeTab[i]->type != XML_NAMESPACE_DECL) {
        found.emplace_back(tree_.PlaceOf(set->nodeTab[i]), set->nodeTab[i]);
      }
    }
  }

  // In document order, each once.
  static void SortNodes(std::vector<FoundNode>& nodes) {
    std::sort(nodes.begin(), nodes.end(), [](const FoundNode& a, const FoundNode& b) { return a.first < b.first; });
    const auto same = [](const FoundNode& a, const FoundNode& b) { return a.first == b.first; };
    nodes.erase(std::unique(nodes.begin(), nodes.end(), same), nodes.end());
  }

  void Take(xmlXPathObject& result, std::vector<XPathFind>& out) {
    switch (result.type) {
      case XPATH_NODESET: {
        std::vector<FoundNode> nodes;
        AddNodes(result.nodesetval, nodes);
        SortNodes(nodes);
        TakeNodes(nodes, out);
        break;
      }
      case XPATH_BOOLEAN:
        out.push_back({kNoNode, result.boolval != 0 ? "true" : "false"});
        break;
      case XPATH_NUMBER:
        if (!std::isnan(result.floatval)) {
          out.push_back({kNoNode, TakeString(xmlXPathCastNumberToString(result.floatval)), true});
        }
        break;
      case XPATH_STRING:
        out.push_back({kNoNode, TakeString(xmlStrdup(result.stringval))});
        break;
      default:
        break;
    }
  }

  static void TakeNodes(const std::vector<FoundNode>& nodes, std::vector<XPathFind>& out) {
    out.reserve(nodes.size());
    std::size_t bytes = 0;
    for (const auto& [place, node] : nodes) {
      if (node->type == XML_ELEMENT_NODE || node->type == XML_DOCUMENT_NODE) {
        if (out.empty() || out.back().element != place.node) {  // the document is its root element
          out.push_back({place.node, {}});
        }
        continue;
      }
      const xmlChar* const text = node->type == XML_ATTRIBUTE_NODE ? node->children->content : node->content;
      std::string value(reinterpret_cast<const char*>(text));
      internal::CutTo(value, kMaxValueBytes);
      bytes += value.size();
      if (bytes > kMaxBytes) {
        break;
      }
      out.push_back({kNoNode, std::move(value)});
    }
  }

  // --- functions ---
  // libxml2 counts the nodes that it visits, but not the bytes that it reads. Functions of text are counted here, before
  // they are called.

  std::size_t BytesOf(const xmlXPathObject& argument, bool all) const {
    if (argument.type == XPATH_STRING) {
      return static_cast<std::size_t>(xmlStrlen(argument.stringval));
    }
    std::size_t bytes = 0;
    if (argument.type == XPATH_NODESET && argument.nodesetval != nullptr) {
      for (int i = 0; i < argument.nodesetval->nodeNr; ++i) {
        const std::size_t of_node = tree_.StringBytes(argument.nodesetval->nodeTab[i]);
        bytes = all ? bytes + of_node : std::max(bytes, of_node);
      }
    }
    return bytes;
  }

  bool Charge(xmlXPathParserContext& evaluation, int argument_count, Cost cost, bool all_nodes) const {
    xmlXPathContext& context = *evaluation.context;
    std::size_t sizes[2] = {0, 0};
    std::size_t bytes = 0;
    if (argument_count == 0) {
      bytes = tree_.StringBytes(context.node);
    }
    for (int i = 0; i < std::min(argument_count, evaluation.valueNr); ++i) {
      const std::size_t size = BytesOf(*evaluation.valueTab[evaluation.valueNr - argument_count + i], all_nodes);
      bytes += size;
      if (i < 2) {
        sizes[i] = size;
      }
    }
    std::size_t operations = bytes / kBytesOfOperation;
    if (cost == Cost::kProduct) {
      operations += sizes[0] * sizes[1] / kPairsOfOperation;
    }
    if (context.opCount > context.opLimit || operations > context.opLimit - context.opCount) {
      context.opCount = context.opLimit;
      xmlXPathErr(&evaluation, XPATH_OP_LIMIT_EXCEEDED);
      return false;
    }
    context.opCount += operations;
    return true;
  }

  template <xmlXPathFunction kFunction, Cost kCost = Cost::kLength, bool kAllNodes = false>
  static void Charged(xmlXPathParserContext* evaluation, int argument_count) {
    const Impl& impl = *static_cast<const Impl*>(evaluation->context->userData);
    if (impl.Charge(*evaluation, argument_count, kCost, kAllNodes)) {
      kFunction(evaluation, argument_count);
    }
  }

  // HTML says of language what XML does not: lang attributes, and what <meta> says.
  static void Lang(xmlXPathParserContext* evaluation, int /*argument_count*/) {
    const Impl& impl = *static_cast<const Impl*>(evaluation->context->userData);
    const std::string wanted = TakeString(xmlXPathPopString(evaluation));
    const xmlNode* node = evaluation->context->node;
    if (node->type == XML_TEXT_NODE) {
      node = node->parent;
    }
    const std::string_view given = impl.page_->language(impl.tree_.PlaceOf(node).node);
    const bool is_it = given.size() >= wanted.size() && !wanted.empty() &&
                       internal::EqualsIgnoringCase(given.substr(0, wanted.size()), wanted) &&
                       (given.size() == wanted.size() || given[wanted.size()] == '-');
    valuePush(evaluation, xmlXPathNewBoolean(is_it ? 1 : 0));
  }

  void RegisterFunctions() {
    const auto add = [this](const char* name, xmlXPathFunction function) {
      xmlXPathRegisterFunc(context_.get(), Chars(name), nullptr);  // libxml2's own, which is not replaced otherwise
      const int failed = xmlXPathRegisterFunc(context_.get(), Chars(name), function);
      SPINNERET_CHECK(failed == 0, "an XPath function cannot be replaced");
    };
    add("concat", Charged<xmlXPathConcatFunction>);
    add("contains", Charged<xmlXPathContainsFunction, Cost::kProduct>);
    add("id", Charged<xmlXPathIdFunction, Cost::kLength, true>);
    add("lang", Lang);
    add("normalize-space", Charged<xmlXPathNormalizeFunction>);
    add("number", Charged<xmlXPathNumberFunction>);
    add("starts-with", Charged<xmlXPathStartsWithFunction>);
    add("string", Charged<xmlXPathStringFunction>);
    add("string-length", Charged<xmlXPathStringLengthFunction>);
    add("substring", Charged<xmlXPathSubstringFunction>);
    add("substring-after", Charged<xmlXPathSubstringAfterFunction, Cost::kProduct>);
    add("substring-before", Charged<xmlXPathSubstringBeforeFunction, Cost::kProduct>);
    add("sum", Charged<xmlXPathSumFunction, Cost::kLength, true>);
    add("translate", Charged<xmlXPathTranslateFunction, Cost::kProduct>);
  }

  static constexpr std::size_t kMaxBytes = std::size_t{32} << 20U;

  const PageTree* page_ = nullptr;
  State state_ = State::kNotBuilt;
  bool has_ids_ = false;
  unsigned long limit_ = 0;  // of one evaluation
  unsigned long left_ = 0;   // of the page
  std::uint32_t stopped_ = 0;
  XPathTree tree_;
  ContextHandle context_;
  std::unordered_map<const CheckedXPath*, Compiled> compiled_;
};

XPathEngine::XPathEngine() : impl_(std::make_unique<Impl>()) {}
XPathEngine::~XPathEngine() = default;
XPathEngine::XPathEngine(XPathEngine&&) noexcept = default;
XPathEngine& XPathEngine::operator=(XPathEngine&&) noexcept = default;

void XPathEngine::SetPage(const PageTree* tree) {
  impl_->SetPage(tree);
}

XPathFinds XPathEngine::Find(const XPath& xpath, NodeIndex scope) {
  return impl_->Find(xpath.checked_, scope);
}

std::vector<NodeIndex> XPathEngine::Elements(const XPath& xpath, NodeIndex scope) {
  std::vector<NodeIndex> elements;
  for (const XPathFind& find : Find(xpath, scope).finds) {
    if (find.element != kNoNode) {
      elements.push_back(find.element);
    }
  }
  return elements;
}

std::uint32_t XPathEngine::stopped() const {
  return impl_->stopped();
}

}  // namespace spinneret
