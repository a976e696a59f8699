// A recipe, and after a line "%%" a page. Whatever both are, a mistake has its place, and a record is what its recipe says.
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "parser/encoding.h"
#include "parser/parsed_page.h"
#include "parser/recipe.h"
#include "parser/record_extractor.h"

namespace {

using namespace spinneret;

void CheckMistakes(const RecipeReading& reading) {
  SPINNERET_CHECK((reading.recipe == nullptr) == !reading.mistakes.empty(), "a recipe with mistakes, or neither");
  for (const RecipeMistake& mistake : reading.mistakes) {
    SPINNERET_CHECK(mistake.line >= 1 && mistake.column >= 1, "a mistake without its place");
    SPINNERET_CHECK(!mistake.message.empty(), "a mistake without a word");
  }
}

void CheckFinds(const Recipe& recipe, const ExtractedRecords& found) {
  SPINNERET_CHECK(found.records.size() <= kRecordsPerPage, "more records than a page may have");
  for (const std::string& record : found.records) {
    SPINNERET_CHECK(IsValidUtf8(record), "a record that is not UTF-8");
    const auto json = nlohmann::ordered_json::parse(record, nullptr, false);
    SPINNERET_CHECK(json.is_object() && json.size() == recipe.fields.size(), "a record that is not its fields");
    auto field = recipe.fields.begin();
    for (const auto& [name, value] : json.items()) {
      SPINNERET_CHECK(name == field->name, "fields out of order");
      SPINNERET_CHECK(!field->required || (!value.is_null() || field->type == FieldType::kJson),
                      "a record without a required field");
      SPINNERET_CHECK(!field->list || value.is_array() || field->default_json, "a list that is none");
      ++field;
    }
  }
  for (const std::string& href : found.follow) {
    SPINNERET_CHECK(href.starts_with("http") && href.find('#') == std::string::npos, "a link that is not to be asked");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static ParsedPage page;
  static const Url url = *Url::Parse("https://shop.example/item/7?x=1");
  constexpr std::string_view kMark = "\n%%\n";
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t mark = bytes.find(kMark);
  const std::string_view text = bytes.substr(0, mark);
  RecipeReading reading = ReadRecipe(text, "fuzz");
  CheckMistakes(reading);
  if (!reading.recipe) {
    // The same bytes as a selection: what a crawl stores of it has to be read again by its resume.
    const Result<std::shared_ptr<const Recipe>> selected =
        RecipeOfSelections({"a=" + std::string(text), "b=" + std::string(text.substr(0, text.find('\n')))});
    if (!selected) {
      return 0;
    }
    reading = ReadRecipe((*selected)->text, "other");
    SPINNERET_CHECK(reading.recipe != nullptr, "a selection that is no recipe");
    SPINNERET_CHECK(
        reading.recipe->name == (*selected)->name && reading.recipe->FieldNames() == (*selected)->FieldNames(),
        "a selection that is another recipe");
  }
  page.Parse(mark == std::string_view::npos ? "<html lang=de><h1>x</h1><p class=a>1.234,5 <time>3.2.2024</time></p>"
                                            : bytes.substr(mark + kMark.size()));
  RecordExtractor extractor(reading.recipe);
  ExtractedRecords found;
  extractor.Read(page.tree(), url, url, found);
  CheckFinds(*reading.recipe, found);
  ExtractedRecords again;
  extractor.Read(page.tree(), url, url, again);
  SPINNERET_CHECK(again.records == found.records && again.follow == found.follow,
                  "another reading finds another thing");
  return 0;
}
