#include "parser/xpath_check.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "parser/encoding.h"

namespace spinneret::internal {
namespace {

constexpr std::size_t kMaxText = std::size_t{16} << 10U;
constexpr std::size_t kMaxNesting = 64;

struct FunctionShape {
  std::string_view name;
  std::size_t least;
  std::size_t most;
};
constexpr std::size_t kAny = static_cast<std::size_t>(-1);
constexpr std::array<FunctionShape, 27> kFunctions = {{
    {"boolean", 1, 1},
    {"ceiling", 1, 1},
    {"concat", 2, kAny},
    {"contains", 2, 2},
    {"count", 1, 1},
    {"false", 0, 0},
    {"floor", 1, 1},
    {"id", 1, 1},
    {"lang", 1, 1},
    {"last", 0, 0},
    {"local-name", 0, 1},
    {"name", 0, 1},
    {"namespace-uri", 0, 1},
    {"normalize-space", 0, 1},
    {"not", 1, 1},
    {"number", 0, 1},
    {"position", 0, 0},
    {"round", 1, 1},
    {"starts-with", 2, 2},
    {"string", 0, 1},
    {"string-length", 0, 1},
    {"substring", 2, 3},
    {"sum", 1, 1},
    {"translate", 3, 3},
    {"substring-after", 2, 2},
    {"substring-before", 2, 2},
    {"true", 0, 0},
}};
constexpr std::array<std::string_view, 4> kNodeTypes = {"text", "node", "comment", "processing-instruction"};

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool BeginsName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool IsOfName(char c) {
  return BeginsName(c) || IsDigit(c) || c == '-' || c == '.';
}

class Checker {
 public:
  Checker(std::string_view text, XPathTraits& traits) : text_(text), traits_(traits) {}

  std::optional<XPathMistake> Run() {
    if (text_.size() > kMaxText) {
      return XPathMistake{0, "the expression is over 16 KiB"};
    }
    if (!IsValidUtf8(text_) || text_.find('\0') != std::string_view::npos) {
      return XPathMistake{0, "the expression is not UTF-8 text"};
    }
    while (at_ < text_.size() && !mistake_) {
      Token();
    }
    if (!mistake_ && !open_.empty()) {
      Fail(open_.back().at, fmt::format("this \"{}\" is not closed", open_.back().bracket));
    }
    traits_.ends_beside_elements = !elements_before_ && last_step_ != Step::kElement;
    if (!mistake_ && is_paths_) {
      CutPaths();
    }
    return std::move(mistake_);
  }

 private:
  enum class Step { kElement, kAttribute, kText };
  struct Open {
    char bracket;
    std::size_t at;
    const FunctionShape* function;
    std::size_t commas;
    bool empty;
  };

  void Fail(std::size_t at, std::string message) {
    if (!mistake_) {
      mistake_ = XPathMistake{at, std::move(message)};
    }
  }
  char Peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  void SkipSpace() {
    while (IsSpace(Peek())) {
      ++at_;
    }
  }
  std::string_view TakeName() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && IsOfName(text_[at_])) {
      ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }
  // A step or a part of one at the outermost level.
  void SetStep(Step step) {
    if (open_.empty()) {
      last_step_ = step;
    }
  }

  // An operator that is neither "/" nor "|".
  void Calculation() { is_paths_ = is_paths_ && !open_.empty(); }

  void Operand(std::size_t length) {
    at_ += length;
    after_operand_ = true;
  }
  void Operator(std::size_t length) {
    at_ += length;
    after_operand_ = false;
    SetStep(Step::kElement);
  }

