// A whole response, head and body, through what a worker makes of it: decoded, read, resolved, hashed, scraped, packed.
// Nothing of it may throw: a page that does is poison, and there is none.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <zstd.h>

#include "base/check.h"
#include "crawler/fetch/internal/content_decoder.h"
#include "crawler/fetch/internal/response_head.h"
#include "crawler/page_processor.h"
#include "parser/encoding.h"
#include "parser/recipe.h"
#include "parser/url.h"

namespace {

using namespace spinneret;

constexpr std::uint64_t kMostHead = 64U << 10U;
constexpr std::uint64_t kMostBody = 1U << 20U;

constexpr std::string_view kRecipe = R"toml(name = "thing"
follow = "a[rel~=next]"
[fields]
title = { css = "h1", required = true }
price = { css = ".price", type = "number" }
day = { css = "time", type = "date" }
links = { css = "a::attr(href)", type = "url", list = true }
)toml";

PageSettings Settings() {
  PageSettings settings;
  settings.store_body = StoreBody::kZstd;
  settings.nofollow = NofollowMode::kAll;
  settings.scrape.index_text = true;
  const RecipeReading reading = ReadRecipe(kRecipe, "thing");
  SPINNERET_CHECK(reading.recipe != nullptr, "the recipe of this target is good");
  settings.scrape.recipes.push_back(reading.recipe);
  settings.scrape.extracts.set();
  return settings;
}

// As a transfer does it. False where it would fail.
bool Receive(std::string_view bytes, FetchResponse& response) {
  ResponseHead head(kMostHead, ResponseHead::KeepRaw::kYes);
  while (!bytes.empty() && !head.complete()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view line = bytes.substr(0, end == std::string_view::npos ? end : end + 1);
    bytes.remove_prefix(line.size());
    if (!head.Add(line)) {
      return false;
    }
  }
  ContentDecoder decoder(head.content_encoding());
  std::string body;
  const bool decoded = decoder.Feed(bytes, [&](std::string_view piece) {
    body += piece.substr(0, kMostBody - body.size());
    return body.size() < kMostBody;
  });
  if (!decoded && !decoder.error().empty()) {
    return false;
  }
  response = head.Take(1'800'000'000);
  response.body = std::move(body);
  return true;
}

void CheckPlace(const std::optional<RedirectLocation>& place) {
  if (place) {
    SPINNERET_CHECK(Url::Parse(place->href).has_value() && !place->host.empty(), "a place that is no URL");
    SPINNERET_CHECK(place->href.find('#') == std::string::npos, "a place with a fragment");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static PageProcessor processor(Settings());
  FetchJob job;
  job.url = UrlHandle{1};
  job.text = "https://shop.example/a/b?c=1";
  FetchResponse response;
  if (!Receive({reinterpret_cast<const char*>(data), size}, response)) {
    return 0;
  }
  const std::string body = response.body;
  FetchDone done;
  done.result = std::move(response);
  const PageReport report = processor.Report(job, std::move(done));
  SPINNERET_CHECK(!report.attempt.error, "a page that is poison");
  CheckPlace(report.location);
  CheckPlace(report.refresh);
  if (!report.body_zstd.empty()) {
    std::string unpacked(body.size(), '\0');
    const std::size_t got =
        ZSTD_decompress(unpacked.data(), unpacked.size(), report.body_zstd.data(), report.body_zstd.size());
    SPINNERET_CHECK(got == body.size() && unpacked == body, "a body that is not the page's");
  }
  if (!report.page) {
    return 0;
  }
  SPINNERET_CHECK(report.page->keys.size() == report.page->links.size(), "a link without its key");
  for (const ResolvedLink link : report.page->links) {
    SPINNERET_CHECK(link.href.starts_with("http") && Url::Parse(link.href).has_value(), "a link that is no URL");
    SPINNERET_CHECK(IsValidUtf8(link.text) && IsValidUtf8(link.rel), "text that is not UTF-8");
  }
  for (const RecipeFinds& finds : report.page->finds.recipes) {
    SPINNERET_CHECK(finds.found.follow.empty(), "what recipes follow is among the links");
    for (const std::string& record : finds.found.records) {
      SPINNERET_CHECK(IsValidUtf8(record), "a record that is not UTF-8");
    }
  }
  return 0;
}
