#include "parser/record_extractor.h"

#include <algorithm>
#include <array>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <nlohmann/json.hpp>
#include <re2/re2.h>

#include "parser/html_text.h"
#include "parser/html_to_markdown.h"

namespace spinneret {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMaxValueBytes = std::size_t{4} << 20U;
constexpr std::size_t kMaxLocales = 64;

bool IsOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The attribute in which an element of this kind keeps such a value; empty: its text is the value.
std::string_view AttributeOf(std::string_view element, FieldType type) {
  if (element == "meta") {
    return "content";
  }
  if (type == FieldType::kUrl) {
    if (IsOneOf(element, {"a", "area", "link"})) {
      return "href";
    }
    if (IsOneOf(element, {"img", "iframe", "frame", "script", "source", "video", "audio", "embed", "track", "input"})) {
      return "src";
    }
    return element == "object" ? "data" : element == "form" ? "action" : "";
  }
  if (type == FieldType::kDate && IsOneOf(element, {"time", "ins", "del"})) {
    return "datetime";
  }
  return type == FieldType::kNumber && IsOneOf(element, {"data", "meter", "progress"}) ? "value" : "";
}

// Words that say no where a thing is there.
bool SaysNo(std::string_view text) {
  constexpr std::array<std::string_view, 6> kNo = {"false", "no", "off", "0", "none", "n"};
  const std::string lower = internal::LowerAsciiOf(internal::TrimmedHtmlSpace(text));
  return std::find(kNo.begin(), kNo.end(), lower) != kNo.end();
}

ordered_json JsonOfNumber(const NumberValue& number) {
  return number.integer ? ordered_json(*number.integer) : ordered_json(number.value);
}

ordered_json MissingValue(const RecipeField& field) {
  if (field.default_json) {
    return ordered_json::parse(*field.default_json);
  }
  if (field.type == FieldType::kBool && !field.list) {
    return false;
  }
  return field.list ? ordered_json::array() : ordered_json(nullptr);
}

}  // namespace

struct RecordExtractor::Page {
  const PageTree& tree;
  const Url& url;
  const Url& base;
  std::string locale;
  std::optional<XPathEngine>& xpath;
  std::unordered_map<const Selector*, SelectorMatcher> matchers;

  SelectorMatcher& MatcherOf(const Selector& selector) {
    const auto found = matchers.find(&selector);
    return found != matchers.end() ? found->second
                                   : matchers.emplace(&selector, SelectorMatcher(selector, tree)).first->second;
  }
  XPathEngine& Engine() {
    if (!xpath) {
      xpath.emplace();
      xpath->SetPage(&tree);
    }
    return *xpath;
  }
};

RecordExtractor::RecordExtractor(std::shared_ptr<const Recipe> recipe) : recipe_(std::move(recipe)) {}

const NumberReader& RecordExtractor::Numbers(const std::string& locale) {
  if (numbers_.size() >= kMaxLocales && !numbers_.contains(locale)) {
    numbers_.clear();  // pages may claim any number of languages
  }
  return numbers_.try_emplace(locale, locale).first->second;
}

const DateReader& RecordExtractor::Dates(const std::string& locale) {
  if (dates_.size() >= kMaxLocales && !dates_.contains(locale)) {
    dates_.clear();
  }
  return dates_.try_emplace(locale, locale).first->second;
}

std::string RecordExtractor::RawValueOf(const PageTree& tree, NodeIndex element, FieldType type) {
  const std::string_view attribute = AttributeOf(tree.name(element), type);
  if (!attribute.empty()) {
    if (const std::string_view* value = tree.FindAttribute(element, attribute)) {
      return std::string(*value);
    }
  }
  switch (type) {
    case FieldType::kHtml:
    case FieldType::kMarkdown:
      return tree.InnerHtml(element, kMaxValueBytes);
    case FieldType::kJson:
      return tree.TextContent(element, kMaxValueBytes);
    default:
      return tree.CollapsedText(element, kMaxValueBytes);
  }
}