  void Token() {
    const char c = Peek();
    if (IsSpace(c)) {
      ++at_;
      return;
    }
    if (!open_.empty() && c != ')' && c != ']') {
      open_.back().empty = false;
    }
    switch (c) {
      case '(':
      case '[':
        Begin(c, nullptr);
        return;
      case ')':
      case ']':
        End(c);
        return;
      case ',':
        if (!open_.empty()) {
          ++open_.back().commas;
        }
        ++at_;
        after_operand_ = false;
        return;
      case '"':
      case '\'':
        Literal(c);
        return;
      case '$':
        Fail(at_, "there are no variables here");
        return;
      case '@':
        ++at_;
        after_operand_ = false;
        SetStep(Step::kAttribute);
        return;
      case ':':
        if (Peek(1) != ':') {
          Fail(at_, "a \":\" belongs between a prefix and a name");
        }
        at_ += 2;
        after_operand_ = false;
        return;
      case '/':
        if (open_.empty()) {
          slashes_.push_back(at_);
        }
        Operator(Peek(1) == '/' ? 2 : 1);
        return;
      case '*':
        if (after_operand_) {
          Calculation();
          Operator(1);
        } else {
          Operand(1);
        }
        return;
      case '|':
        elements_before_ = elements_before_ || (open_.empty() && last_step_ == Step::kElement);
        if (open_.empty()) {
          bars_.push_back(at_);
        }
        Operator(1);
        return;
      case '+':
      case '-':
      case '=':
        Calculation();
        Operator(1);
        return;
      case '!':
      case '<':
      case '>':
        Calculation();
        Operator(Peek(1) == '=' ? 2 : 1);
        return;
      case '.':
        if (IsDigit(Peek(1))) {
          Number();
        } else {
          Operand(Peek(1) == '.' ? 2 : 1);
        }
        return;
      default:
        break;
    }
    if (IsDigit(c)) {
      Number();
    } else if (BeginsName(c)) {
      Name();
    } else {
      Fail(at_, fmt::format("\"{}\" has no meaning here", c));
    }
  }

  void Number() {
    while (IsDigit(Peek())) {
      ++at_;
    }
    if (Peek() == '.') {
      ++at_;
      while (IsDigit(Peek())) {
        ++at_;
      }
    }
    Operand(0);
  }

  void Literal(char quote) {
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) {
      Fail(at_, fmt::format("the text that begins with this {} does not end", quote));
      return;
    }
    at_ = end;
    Operand(1);
  }

  void Begin(char bracket, const FunctionShape* function) {
    if (open_.size() == kMaxNesting) {
      Fail(at_, fmt::format("brackets are more than {} deep", kMaxNesting));
      return;
    }
    open_.push_back({bracket, at_, function, 0, true});
    ++at_;
    after_operand_ = false;
  }

  void End(char bracket) {
    if (open_.empty() || (open_.back().bracket == '(') != (bracket == ')')) {
      Fail(at_, fmt::format("nothing is open that this \"{}\" would close", bracket));
      return;
    }
    const Open closed = open_.back();
    open_.pop_back();
    if (closed.function != nullptr) {
      const std::size_t given = closed.empty ? 0 : closed.commas + 1;
      const FunctionShape& shape = *closed.function;
      if (given < shape.least || given > shape.most) {
        const std::string wanted = shape.most == kAny          ? fmt::format("at least {}", shape.least)
                                   : shape.most == shape.least ? fmt::format("{}", shape.least)
                                                               : fmt::format("{} to {}", shape.least, shape.most);
        Fail(closed.at, fmt::format("{}() takes {} argument{}, not {}", shape.name, wanted,
                                    shape.most == 1 && shape.least == 1 ? "" : "s", given));
      }
    }
    Operand(1);
  }

  void Name() {
    const std::size_t begin = at_;
    const std::string_view name = TakeName();
    if (after_operand_) {
      if (name != "and" && name != "or" && name != "mod" && name != "div") {
        Fail(begin, fmt::format("\"{}\" stands where an operator such as and, or, = or / has to", name));
      }
      Calculation();
      Operator(0);
      return;
    }
    if (Peek() == ':' && Peek(1) != ':') {
      Prefixed(begin, name);
      return;
    }
    const std::size_t after = at_;
    SkipSpace();
    if (Peek() == '(') {
      Call(begin, name);
    } else if (Peek() == ':' && Peek(1) == ':') {
      SetStep(name == "attribute" ? Step::kAttribute : Step::kElement);
      after_operand_ = false;
      at_ += 2;
    } else {
      at_ = after;
      Operand(0);
    }
  }

  void Prefixed(std::size_t begin, std::string_view prefix) {
    if (prefix != "xml" && prefix != "xlink") {
      Fail(begin,
           fmt::format("the prefix {}: is not known; elements have none, attributes may have xml: and xlink:", prefix));
      return;
    }
    ++at_;
    if (Peek() == '*') {
      ++at_;
    } else if (BeginsName(Peek())) {
      TakeName();
    } else {
      Fail(at_, "a name has to follow the prefix");
    }
    if (Peek() == '(') {
      Fail(begin, "XPath 1.0 has no function with a prefix");
    }
    Operand(0);
  }

