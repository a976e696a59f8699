// What reading a page costs, step by step: the tree, selectors on it, each kind of structured data, text, and whole pages
// for links alone, for a recipe of ten fields, and for text.
//
//   measure [FILE.html]   a page; without one, a product list of about 35 KB
//
// Each line is CPU time for the whole page, the least and the median of 200 runs. A selector's line also says how many
// elements were looked at in a microsecond.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "parser/encoding.h"
#include "parser/page_meta.h"
#include "parser/page_tables.h"
#include "parser/parsed_page.h"
#include "parser/readable_text.h"
#include "parser/recipe.h"
#include "parser/record_extractor.h"
#include "parser/selector.h"
#include "parser/structured_data.h"

namespace spinneret {
namespace {

constexpr int kRuns = 200;

constexpr std::string_view kSelectors[] = {
    "h1::text",
    "#main",
    ".price::text",
    "a::attr(href)",
    "[data-id]",
    "div.product > a.name::attr(href)",
    "body #main ul li .price",
    "li:nth-child(2n+1) .name",
    "li:not(.sold) > .product .price",
    "li:has(.badge) .name::text",
    ".missing ~ li .price",
    "main ::text",
};

// Ten fields of a page, and of each product in its list.
constexpr char kRecipe[] = R"toml(name = "list"
[fields]
title = "title"
heading = "h1"
language = "html::attr(lang)"
first = { css = ".item .name", type = "url" }
sections = { css = "nav a", type = "url", list = true }
badges = { css = ".badge", list = true }
products = { css = ".name", list = true }
prices = { css = ".price", type = "number", list = true }
sold = { css = ".sold", type = "bool" }
about = { css = ".item:last-child .about", capture = 'Made of (\w+)' }
)toml";

constexpr char kEachRecipe[] = R"toml(name = "item"
each = ".item"
[fields]
id = { css = ":scope::attr(data-id)", type = "number" }
name = { css = ".name", required = true }
url = { css = ".name", type = "url" }
bold = ".name b"
about = ".about"
wood = { css = ".about", capture = 'Made of (\w+)' }
price = { css = ".price", type = "number" }
badge = ".badge"
is_new = { css = ".badge", type = "bool" }
type = ".product::attr(itemtype)"
)toml";

double CpuMicroseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

struct Times {
  double least = 0;
  double median = 0;
};

Times Measure(const std::function<void()>& work) {
  std::vector<double> times;
  for (int i = 0; i < kRuns; ++i) {
    const double start = CpuMicroseconds();
    work();
    times.push_back(CpuMicroseconds() - start);
  }
  std::sort(times.begin(), times.end());
  return {times.front(), times[times.size() / 2]};
}

std::string ProductList() {
  std::string html = "<!doctype html><html lang=en><head><title>Products</title></head><body><header><nav><ul>";
  for (int i = 0; i < 20; ++i) {
    html += "<li><a href='/section/" + std::to_string(i) + "'>Section</a></li>";
  }
  html += "</ul></nav></header><main id=main><h1>Products</h1><ul class=list>";
  for (int i = 0; html.size() < 35'000; ++i) {
    const std::string id = std::to_string(i);
    html += "<li class='item" + std::string(i % 7 == 0 ? " sold" : "") + "' data-id=" + id +
            "><div class=product itemscope itemtype='https://schema.org/Product'><a class=name itemprop=url href='/p/" +
            id + "'>Product <b>" + id +
            "</b></a><p class=about itemprop=description>Made of wood, for a long time.</p>" +
            (i % 5 == 0 ? "<span class=badge>new</span>" : "") + "<span class=price itemprop=price>" + id +
            ".99</span></div></li>\n";
  }
  return html + "</ul></main></body></html>";
}

void Print(std::string_view name, const Times& times, std::string_view more = "") {
  std::printf("%-40.*s %9.1f us %9.1f us  %.*s\n", static_cast<int>(name.size()), name.data(), times.least,
              times.median, static_cast<int>(more.size()), more.data());
}

int Run(const std::string& html) {
  ParsedPage page;
  const Url base = *Url::Parse("https://a.example/list/");
  const Times tree_times = Measure([&] { page.Parse(html); });
  const PageTree& tree = page.tree();
  NodeIndex elements = 0;
  for (NodeIndex i = 0; i < tree.size(); ++i) {
    elements += tree.IsElement(i) ? 1 : 0;
  }
  std::printf("%zu bytes, %u elements; CPU time, least and median of %d\n", html.size(), elements, kRuns);
  Print("tree", tree_times);
  for (const std::string_view text : kSelectors) {
    const Result<Selector> selector = Selector::Compile(text);
    if (!selector) {
      std::fprintf(stderr, "%s\n", selector.error().message.c_str());
      return 1;
    }
    std::size_t found = 0;
    const Times times = Measure([&] { found = SelectorMatcher(*selector, tree).Values().values.size(); });
    char more[80];
    std::snprintf(more, sizeof more, "%6.1f elements/us, %zu values", elements / times.median, found);
    Print(text, times, more);
  }
  Print("(compiling one)", Measure([&] { static_cast<void>(Selector::Compile("li:not(.sold) > .product .price")); }));
  Print("meta", Measure([&] { ReadPageMeta(MarkupOf(tree), base); }));
  Print("resources", Measure([&] { ReadPageResources(tree, base); }));
  Print("JSON-LD", Measure([&] { ReadJsonLd(MarkupOf(tree)); }));
  Print("microdata", Measure([&] { ReadMicrodata(tree, base); }));
  Print("RDFa Lite", Measure([&] { ReadRdfaLite(tree, base); }));
  Print("tables", Measure([&] { ReadPageTables(tree); }));
  internal::ReadableText text;
  internal::ReadableTextReader text_reader;
  Print("readable text and markdown", Measure([&] { text_reader.Read(page.document(), base, text); }));

  std::printf("\nwhole pages, tree included\n");
  PageContents contents;
  const auto print_whole = [](std::string_view name, const Times& times) {
    char more[80];
    std::snprintf(more, sizeof more, "%6.0f pages per CPU second", 1e6 / times.median);
    Print(name, times, more);
  };
  const auto read = [&] {
    page.Parse(html);
    page.ReadContents(contents);
  };
  print_whole("links, title and the like", Measure(read));
  for (const char* const toml : {kRecipe, kEachRecipe}) {
    const RecipeReading reading = ReadRecipe(toml, "bench");
    if (!reading.recipe) {
      std::fprintf(stderr, "%s\n", reading.mistakes.front().message.c_str());
      return 1;
    }
    RecordExtractor extractor(reading.recipe);
    ExtractedRecords records;
    const Times times = Measure([&] {
      read();
      extractor.Read(page.tree(), base, base, records);
    });
    print_whole("and 10 fields, records: " + std::to_string(records.records.size()), times);
  }
  print_whole("and readable text", Measure([&] {
                read();
                text_reader.Read(page.document(), base, text);
              }));
  return 0;
}

}  // namespace
}  // namespace spinneret

int main(int argc, char** argv) {
  if (argc < 2) {
    return spinneret::Run(spinneret::ProductList());
  }
  std::ifstream file(argv[1], std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (bytes.empty()) {
    std::fprintf(stderr, "%s: cannot be read, or is empty\n", argv[1]);
    return 1;
  }
  spinneret::DecodedText decoded;
  spinneret::DecodeHtml(bytes, "", decoded);
  return spinneret::Run(std::string(decoded.text));
}
