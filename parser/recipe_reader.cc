// ReadRecipe: from TOML to a Recipe, with every mistake named.
#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <re2/re2.h>
#include <toml++/toml.h>

#include "parser/date_text.h"
#include "parser/recipe.h"

namespace spinneret {
namespace {

constexpr std::size_t kMaxText = std::size_t{1} << 20U;
constexpr std::size_t kMaxFields = 512;
constexpr int kMaxNesting = 8;
constexpr std::size_t kMaxMistakes = 100;

std::string Quoted(std::string_view text) {
  constexpr std::size_t kShown = 60;
  return text.size() <= kShown ? fmt::format("\"{}\"", text) : fmt::format("\"{}...\"", text.substr(0, kShown));
}

std::string Joined(std::string_view prefix, std::string_view key) {
  return prefix.empty() ? std::string(key) : fmt::format("{}.{}", prefix, key);
}

// The number of single changes between two short words.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t i = 0; i <= b.size(); ++i) {
    row[i] = i;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

using Keys = std::initializer_list<std::string_view>;

std::string ListOf(Keys keys) {
  return fmt::format("{}", fmt::join(keys, ", "));
}

nlohmann::json JsonOf(const toml::node& node) {
  if (const auto* text = node.as_string()) {
    return text->get();
  }
  if (const auto* integer = node.as_integer()) {
    return integer->get();
  }
  if (const auto* number = node.as_floating_point()) {
    return number->get();
  }
  if (const auto* truth = node.as_boolean()) {
    return truth->get();
  }
  nlohmann::json list = nlohmann::json::array();
  if (const auto* array = node.as_array()) {
    for (const toml::node& element : *array) {
      list.push_back(JsonOf(element));
    }
  }
  return list;
}

class RecipeReader {
 public:
  RecipeReading Read(std::string_view text, std::string_view default_name) {
    if (text.size() > kMaxText) {
      AddAt({1, 1}, "", "the recipe is over 1 MiB");
      return {nullptr, std::move(mistakes_)};
    }
    toml::table table;
    try {
      table = toml::parse(text);
    } catch (const toml::parse_error& error) {
      AddAt(error.source().begin, "", std::string(error.description()));
      return {nullptr, std::move(mistakes_)};
    }
    auto recipe = std::make_shared<Recipe>();
    recipe->text = std::string(text);
    ReadTop(table, default_name, *recipe);
    if (!mistakes_.empty()) {
      std::stable_sort(mistakes_.begin(), mistakes_.end(), [](const RecipeMistake& a, const RecipeMistake& b) {
        return std::pair(a.line, a.column) < std::pair(b.line, b.column);
      });
      return {nullptr, std::move(mistakes_)};
    }
    return {std::move(recipe), {}};
  }

 private:
  void AddAt(const toml::source_position& at, std::string key, std::string message) {
    if (mistakes_.size() < kMaxMistakes) {
      mistakes_.push_back({at.line, at.column, std::move(key), std::move(message)});
    }
  }
  void Add(const toml::node& node, std::string key, std::string message) {
    AddAt(node.source().begin, std::move(key), std::move(message));
  }

  // Names every key of `table` that is not in `known`.
  void CheckKeys(const toml::table& table, const std::string& prefix, Keys known) {
    for (const auto& [key, value] : table) {
      if (std::find(known.begin(), known.end(), key.str()) != known.end()) {
        continue;
      }
      const auto nearest =
          std::min_element(known.begin(), known.end(), [&key = key](std::string_view a, std::string_view b) {
            return Distance(key.str(), a) < Distance(key.str(), b);
          });
      const bool is_near = Distance(key.str(), *nearest) <= std::max<std::size_t>(1, key.str().size() / 3);
      AddAt(key.source().begin, Joined(prefix, key.str()),
            is_near ? fmt::format("there is no such key; did you mean \"{}\"?", *nearest)
                    : fmt::format("there is no such key here; known are {}", ListOf(known)));
    }
  }