  void Call(std::size_t begin, std::string_view name) {
    if (std::find(kNodeTypes.begin(), kNodeTypes.end(), name) != kNodeTypes.end()) {
      if (name == "text") {
        SetStep(Step::kText);
      }
      Begin('(', nullptr);
      return;
    }
    const auto* const found = std::find_if(kFunctions.begin(), kFunctions.end(),
                                           [&](const FunctionShape& function) { return function.name == name; });
    if (found == kFunctions.end()) {
      Fail(begin, fmt::format("XPath 1.0 has no function {}()", name));
      return;
    }
    traits_.uses_id = traits_.uses_id || name == "id";
    Begin('(', found);
  }

  static std::string_view Trimmed(std::string_view text) {
    while (!text.empty() && IsSpace(text.front())) {
      text.remove_prefix(1);
    }
    while (!text.empty() && IsSpace(text.back())) {
      text.remove_suffix(1);
    }
    return text;
  }

  // Whether a step may find one node from several. From different nodes, these axes lead to different ones.
  static bool MayMeet(std::string_view step) {
    if (step.starts_with("..")) {
      return true;
    }
    std::size_t end = 0;
    while (end < step.size() && IsOfName(step[end])) {
      ++end;
    }
    const std::string_view name = step.substr(0, end);
    return Trimmed(step.substr(end)).starts_with("::") && name != "child" && name != "attribute" && name != "self";
  }

  void CutPaths() {
    bars_.push_back(text_.size());
    std::size_t begin = 0;
    for (const std::size_t end : bars_) {
      CutPath(begin, end);
      begin = end + 1;
    }
    if (traits_.paths.size() == 1 && traits_.paths[0].size() == 1) {
      traits_.paths.clear();
    }
  }

  void CutPath(std::size_t begin, std::size_t end) {
    constexpr std::string_view kDescend = "descendant-or-self::node()";
    std::vector<XPathPart>& parts = traits_.paths.emplace_back();
    parts.push_back({});
    bool met = false;  // the step before begins a part, and its finds are to be put together before they are used
    std::size_t taken = begin;  // what is before it is in `parts`
    for (const std::size_t slash : slashes_) {
      if (slash < begin || slash >= end) {
        continue;
      }
      const bool descends = text_.substr(slash, 2) == "//";
      const std::size_t after = slash + (descends ? 2 : 1);
      const std::string_view step = Trimmed(text_.substr(after, end - after));
      const std::string_view before = Trimmed(text_.substr(taken, slash - taken));
      const bool from_one = parts.size() == 1 && parts[0].text.empty() && (before.empty() || before == ".");
      const bool meets = MayMeet(step);
      const bool cuts = meets || (met && !descends);
      if ((!descends || from_one) && (!cuts || (from_one && !descends))) {
        continue;
      }
      parts.back().text += before;
      if (descends && from_one) {
        parts.back().text += "/";
        parts.back().text += kDescend;
      } else if (descends) {
        parts.push_back({std::string(kDescend), true});
      }
      if (cuts) {
        parts.push_back({});
      } else {
        parts.back().text += "/";
      }
      taken = after;
      met = meets;
    }
    parts.back().text += Trimmed(text_.substr(taken, end - taken));
  }

  const std::string_view text_;
  XPathTraits& traits_;
  bool is_paths_ = true;
  std::vector<std::size_t> slashes_;  // at the outermost level, as the next
  std::vector<std::size_t> bars_;
  std::size_t at_ = 0;
  bool after_operand_ = false;  // then a name or a star is an operator (XPath 1.0, section 3.7)
  Step last_step_ = Step::kElement;
  bool elements_before_ = false;  // a part before a "|" may find some
  std::vector<Open> open_;
  std::optional<XPathMistake> mistake_;
};

}  // namespace

std::optional<XPathMistake> CheckXPath(std::string_view text, XPathTraits& traits) {
  traits = {};
  return Checker(text, traits).Run();
}

}  // namespace spinneret::internal
