// Sites that publish records, and know every one of them: what a recipe has to bring back. Pure functions of the target
// and of how many records each site has.
//
//   /records/shop/   products in three languages under lists and categories of 12; prices as each language writes them,
//                    products without a price, which are no records, and much that looks like one
//   /records/blog/   posts from the newest on, 5 a page; the older ones are behind a button that is no link, so that a
//                    crawl finds them by the recipe's `follow` alone; archives by month, translations
//   /records/jobs/   openings, 20 a page under list?page=N, with titles that try to be more than text, and advertisements
//
// /records/ leads to the three. The recipes are seeds/recipes/shop.toml, blog.toml and jobs.toml.
// Thread   free functions, no state.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spinneret::simweb {

enum class RecordKind : std::uint8_t { kShop, kBlog, kJobs };
inline constexpr std::array<RecordKind, 3> kRecordKinds = {RecordKind::kShop, RecordKind::kBlog, RecordKind::kJobs};

inline constexpr std::string_view kRecordRoot = "/records/";
inline constexpr std::uint32_t kMaxRecords = 1'000'000;

struct PublishedRecord {
  std::string url;   // of the page that holds it
  std::string json;  // members in the recipe's order
  friend auto operator<=>(const PublishedRecord&, const PublishedRecord&) = default;
};

// "/records/shop/"
std::string_view RecordHome(RecordKind kind);
// The HTML at a path and query of sites with `records` records each; nothing where there is no page.
std::optional<std::string> RecordPage(std::string_view target, std::uint32_t records);
// All `records` of a site, which is served at `origin` ("http://127.0.0.1:8080").
std::vector<PublishedRecord> PublishedRecords(RecordKind kind, std::uint32_t records, std::string_view origin);

}  // namespace spinneret::simweb