  // The text of a key that may be left out.
  std::optional<std::string> Text(const toml::table& table, const std::string& prefix, std::string_view key) {
    const toml::node* const node = table.get(key);
    if (node == nullptr) {
      return std::nullopt;
    }
    const auto* const text = node->as_string();
    if (text == nullptr) {
      Add(*node, Joined(prefix, key), "it has to be a text in quotes");
      return std::nullopt;
    }
    return text->get();
  }

  bool Flag(const toml::table& table, const std::string& prefix, std::string_view key) {
    const toml::node* const node = table.get(key);
    if (node == nullptr) {
      return false;
    }
    if (!node->is_boolean()) {
      Add(*node, Joined(prefix, key), "it has to be true or false");
      return false;
    }
    return node->as_boolean()->get();
  }

  // One text, or a list of them, each given to `use`.
  template <class Use>
  void Texts(const toml::node* node, const std::string& key, Use use) {
    if (node == nullptr) {
      return;
    }
    if (const auto* text = node->as_string()) {
      use(*node, text->get());
      return;
    }
    const auto* const array = node->as_array();
    if (array == nullptr || array->empty()) {
      Add(*node, key, "it has to be a text in quotes, or a list of such");
      return;
    }
    for (const toml::node& element : *array) {
      if (const auto* text = element.as_string()) {
        use(element, text->get());
      } else {
        Add(element, key, "it has to be a text in quotes");
      }
    }
  }

  std::optional<Selector> ReadSelector(const toml::node& node, const std::string& key, const std::string& text) {
    Result<Selector> selector = Selector::Compile(text);
    if (!selector) {
      Add(node, key, fmt::format("{} is no selector: {}", Quoted(text), selector.error().message));
      return std::nullopt;
    }
    return std::move(*selector);
  }

  void ReadSelectors(const toml::table& table, const std::string& prefix, std::string_view name,
                     std::vector<Selector>& out) {
    const std::string key = Joined(prefix, name);
    Texts(table.get(name), key, [&](const toml::node& node, const std::string& text) {
      if (std::optional<Selector> selector = ReadSelector(node, key, text)) {
        out.push_back(std::move(*selector));
      }
    });
  }

  std::optional<XPath> ReadXPath(const toml::node& node, const std::string& key, const std::string& text) {
    Result<XPath> xpath = XPath::Compile(text);
    if (!xpath) {
      Add(node, key, fmt::format("{} is no XPath: {}", Quoted(text), xpath.error().message));
      return std::nullopt;
    }
    return std::move(*xpath);
  }

  void ReadXPaths(const toml::table& table, const std::string& prefix, std::vector<XPath>& out) {
    const std::string key = Joined(prefix, "xpath");
    Texts(table.get("xpath"), key, [&](const toml::node& node, const std::string& text) {
      if (std::optional<XPath> xpath = ReadXPath(node, key, text)) {
        out.push_back(std::move(*xpath));
      }
    });
  }

  // A value stands in one place.
  void RefuseBoth(const toml::table& table, const std::string& prefix, std::string_view one, std::string_view other) {
    if (table.contains(one) && table.contains(other)) {
      Add(*table.get(other), Joined(prefix, other),
          fmt::format("{} stands beside {} here; leave one of the two out", other, one));
    }
  }

  void ReadElementSelector(const toml::table& table, const std::string& prefix, std::string_view name,
                           std::optional<Selector>& out) {
    const std::optional<std::string> text = Text(table, prefix, name);
    if (!text) {
      return;
    }
    const std::string key = Joined(prefix, name);
    out = ReadSelector(*table.get(name), key, *text);
    if (out && out->has_pseudo_element()) {
      Add(*table.get(name), key, "it has to find elements, so that ::text, ::attr() and ::html have no place in it");
    }
  }

  // The keys css and xpath of a table, one of which says where elements are.
  void ReadElements(const toml::table& table, const std::string& prefix, std::optional<Selector>& css,
                    std::optional<XPath>& xpath) {
    RefuseBoth(table, prefix, "css", "xpath");
    ReadElementSelector(table, prefix, "css", css);
    if (const std::optional<std::string> text = Text(table, prefix, "xpath")) {
      const std::string key = Joined(prefix, "xpath");
      xpath = ReadXPath(*table.get("xpath"), key, *text);
      if (xpath && !xpath->may_find_elements()) {
        Add(*table.get("xpath"), key, "it has to find elements, and gives attributes, texts or a single value");
      }
    }
  }

