// PageScraper: what is wanted of a page beyond its links: records, what it says of itself, its text. The same for pages
// as they are fetched and for those that were stored.
//
// Thread     one scraper per thread; memory is kept between pages.
// Ownership  Scrape looks at what the last Read made; its text must live as long.
// Errors     none: a page without records has none.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/page_extracts.h"
#include "parser/page_reader.h"
#include "parser/page_scan.h"
#include "parser/parsed_page.h"
#include "parser/recipe.h"
#include "parser/record_extractor.h"
#include "parser/url.h"

namespace spinneret {

struct ScrapeSettings {
  std::vector<std::shared_ptr<const Recipe>> recipes;
  ExtractKinds extracts;
  bool index_text = false;  // the readable text is wanted for the search index
};

struct RecipeFinds {
  std::uint32_t recipe = 0;  // its place among the scraper's recipes
  ExtractedRecords found;
};

struct PageFinds {
  std::vector<RecipeFinds> recipes;                           // without those that find nothing
  std::vector<std::pair<ExtractKind, std::string>> extracts;  // JSON; text and markdown as they are; without empty ones
  std::optional<std::string> text;                            // for the index
};

class PageScraper {
 public:
  explicit PageScraper(const ScrapeSettings& settings);

  // Whether a page of this URL may hold something.
  bool Wants(const Url& page) const;

  // Reads what a crawl reads of every page. `html` is valid UTF-8. A tree is built where what is wanted of the page needs
  // one.
  void Read(const Url& page, std::string_view html, PageContents& contents);
  // Of the page that was read last.
  PageFinds Scrape(const Url& page, const Url& base);

 private:
  bool WantsRecords(const Url& page) const;
  void ReadExtracts(const Url& base, PageFinds& finds) const;

  const ExtractKinds extracts_;
  const bool index_text_;
  std::vector<RecordExtractor> extractors_;
  ParsedPage page_;
  PageScan scan_;
  PageMarkup markup_;
  bool scanned_ = false;  // the last page: there is markup_, and no tree
};

}  // namespace spinneret
