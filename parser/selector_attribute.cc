#include "parser/selector_attribute.h"

#include <string_view>
#include <utility>

#include "parser/html_text.h"

namespace spinneret::internal {
namespace {

// What an attribute's value is compared with ignoring case, on HTML elements of HTML pages (HTML standard §4.16.2).
constexpr std::string_view kCaselessAttributes =
    "accept accept-charset align alink axis bgcolor charset checked clear codetype color compact declare defer dir "
    "direction disabled enctype face frame hreflang http-equiv lang language link media method multiple nohref "
    "noresize noshade nowrap readonly rel rev rules scope scrolling selected shape target text type valign valuetype "
    "vlink";

class AttributeParser {
 public:
  AttributeParser(SelectorScanner& scan, Simple& simple) : scan_(scan), simple_(simple) {}

  bool Parse() {
    scan_.Take('[');
    scan_.SkipSpace();
    if (!ParseAttributeName()) {
      return false;
    }
    scan_.SkipSpace();
    if (!scan_.AtEnd() && scan_.Peek() != ']' && !ParseAttributeTest()) {
      return false;
    }
    // What the text's end leaves open is closed by it (CSS Syntax §5.4.8).
    return scan_.AtEnd() || scan_.Take(']') || Fail("expected ']', found " + scan_.Found());
  }

  SelectorFault fault() && { return std::move(fault_); }

 private:
  bool Fail(std::string message) { return FailAt(scan_.at(), std::move(message)); }
  bool FailAt(std::size_t at, std::string message) {
    fault_ = {at, std::move(message)};
    return false;
  }

  bool ParseAttributeName() {
    const std::size_t start = scan_.at();
    const bool star = scan_.Take('*');
    std::optional<std::string> name = star ? std::nullopt : scan_.TakeName();
    if (scan_.AtPrefixEnd()) {
      scan_.Take('|');
      if (star) {
        simple_.any_attribute_space = true;
      } else if (name && *name == "xlink") {
        simple_.attribute_space = AttributeSpace::kXlink;
      } else if (name && *name == "xml") {
        simple_.attribute_space = AttributeSpace::kXml;
      } else if (name && *name == "xmlns") {
        simple_.attribute_space = AttributeSpace::kXmlns;
      } else if (name) {
        return FailAt(start, "the prefix " + *name + " is not one of xlink, xml and xmlns");
      }
      name = scan_.TakeName();
    }
    if (!name) {
      return Fail("expected the name of an attribute, found " + scan_.Found());
    }
    simple_.name = *name;
    simple_.lower_name = LowerAsciiOf(*name);
    simple_.value_case_ignored_in_html =
        simple_.attribute_space == AttributeSpace::kNone && HasToken(kCaselessAttributes, simple_.lower_name);
    return true;
  }

  bool ParseAttributeTest() {
    const std::size_t start = scan_.at();
    struct NamedTest {
      char sign;
      AttributeTest test;
    };
    static constexpr NamedTest kTests[] = {{'~', AttributeTest::kWord},
                                           {'|', AttributeTest::kDash},
                                           {'^', AttributeTest::kPrefix},
                                           {'$', AttributeTest::kSuffix},
                                           {'*', AttributeTest::kPart}};
    simple_.test = AttributeTest::kEquals;
    for (const NamedTest& named : kTests) {
      if (scan_.Take(named.sign)) {
        simple_.test = named.test;
        break;
      }
    }
    if (!scan_.Take('=')) {
      scan_.MoveTo(start);
      return Fail("expected ']' or one of = ~= |= ^= $= *=, found " + scan_.Found());
    }
    scan_.SkipSpace();
    const std::size_t value_start = scan_.at();
    std::optional<std::string> value =
        scan_.Peek() == '"' || scan_.Peek() == '\'' ? scan_.TakeString() : scan_.TakeName();
    if (!value) {
      return FailAt(value_start, "expected a name, or a string in quotes");
    }
    simple_.value = std::move(*value);
    scan_.SkipSpace();
    const std::size_t flag_start = scan_.at();
    if (const std::optional<std::string> flag = scan_.TakeName()) {
      if (*flag == "i" || *flag == "I") {
        simple_.value_case = ValueCase::kIgnored;
      } else if (*flag == "s" || *flag == "S") {
        simple_.value_case = ValueCase::kKept;
      } else {
        return FailAt(flag_start, "expected ']'; a value with spaces needs quotes");
      }
      scan_.SkipSpace();
    }
    return true;
  }

  SelectorScanner& scan_;
  Simple& simple_;
  SelectorFault fault_;
};

}  // namespace

std::optional<SelectorFault> TakeAttribute(SelectorScanner& scan, Simple& simple) {
  AttributeParser parser(scan, simple);
  if (parser.Parse()) {
    return std::nullopt;
  }
  return std::move(parser).fault();
}

}  // namespace spinneret::internal
