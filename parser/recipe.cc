#include "parser/recipe.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <re2/re2.h>

#include "parser/encoding.h"

namespace spinneret {
namespace {

constexpr std::array<std::string_view, 9> kTypeNames = {"text", "html", "markdown", "number", "date",
                                                        "url",  "bool", "json",     "object"};
// Views of the program's own.
constexpr std::array<std::string_view, 8> kTaken = {"pages", "links",   "records",  "skipped",
                                                    "hosts", "fetches", "extracts", "revisits"};
constexpr std::size_t kLongestName = 48;
// Which record a row is of, in the view.
constexpr std::string_view kPageColumn = "page_url";

}  // namespace

std::string_view FieldTypeName(FieldType type) {
  return kTypeNames[static_cast<std::size_t>(type)];
}

bool Recipe::WantsUrl(std::string_view url) const {
  return urls.empty() || std::any_of(urls.begin(), urls.end(), [&](const std::shared_ptr<const re2::RE2>& pattern) {
           return RE2::PartialMatch(url, *pattern);
         });
}

std::vector<std::string> Recipe::FieldNames() const {
  std::vector<std::string> names;
  names.reserve(fields.size());
  for (const RecipeField& field : fields) {
    names.push_back(field.name);
  }
  return names;
}

std::string CheckRecipeName(std::string_view name) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_fitting = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  if (name.empty() || name.size() > kLongestName || !is_letter(name[0]) ||
      !std::all_of(name.begin(), name.end(), is_fitting)) {
    return fmt::format(
        "a recipe's name becomes the view v_NAME: a small letter, then up to {} small letters, digits and _",
        kLongestName - 1);
  }
  if (std::find(kTaken.begin(), kTaken.end(), name) != kTaken.end()) {
    return fmt::format("\"{}\" is taken: v_{} is a view of every crawl", name, name);
  }
  return {};
}

bool IsRecipeFieldName(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && name.size() <= kLongestFieldName && is_letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

std::string CheckRecipeColumn(std::string_view name, const std::vector<RecipeField>& before) {
  const auto same_as = [&](std::string_view other) {
    return std::equal(name.begin(), name.end(), other.begin(), other.end(), [](char a, char b) {
      return a == b || ((a ^ b) == 0x20 && ((a | 0x20) >= 'a' && (a | 0x20) <= 'z'));
    });
  };
  if (same_as(kPageColumn)) {
    return fmt::format("\"{}\" is taken: every recipe's view has that column, with the URL of the record's page", name);
  }
  for (const RecipeField& other : before) {
    if (same_as(other.name)) {
      return fmt::format("\"{}\" and \"{}\" would be one column of the recipe's view", other.name, name);
    }
  }
  return {};
}

namespace {

// A text of valid UTF-8 between TOML's quotes. They are JSON's, but for DEL, which has to be escaped.
std::string TomlQuoted(std::string_view text) {
  std::string quoted = nlohmann::json(text).dump();
  for (std::size_t at = quoted.find('\x7F'); at != std::string::npos; at = quoted.find('\x7F', at)) {
    quoted.replace(at, 1, "\\u007F");
  }
  return quoted;
}

}  // namespace

Result<std::shared_ptr<const Recipe>> RecipeOfSelections(const std::vector<std::string>& selections) {
  auto recipe = std::make_shared<Recipe>();
  recipe->name = "selected";
  recipe->text = "name = \"selected\"\n[fields]\n";
  for (const std::string& selection : selections) {
    if (!IsValidUtf8(selection)) {
      return Err(ErrorCode::kInvalidArgument, "argument is not valid UTF-8");
    }
    const std::size_t equals = selection.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Err(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is not NAME=CSS, such as title=h1", selection));
    }
    RecipeField field;
    field.list = true;
    field.name = selection.substr(0, equals);
    if (!IsRecipeFieldName(field.name)) {
      return Err(ErrorCode::kInvalidArgument,
                 fmt::format("\"{}\" cannot be a field's name: a letter or _, then letters, digits and _", field.name));
    }
    if (const std::string wrong = CheckRecipeColumn(field.name, recipe->fields); !wrong.empty()) {
      return Err(ErrorCode::kInvalidArgument, wrong);
    }
    Result<Selector> selector = Selector::Compile(std::string_view(selection).substr(equals + 1));
    if (!selector) {
      return Err(ErrorCode::kInvalidArgument, fmt::format("{}: {}", field.name, selector.error().message));
    }
    recipe->text += fmt::format("{} = {{ css = {}, list = true }}\n", field.name, TomlQuoted(selector->text()));
    field.selectors.push_back(std::move(*selector));
    recipe->fields.push_back(std::move(field));
  }
  return std::shared_ptr<const Recipe>(std::move(recipe));
}

}  // namespace spinneret