  // A selector in quotes, or { xpath = "..." }.
  void ReadEach(const toml::table& table, Recipe& recipe) {
    const toml::node* const node = table.get("each");
    if (node == nullptr || !node->is_table()) {
      ReadElementSelector(table, "", "each", recipe.each);
      return;
    }
    const toml::table& inner = *node->as_table();
    CheckKeys(inner, "each", {"css", "xpath"});
    ReadElements(inner, "each", recipe.each, recipe.each_xpath);
    if (!inner.contains("css") && !inner.contains("xpath")) {
      Add(*node, "each", "it has to be a selector in quotes, or { xpath = \"...\" }");
    }
  }

  // Selectors in quotes, { xpath = "..." }, or a list of both.
  void ReadFollow(const toml::table& table, Recipe& recipe) {
    const toml::node* const node = table.get("follow");
    if (node == nullptr) {
      return;
    }
    const auto* const array = node->as_array();
    if (array != nullptr && !array->empty()) {
      for (const toml::node& element : *array) {
        ReadFollowed(element, recipe);
      }
    } else {
      ReadFollowed(*node, recipe);
    }
  }

  void ReadFollowed(const toml::node& node, Recipe& recipe) {
    if (const auto* text = node.as_string()) {
      if (std::optional<Selector> selector = ReadSelector(node, "follow", text->get())) {
        recipe.follow.push_back(std::move(*selector));
      }
      return;
    }
    const auto* const inner = node.as_table();
    if (inner == nullptr || (!inner->contains("css") && !inner->contains("xpath"))) {
      Add(node, "follow", "it has to be a selector in quotes, { xpath = \"...\" }, or a list of such");
      return;
    }
    CheckKeys(*inner, "follow", {"css", "xpath"});
    ReadSelectors(*inner, "follow", "css", recipe.follow);
    ReadXPaths(*inner, "follow", recipe.follow_xpaths);
  }

  void ReadPresentXPath(const toml::table& match, Recipe& recipe) {
    const std::optional<std::string> text = Text(match, "match", "xpath");
    if (text && ReadXPath(*match.get("xpath"), "match.xpath", *text)) {
      recipe.present_xpath = ReadXPath(*match.get("xpath"), "match.xpath", "boolean(" + *text + ")");
    }
  }

  std::shared_ptr<const re2::RE2> ReadPattern(const toml::node& node, const std::string& key, const std::string& text) {
    RE2::Options options;
    options.set_log_errors(false);
    auto pattern = std::make_shared<const RE2>(text, options);
    if (!pattern->ok()) {
      Add(node, key, fmt::format("{} is no RE2 pattern: {}", Quoted(text), pattern->error()));
      return nullptr;
    }
    return pattern;
  }

  void ReadTop(const toml::table& table, std::string_view default_name, Recipe& recipe) {
    CheckKeys(table, "", {"name", "match", "each", "follow", "locale", "fields"});
    recipe.name = Text(table, "", "name").value_or(std::string(default_name));
    if (std::string wrong = CheckRecipeName(recipe.name); !wrong.empty()) {
      const toml::node* const node = table.get("name");
      AddAt(node == nullptr ? toml::source_position{1, 1} : node->source().begin, "name",
            node == nullptr ? fmt::format("the file's name {} does not serve as the recipe's; say name = \"...\" ({})",
                                          Quoted(recipe.name), wrong)
                            : wrong);
    }
    ReadMatch(table, recipe);
    ReadEach(table, recipe);
    ReadFollow(table, recipe);
    recipe.locale = ReadLocale(table, "");
    const toml::node* const fields = table.get("fields");
    if (fields != nullptr && !fields->is_table()) {
      Add(*fields, "fields", "it has to be a table: [fields]");
    } else if (fields != nullptr) {
      ReadFields(*fields->as_table(), "fields", 1, recipe.fields);
    }
    if (mistakes_.empty() && recipe.fields.empty() && recipe.follow.empty() && recipe.follow_xpaths.empty()) {
      AddAt(table.source().begin, "fields", "a recipe needs [fields], or follow, or both");
    }
  }