std::vector<RecordExtractor::RawValue> RecordExtractor::RawValues(Page& page, std::span<const Selector> selectors,
                                                                  std::span<const XPath> xpaths, FieldType type,
                                                                  NodeIndex scope) {
  std::vector<RawValue> values;
  // An empty <i class=in-stock> is one.
  const auto found = [&] {
    if (type != FieldType::kBool) {
      std::erase_if(values, [](const RawValue& value) { return internal::TrimmedHtmlSpace(value.text).empty(); });
    }
    return !values.empty();
  };
  for (const Selector& selector : selectors) {
    SelectorMatcher& matcher = page.MatcherOf(selector);
    if (selector.has_pseudo_element()) {
      for (std::string& value : matcher.Values(scope).values) {
        values.push_back({std::move(value)});
      }
    } else {
      for (const NodeIndex element : matcher.Elements(scope)) {
        values.push_back({RawValueOf(page.tree, element, type)});
      }
    }
    if (found()) {
      return values;
    }
  }
  for (const XPath& xpath : xpaths) {
    for (XPathFind& find : page.Engine().Find(xpath, scope).finds) {
      if (find.element != kNoNode) {
        values.push_back({RawValueOf(page.tree, find.element, type)});
      } else {
        values.push_back({std::move(find.text), find.is_number});
      }
    }
    if (found()) {
      return values;
    }
  }
  return values;
}

bool RecordExtractor::Convert(Page& page, const RecipeField& field, const RawValue& raw, ordered_json& value) {
  static const std::string kPointLocale = "en";
  std::string text = raw.text;
  if (field.capture) {
    std::string taken;
    const bool matches =
        field.capture->NumberOfCapturingGroups() > 0 ? RE2::PartialMatch(raw.text, *field.capture, &taken) : [&] {
          re2::StringPiece whole;
          const bool found = field.capture->Match(raw.text, 0, raw.text.size(), RE2::UNANCHORED, &whole, 1);
          taken.assign(whole.data() == nullptr ? "" : whole.data(), whole.size());
          return found;
        }();
    if (!matches) {
      return false;
    }
    text = std::move(taken);
  }
  const std::string& locale = raw.is_number              ? kPointLocale
                              : !field.locale.empty()    ? field.locale
                              : !recipe_->locale.empty() ? recipe_->locale
                                                         : page.locale;
  switch (field.type) {
    case FieldType::kText:
    case FieldType::kHtml:
      value = std::move(text);
      return !value.get_ref<const std::string&>().empty();
    case FieldType::kMarkdown:
      value = HtmlToMarkdown(text, page.base);
      return !value.get_ref<const std::string&>().empty();
    case FieldType::kNumber: {
      const std::optional<NumberValue> number = Numbers(locale).Read(text);
      value = number ? JsonOfNumber(*number) : ordered_json(nullptr);
      return number.has_value();
    }
    case FieldType::kDate: {
      const DateReader& reader = Dates(locale);
      const std::optional<std::string> date =
          field.date_format.empty() ? reader.Read(text) : reader.Read(text, field.date_format);
      value = date ? ordered_json(*date) : ordered_json(nullptr);
      return date.has_value();
    }
    case FieldType::kUrl: {
      const std::optional<Url> url = Url::Parse(text, &page.base);
      value = url ? ordered_json(std::string(url->href())) : ordered_json(nullptr);
      return url.has_value();
    }
    case FieldType::kBool:
      value = !SaysNo(text);
      return true;
    case FieldType::kJson:
      value = ordered_json::parse(text, nullptr, false);
      return !value.is_discarded();
    case FieldType::kObject:
      break;
  }
  return false;
}

bool RecordExtractor::ReadField(Page& page, const RecipeField& field, NodeIndex scope, ordered_json& value) {
  ordered_json list = ordered_json::array();
  const std::vector<RawValue> raws = field.from_url ? std::vector<RawValue>{{std::string(page.url.href())}}
                                                    : RawValues(page, field.selectors, field.xpaths, field.type, scope);
  for (const RawValue& raw : raws) {
    ordered_json converted;
    if (!Convert(page, field, raw, converted)) {
      continue;
    }
    if (!field.list) {
      value = std::move(converted);
      return field.type != FieldType::kBool || value.get<bool>();
    }
    list.push_back(std::move(converted));
  }
  if (field.list && !list.empty()) {
    value = std::move(list);
    return true;
  }
  value = MissingValue(field);
  return false;
}

