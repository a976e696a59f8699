// Recipe: which pages hold records, and what of them is wanted. Read from TOML; docs/recipes.md describes the format.
//
//   RecipeReading reading = ReadRecipe(toml, "shop");
//   if (!reading.mistakes.empty()) … name them all
//   RecordExtractor extractor(*reading.recipe);   // record_extractor.h
//
// Errors     every mistake of the text is reported, with line, column and key; a recipe with one is not made.
// Limits     1 MiB of text; 512 fields, 8 levels of nesting.
// Thread     a Recipe is immutable and may be shared between threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "parser/selector.h"
#include "parser/xpath.h"

namespace re2 {
class RE2;
}

namespace spinneret {

enum class FieldType : std::uint8_t { kText, kHtml, kMarkdown, kNumber, kDate, kUrl, kBool, kJson, kObject };
std::string_view FieldTypeName(FieldType type);

struct RecipeField {
  std::string name;
  FieldType type = FieldType::kText;
  // Where the value stands: the first of these selectors that finds something. None with `from_url`, and with an object
  // that lies in the whole record.
  std::vector<Selector> selectors;
  std::vector<XPath> xpaths;  // in place of selectors
  bool from_url = false;      // the page's URL in place of both
  bool list = false;          // all that is found, not the first
  bool required = false;      // a record without it is none
  std::optional<std::string> default_json;
  std::shared_ptr<const re2::RE2> capture;  // group 1, or the whole match
  std::string locale;                       // of numbers and dates; empty: the recipe's
  std::string date_format;                  // empty: any
  std::vector<RecipeField> fields;          // of an object
};

struct Recipe {
  std::string name;                                   // [a-z][a-z0-9_]*
  std::string text;                                   // the TOML it was read from, or made for --select
  std::vector<std::shared_ptr<const re2::RE2>> urls;  // one must be found in the URL; none: every URL
  std::optional<Selector> present;                    // must find something on the page
  std::optional<XPath> present_xpath;                 // must be "true"; with both, both must
  std::optional<Selector> each;                       // one record for each; none: one for the page
  std::optional<XPath> each_xpath;                    // in place of `each`
  std::vector<Selector> follow;                       // links to go on with
  std::vector<XPath> follow_xpaths;                   // after these
  std::string locale;                                 // empty: the page's language
  std::vector<RecipeField> fields;

  bool WantsUrl(std::string_view url) const;
  std::vector<std::string> FieldNames() const;
};

struct RecipeMistake {
  std::uint32_t line = 0;  // from 1
  std::uint32_t column = 0;
  std::string key;  // "fields.price.type"; empty: the text is not TOML
  std::string message;
};

struct RecipeReading {
  std::shared_ptr<const Recipe> recipe;  // null when there is a mistake
  std::vector<RecipeMistake> mistakes;   // in the text's order
};

// `default_name`: for a text that does not say `name`, such as its file's.
RecipeReading ReadRecipe(std::string_view toml, std::string_view default_name);

// A recipe called "selected" of NAME=CSS each, for all pages; every field a list of texts. A mistake is kInvalidArgument and names the argument.
Result<std::shared_ptr<const Recipe>> RecipeOfSelections(const std::vector<std::string>& selections);

// A letter or _, then letters, digits and _, of at most kLongestFieldName.
inline constexpr std::size_t kLongestFieldName = 64;
bool IsRecipeFieldName(std::string_view name);

// Empty, or why a record that has `before` may not have a field of that name as well: its view would have two columns
// of one name, which SQL compares without case.
std::string CheckRecipeColumn(std::string_view name, const std::vector<RecipeField>& before);

// Empty, or why a recipe may not be called so: its view v_NAME would hide one of the program's own.
std::string CheckRecipeName(std::string_view name);

}  // namespace spinneret