  void ReadMatch(const toml::table& table, Recipe& recipe) {
    const toml::node* const match = table.get("match");
    if (match == nullptr) {
      return;
    }
    if (!match->is_table()) {
      Add(*match, "match",
          "it has to be a table: match.url = 'PATTERN', match.selector = \"CSS\" or match.xpath = \"XPATH\"");
      return;
    }
    const toml::table& inner = *match->as_table();
    CheckKeys(inner, "match", {"url", "selector", "xpath"});
    Texts(inner.get("url"), "match.url", [&](const toml::node& node, const std::string& text) {
      if (std::shared_ptr<const re2::RE2> pattern = ReadPattern(node, "match.url", text)) {
        recipe.urls.push_back(std::move(pattern));
      }
    });
    ReadElementSelector(inner, "match", "selector", recipe.present);
    ReadPresentXPath(inner, recipe);
  }

  std::string ReadLocale(const toml::table& table, const std::string& prefix) {
    const std::optional<std::string> locale = Text(table, prefix, "locale");
    if (!locale) {
      return {};
    }
    const auto fits = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    if (locale->size() < 2 || locale->size() > 35 || !std::all_of(locale->begin(), locale->end(), fits)) {
      Add(*table.get("locale"), Joined(prefix, "locale"),
          fmt::format("{} is no language tag, such as de or pt-BR", Quoted(*locale)));
    }
    return *locale;
  }

  void ReadFields(const toml::table& table, const std::string& prefix, int level, std::vector<RecipeField>& out) {
    // toml++ sorts keys; people want their columns in the order they wrote them.
    std::vector<std::pair<const toml::key*, const toml::node*>> in_order;
    for (const auto& [key, value] : table) {
      in_order.emplace_back(&key, &value);
    }
    std::sort(in_order.begin(), in_order.end(), [](const auto& a, const auto& b) {
      const toml::source_position& left = a.first->source().begin;
      const toml::source_position& right = b.first->source().begin;
      return std::pair(left.line, left.column) < std::pair(right.line, right.column);
    });
    for (const auto& [key, node] : in_order) {
      const std::string where = Joined(prefix, key->str());
      if (!IsRecipeFieldName(key->str())) {
        AddAt(
            key->source().begin, where,
            fmt::format("a field's name is a letter or _, then up to {} letters, digits and _", kLongestFieldName - 1));
        continue;
      }
      if (std::string wrong = level == 1 ? CheckRecipeColumn(key->str(), out) : std::string(); !wrong.empty()) {
        AddAt(key->source().begin, where, std::move(wrong));
        continue;
      }
      if (++fields_read_ > kMaxFields) {
        Add(*node, where, fmt::format("a recipe has at most {} fields", kMaxFields));
        return;
      }
      RecipeField field;
      field.name = std::string(key->str());
      if (const auto* css = node->as_string()) {
        if (std::optional<Selector> selector = ReadSelector(*node, where, css->get())) {
          field.selectors.push_back(std::move(*selector));
        }
      } else if (const auto* inner = node->as_table()) {
        ReadField(*inner, where, level, field);
      } else {
        Add(*node, where, "it has to be a selector in quotes, or a table: { css = \"...\", type = \"...\" }");
      }
      out.push_back(std::move(field));
    }
  }