RecordExtractor::Outcome RecordExtractor::ReadObjectField(Page& page, const RecipeField& field, NodeIndex scope,
                                                          ordered_json& value) {
  std::vector<NodeIndex> places = {scope};
  if (!field.selectors.empty()) {
    places = page.MatcherOf(field.selectors.front()).Elements(scope);
  } else if (!field.xpaths.empty()) {
    places = page.Engine().Elements(field.xpaths.front(), scope);
  }
  Outcome outcome;
  ordered_json list = ordered_json::array();
  for (const NodeIndex place : places) {
    ordered_json object = ordered_json::object();
    const Outcome inner = ReadObject(page, field.fields, place, object);
    if (!inner.found || inner.incomplete || list.size() >= kRecordsPerPage) {
      continue;
    }
    outcome.found = true;
    list.push_back(std::move(object));
    if (!field.list) {
      break;
    }
  }
  if (field.list) {
    value = std::move(list);
  } else {
    value = list.empty() ? ordered_json(nullptr) : std::move(list[0]);
  }
  return outcome;
}

RecordExtractor::Outcome RecordExtractor::ReadObject(Page& page, const std::vector<RecipeField>& fields,
                                                     NodeIndex scope, ordered_json& object) {
  Outcome outcome;
  for (const RecipeField& field : fields) {
    ordered_json value;
    const bool found = field.type == FieldType::kObject ? ReadObjectField(page, field, scope, value).found
                                                        : ReadField(page, field, scope, value);
    // The page's URL is always there, and says nothing about the page.
    outcome.found = outcome.found || (found && !field.from_url);
    outcome.incomplete = outcome.incomplete || (field.required && !found);
    object[field.name] = std::move(value);
  }
  return outcome;
}

void RecordExtractor::ReadFollow(Page& page, ExtractedRecords& out) {
  std::unordered_set<std::string> seen;
  const auto add = [&](const std::vector<RawValue>& raws) {
    for (const RawValue& raw : raws) {
      const std::optional<Url> url = Url::Parse(raw.text, &page.base);
      if (!url || !url->is_http()) {
        continue;
      }
      std::string href(url->WithoutSecrets().href_without_fragment());
      if (seen.insert(href).second) {
        out.follow.push_back(std::move(href));
      }
    }
  };
  for (const Selector& selector : recipe_->follow) {
    add(RawValues(page, {&selector, 1}, {}, FieldType::kUrl, 0));
  }
  for (const XPath& xpath : recipe_->follow_xpaths) {
    add(RawValues(page, {}, {&xpath, 1}, FieldType::kUrl, 0));
  }
}

void RecordExtractor::Read(const PageTree& tree, const Url& page_url, const Url& base, ExtractedRecords& out) {
  out = {};
  if (tree.size() == 0 || !recipe_->WantsUrl(page_url.href())) {
    return;
  }
  if (xpath_) {
    xpath_->SetPage(&tree);
  }
  Page page{tree, page_url, base, std::string(tree.language(0)), xpath_, {}};
  ReadPage(page, out);
  if (xpath_) {
    out.xpath_stopped = xpath_->stopped();
    xpath_->SetPage(nullptr);
  }
}

void RecordExtractor::ReadPage(Page& page, ExtractedRecords& out) {
  if (recipe_->present && page.MatcherOf(*recipe_->present).Elements().empty()) {
    return;
  }
  if (recipe_->present_xpath) {
    const XPathFinds present = page.Engine().Find(*recipe_->present_xpath);
    if (present.finds.empty() || present.finds[0].text != "true") {
      return;
    }
  }
  ReadFollow(page, out);
  if (recipe_->fields.empty()) {
    return;
  }
  std::vector<NodeIndex> places = {0};
  if (recipe_->each) {
    places = page.MatcherOf(*recipe_->each).Elements();
  } else if (recipe_->each_xpath) {
    places = page.Engine().Elements(*recipe_->each_xpath);
  }
  std::size_t bytes = 0;
  for (const NodeIndex place : places) {
    ordered_json record = ordered_json::object();
    const Outcome outcome = ReadObject(page, recipe_->fields, place, record);
    if (!outcome.found) {
      continue;
    }
    if (outcome.incomplete) {
      ++out.incomplete;
      continue;
    }
    std::string text = record.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
    bytes += text.size();
    if (out.records.size() == kRecordsPerPage || bytes > kRecordBytesPerPage) {
      out.cut = true;
      return;
    }
    out.records.push_back(std::move(text));
  }
}

}  // namespace spinneret
