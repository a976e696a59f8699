#include "parser/recipe.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace spinneret {

TEST_SUITE("parser/recipe") {
namespace {
// "line:column key: message" of each mistake.
std::vector<std::string> Mistakes(std::string_view toml) {
  std::vector<std::string> lines;
  for (const RecipeMistake& mistake : ReadRecipe(toml, "test").mistakes) {
    lines.push_back(std::to_string(mistake.line) + ":" + std::to_string(mistake.column) + " " + mistake.key + ": " +
                    mistake.message);
  }
  return lines;
}
bool Has(const std::vector<std::string>& lines, std::string_view begin, std::string_view part = "") {
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.starts_with(begin) && line.find(part) != std::string::npos;
  });
}
}  // namespace

TEST_CASE("a whole recipe is read, its fields in the order they stand there") {
  const RecipeReading reading = ReadRecipe(R"(
name = "product"
match.url = '/item/\d+'
match.selector = "article.product"
each = "article"
follow = ["a.next", "a.item"]
locale = "de"

[fields]
title = "h1"
price = { css = [".price", ".old-price"], type = "number", required = true }
added = { css = "time", type = "date", format = "%d.%m.%Y", locale = "fr" }
sku = { from = "url", capture = '/item/(\d+)' }
stock = { css = ".stock", type = "bool" }
tags = { css = ".tag", list = true }
rating = { css = ".stars", type = "number", default = 0 }

[fields.offers]
css = ".offer"
list = true
[fields.offers.fields]
seller = ".seller"
price = { css = ".price", type = "number" }
)",
                                           "file");
  REQUIRE(reading.mistakes.empty());
  const Recipe& recipe = *reading.recipe;
  CHECK(recipe.name == "product");
  CHECK(recipe.WantsUrl("https://shop.test/item/12"));
  CHECK_FALSE(recipe.WantsUrl("https://shop.test/item/x"));
  CHECK(recipe.each->text() == "article");
  CHECK(recipe.follow.size() == 2);
  std::vector<std::string> names;
  for (const RecipeField& field : recipe.fields) {
    names.push_back(field.name);
  }
  CHECK(names == std::vector<std::string>{"title", "price", "added", "sku", "stock", "tags", "rating", "offers"});
  CHECK(recipe.fields[1].selectors.size() == 2);
  CHECK(recipe.fields[1].required);
  CHECK(recipe.fields[6].default_json == "0");
  CHECK(recipe.fields[7].type == FieldType::kObject);
  CHECK(recipe.fields[7].fields.size() == 2);
}

TEST_CASE("the file's name is the recipe's where it says none") {
  CHECK(ReadRecipe("fields.a = 'b'", "shop").recipe->name == "shop");
  CHECK(Has(Mistakes("name = 'pages'\nfields.a = 'b'"), "1:8 name: ", "taken"));
  CHECK(Has(Mistakes("name = 'revisits'\nfields.a = 'b'"), "1:8 name: ", "taken"));
  CHECK(Has(Mistakes("name = 'Shop 1'\nfields.a = 'b'"), "1:8 name: "));
}

TEST_CASE("every mistake is named with its place, not the first alone") {
  const std::vector<std::string> mistakes = Mistakes(R"(follows = "a"
match.url = "("
[fields]
title = "h1["
price = { css = ".p", typ = "number" }
when = { css = ".d", type = "datum" }
when2 = { css = ".d", type = "text", format = "%Y" }
day = { css = ".d", type = "date", format = "%Q" }
none = { type = "text" }
both = { css = "a", required = true, default = "x" }
"bad name" = "a"
n = 5
list = { css = "a", list = "yes" }
where = { from = "title" }
loc = { css = "a", type = "number", locale = "?" }
)");
  CHECK(Has(mistakes, "1:1 follows: ", "follow"));
  CHECK(Has(mistakes, "2:13 match.url: ", "missing )"));
  CHECK(Has(mistakes, "4:9 fields.title: ", "column "));
  CHECK(Has(mistakes, "5:23 fields.price.typ: ", "\"type\""));
  CHECK(Has(mistakes, "6:29 fields.when.type: ", "datum"));
  CHECK(Has(mistakes, "7:47 fields.when2.format: "));
  CHECK(Has(mistakes, "8:45 fields.day.format: ", "%Q"));
  CHECK(Has(mistakes, "9:8 fields.none: ", "css"));
  CHECK(Has(mistakes, "10:48 fields.both.default: "));
  CHECK(Has(mistakes, "11:1 fields.bad name: "));
  CHECK(Has(mistakes, "12:5 fields.n: "));
  CHECK(Has(mistakes, "13:28 fields.list.list: ", "true or false"));
  CHECK(Has(mistakes, "14:18 fields.where.from: "));
  CHECK(Has(mistakes, "15:46 fields.loc.locale: "));
  CHECK(mistakes.size() == 14);
}