  void ReadField(const toml::table& table, const std::string& where, int level, RecipeField& field) {
    if (table.contains("fields")) {
      ReadObject(table, where, level, field);
      return;
    }
    CheckKeys(table, where,
              {"css", "xpath", "from", "type", "list", "required", "default", "capture", "locale", "format", "fields"});
    ReadType(table, where, field);
    RefuseBoth(table, where, "css", "xpath");
    ReadSelectors(table, where, "css", field.selectors);
    ReadXPaths(table, where, field.xpaths);
    if (const std::optional<std::string> from = Text(table, where, "from")) {
      field.from_url = *from == "url";
      if (!field.from_url) {
        Add(*table.get("from"), where + ".from", fmt::format("{} is no source; \"url\" is", Quoted(*from)));
      } else if (table.contains("css") || table.contains("xpath")) {
        Add(*table.get("from"), where + ".from", "a value comes from the page or from its URL, not from both");
      }
    } else if (!table.contains("css") && !table.contains("xpath") && !table.contains("from")) {
      Add(table, where, "it does not say where the value stands: css = \"...\", or xpath = \"...\"");
    }
    field.list = Flag(table, where, "list");
    field.required = Flag(table, where, "required");
    field.locale = ReadLocale(table, where);
    if (!field.locale.empty() && field.type != FieldType::kNumber && field.type != FieldType::kDate) {
      Add(*table.get("locale"), where + ".locale", "only numbers and dates have a locale");
    }
    if (const std::optional<std::string> format = Text(table, where, "format")) {
      field.date_format = *format;
      if (field.type != FieldType::kDate) {
        Add(*table.get("format"), where + ".format", "only dates have a format");
      } else if (Result<void> known = DateReader::CheckFormat(*format); !known) {
        Add(*table.get("format"), where + ".format", known.error().message);
      }
    }
    if (const std::optional<std::string> pattern = Text(table, where, "capture")) {
      field.capture = ReadPattern(*table.get("capture"), where + ".capture", *pattern);
    }
    if (const toml::node* given = table.get("default")) {
      if (given->is_table() || given->is_date() || given->is_time() || given->is_date_time()) {
        Add(*given, where + ".default", "it has to be a text, a number, true, false, or a list of these");
      } else {
        field.default_json = JsonOf(*given).dump();
      }
      if (field.required) {
        Add(*given, where + ".default",
            "a field that is required is never filled by its default; leave one of the two out");
      }
    }
  }

  void ReadType(const toml::table& table, const std::string& where, RecipeField& field) {
    const std::optional<std::string> name = Text(table, where, "type");
    if (!name) {
      return;
    }
    for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(FieldType::kObject); ++i) {
      if (*name == FieldTypeName(static_cast<FieldType>(i))) {
        field.type = static_cast<FieldType>(i);
        return;
      }
    }
    Add(*table.get("type"), where + ".type",
        fmt::format("{} is no type; text, html, markdown, number, date, url, bool and json are", Quoted(*name)));
  }

  void ReadObject(const toml::table& table, const std::string& where, int level, RecipeField& field) {
    CheckKeys(table, where, {"css", "xpath", "list", "required", "fields"});
    field.type = FieldType::kObject;
    field.list = Flag(table, where, "list");
    field.required = Flag(table, where, "required");
    std::optional<Selector> css;
    std::optional<XPath> xpath;
    ReadElements(table, where, css, xpath);
    if (css) {
      field.selectors.push_back(std::move(*css));
    }
    if (xpath) {
      field.xpaths.push_back(std::move(*xpath));
    }
    if (field.list && !table.contains("css") && !table.contains("xpath")) {
      Add(table, where, "a list of objects needs css = \"...\" or xpath = \"...\", which finds each of them");
    }
    const toml::node& fields = *table.get("fields");
    if (!fields.is_table()) {
      Add(fields, where + ".fields", "it has to be a table of fields");
    } else if (level == kMaxNesting) {
      Add(fields, where + ".fields", fmt::format("objects nest at most {} deep", kMaxNesting));
    } else if (fields.as_table()->empty()) {
      Add(fields, where + ".fields", "an object needs at least one field");
    } else {
      ReadFields(*fields.as_table(), where + ".fields", level + 1, field.fields);
    }
  }

  std::vector<RecipeMistake> mistakes_;
  std::size_t fields_read_ = 0;
};

}  // namespace

RecipeReading ReadRecipe(std::string_view toml, std::string_view default_name) {
  return RecipeReader().Read(toml, default_name);
}

}  // namespace spinneret
