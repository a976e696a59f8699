// PageScraper: what recipes find on a page, for pages as they are fetched and for those that were stored.
//
// Thread     one scraper per thread; memory is kept between pages.
// Ownership  Scrape looks at the tree that the last Read made; its text must live as long.
// Errors     none: a page without records has none.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parser/page_reader.h"
#include "parser/parsed_page.h"
#include "parser/recipe.h"
#include "parser/record_extractor.h"
#include "parser/url.h"

namespace spinneret {

struct RecipeFinds {
  std::uint32_t recipe = 0;  // its place among the scraper's recipes
  ExtractedRecords found;
};

class PageScraper {
 public:
  explicit PageScraper(const std::vector<std::shared_ptr<const Recipe>>& recipes);

  // Whether a page of this URL may hold a record, so that its tree is needed.
  bool Wants(const Url& page) const;

  // Builds the tree of `html`, in UTF-8, and reads what a crawl reads of every page.
  void Read(std::string_view html, PageContents& contents);
  // What the recipes find on it; recipes that find nothing are not in the list.
  std::vector<RecipeFinds> Scrape(const Url& page, const Url& base);

 private:
  std::vector<RecordExtractor> extractors_;
  ParsedPage page_;
};

}  // namespace spinneret
