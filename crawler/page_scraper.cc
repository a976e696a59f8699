#include "crawler/page_scraper.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace spinneret {

PageScraper::PageScraper(const ScrapeSettings& settings)
    : extracts_(settings.extracts),
      index_text_(settings.index_text),
      extractors_(settings.recipes.begin(), settings.recipes.end()) {}

bool PageScraper::Wants(const Url& page) const {
  return extracts_.any() || index_text_ || WantsRecords(page);
}

bool PageScraper::WantsRecords(const Url& page) const {
  return std::any_of(extractors_.begin(), extractors_.end(),
                     [&](const RecordExtractor& extractor) { return extractor.recipe().WantsUrl(page.href()); });
}

void PageScraper::Read(const Url& page, std::string_view html, PageContents& contents) {
  const bool needs_tree = (extracts_ & ~MarkupKinds()).any() || index_text_ || WantsRecords(page);
  scanned_ = !needs_tree && scan_.Read(html, contents, markup_);
  if (scanned_) {
    return;
  }
  page_.Parse(html);
  page_.ReadContents(contents);
}

PageFinds PageScraper::Scrape(const Url& page, const Url& base) {
  PageFinds finds;
  for (std::uint32_t i = 0; i < extractors_.size() && !scanned_; ++i) {
    RecipeFinds of_recipe;
    of_recipe.recipe = i;
    extractors_[i].Read(page_.tree(), page, base, of_recipe.found);
    const ExtractedRecords& found = of_recipe.found;
    if (!found.records.empty() || !found.follow.empty() || found.incomplete > 0 || found.xpath_stopped > 0) {
      finds.recipes.push_back(std::move(of_recipe));
    }
  }
  ReadExtracts(base, finds);
  return finds;
}

void PageScraper::ReadExtracts(const Url& base, PageFinds& finds) const {
  ExtractKinds kinds = extracts_;
  if (index_text_) {
    kinds.set(static_cast<std::size_t>(ExtractKind::kText));
  }
  for (auto& [kind, value] :
       scanned_ ? spinneret::ReadExtracts(markup_, base, kinds) : spinneret::ReadExtracts(page_, base, kinds)) {
    const auto* const text = value.get_ptr<const std::string*>();
    if (kind == ExtractKind::kText && index_text_) {
      finds.text = *text;
    }
    if (!extracts_.test(static_cast<std::size_t>(kind)) || (text != nullptr ? text->empty() : value.empty())) {
      continue;
    }
    finds.extracts.emplace_back(
        kind, text != nullptr ? *text : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
}

}  // namespace spinneret
