#include "crawler/page_scraper.h"

#include <algorithm>

namespace spinneret {

PageScraper::PageScraper(const std::vector<std::shared_ptr<const Recipe>>& recipes)
    : extractors_(recipes.begin(), recipes.end()) {}

bool PageScraper::Wants(const Url& page) const {
  return std::any_of(extractors_.begin(), extractors_.end(),
                     [&](const RecordExtractor& extractor) { return extractor.recipe().WantsUrl(page.href()); });
}

void PageScraper::Read(std::string_view html, PageContents& contents) {
  page_.Parse(html);
  page_.ReadContents(contents);
}

std::vector<RecipeFinds> PageScraper::Scrape(const Url& page, const Url& base) {
  std::vector<RecipeFinds> finds;
  for (std::uint32_t i = 0; i < extractors_.size(); ++i) {
    RecipeFinds of_recipe;
    of_recipe.recipe = i;
    extractors_[i].Read(page_.tree(), page, base, of_recipe.found);
    const ExtractedRecords& found = of_recipe.found;
    if (!found.records.empty() || !found.follow.empty() || found.incomplete > 0) {
      finds.push_back(std::move(of_recipe));
    }
  }
  return finds;
}

}  // namespace spinneret