TEST_CASE("XPath stands where a selector may, and not beside one") {
  const std::vector<std::string> mistakes = Mistakes(R"toml(each = { xpath = "//li/@class" }
follow = ["a", { xpath = "//a[" }, { path = "x" }]
match.xpath = "//a[foo()]"
[fields]
a = { xpath = "//a", css = "a" }
b = { xpath = "//a[@x = ]" }
c = { xpath = "//a", from = "url" }
d = { xpath = ["//a", "contains('a')"] }
[fields.e]
xpath = "count(//a)"
css = "a"
fields.x = "b"
)toml");
  CHECK(Has(mistakes, "1:18 each.xpath: ", "elements"));
  CHECK(Has(mistakes, "2:26 follow.xpath: ", "column 4: "));
  CHECK(Has(mistakes, "2:36 follow: ", "xpath"));
  CHECK(Has(mistakes, "3:15 match.xpath: ", "column 5: XPath 1.0 has no function foo()"));
  CHECK(Has(mistakes, "5:15 fields.a.xpath: ", "beside css"));
  CHECK(Has(mistakes, "6:15 fields.b.xpath: ", "column 10: "));
  CHECK(Has(mistakes, "7:29 fields.c.from: "));
  CHECK(Has(mistakes, "8:23 fields.d.xpath: ", "column 9: "));
  CHECK(Has(mistakes, "10:9 fields.e.xpath: ", "elements"));
  CHECK(Has(mistakes, "10:9 fields.e.xpath: ", "beside css"));
  CHECK(mistakes.size() == 10);
  CHECK(Has(Mistakes("each = {}\nfields.a = 'b'"), "1:8 each: ", "xpath"));
  CHECK(Has(Mistakes("each = { css = 'a', xpath = '//a' }\nfields.a = 'b'"), "1:29 each.xpath: "));
  CHECK(Has(Mistakes("follow = 5\nfields.a = 'b'"), "1:10 follow: "));
  CHECK(Has(Mistakes("follow = []\nfields.a = 'b'"), "1:10 follow: "));
  const RecipeReading reading =
      ReadRecipe("each = { xpath = '//li' }\nfollow = { xpath = '//a' }\nfields.a = { xpath = 'b' }", "x");
  REQUIRE(reading.mistakes.empty());
  CHECK(reading.recipe->each_xpath->text() == "//li");
  CHECK(reading.recipe->follow_xpaths.size() == 1);
  CHECK(reading.recipe->fields[0].xpaths[0].text() == "b");
  CHECK(ReadRecipe("follow = { xpath = '//a' }", "x").mistakes.empty());
}

TEST_CASE("what is no TOML is one mistake with its place") {
  const std::vector<std::string> mistakes = Mistakes("fields.a = 'b'\nfields.c = \n");
  REQUIRE(mistakes.size() == 1);
  CHECK(mistakes[0].starts_with("2:"));
  CHECK(Mistakes("fields.a = 1\nfields.a = 2").size() == 1);
}

TEST_CASE("a recipe of nothing, and one without bound, are refused") {
  CHECK(Has(Mistakes(""), "", "[fields]"));
  CHECK(ReadRecipe("follow = 'a.next'", "steer").mistakes.empty());
  CHECK(Has(Mistakes("each = 'li::text'\nfields.a = 'b'"), "1:8 each: ", "::text"));
  CHECK(Has(Mistakes(std::string(2U << 20U, '#')), "1:1 ", "1 MiB"));
  std::string many = "[fields]\n";
  for (int i = 0; i < 600; ++i) {
    many += "f" + std::to_string(i) + " = 'a'\n";
  }
  CHECK(Has(Mistakes(many), "514:", "512"));
  std::string deep = "fields.a = 'x'\n[fields.b";
  for (int i = 0; i < 12; ++i) {
    deep += ".fields.b";
  }
  CHECK(Has(Mistakes(deep + "]\ncss = 'a'\n"), "", "nest at most 8"));
}

TEST_CASE("selections of the command line make a recipe, or name the argument that does not") {
  const auto recipe = RecipeOfSelections({"title=h1", "links=a::attr(href)"});
  REQUIRE(recipe);
  CHECK((*recipe)->fields.size() == 2);
  // What is stored can be read again.
  const RecipeReading again = ReadRecipe((*recipe)->text, "x");
  REQUIRE(again.mistakes.empty());
  CHECK(again.recipe->name == (*recipe)->name);
  CHECK(again.recipe->fields[1].selectors[0].text() == "a::attr(href)");
  for (const char* wrong : {"h1", "=h1", "a b=h1", "t=h1["}) {
    CAPTURE(wrong);
    const auto refused = RecipeOfSelections({wrong});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kInvalidArgument);
  }
  CHECK_FALSE(RecipeOfSelections({"a=b", "a=c"}));
  CHECK_FALSE(RecipeOfSelections({"a=b", "A=c"}));
  CHECK_FALSE(RecipeOfSelections({"page_url=b"}));
}

TEST_CASE("a selection of any bytes is refused, or stored in a form that is read again") {
  CHECK_FALSE(RecipeOfSelections({"a=[b=\"\xFF\"]"}));
  CHECK_FALSE(RecipeOfSelections({"a\xA0=b"}));
  for (const std::string text : {"[b='\x7F']", "[b='\\\\ \t\"']", "[b='\U0001F680\u2028']"}) {
    CAPTURE(text);
    const auto recipe = RecipeOfSelections({"a=" + text});
    REQUIRE_MESSAGE(recipe.has_value(), recipe.error().message);
    const RecipeReading again = ReadRecipe((*recipe)->text, "x");
    REQUIRE(again.recipe != nullptr);
    CHECK(again.recipe->fields[0].selectors[0].text() == text);
  }
}

TEST_CASE("fields that would be one column of the view are a mistake, inside an object they are not") {
  CHECK(Has(Mistakes("[fields]\npage_url = 'a'\n"), "2:1 fields.page_url: ", "is taken"));
  CHECK(Has(Mistakes("[fields]\nPrice = 'a'\nprice = 'b'\n"), "3:1 fields.price: ", "\"Price\" and \"price\""));
  CHECK(Mistakes("[fields.a]\ncss = 'b'\n[fields.a.fields]\npage_url = 'a'\nb = 'a'\nB = 'a'\n").empty());
}
}

}  // namespace spinneret
