// URLs: links as pages write them, resolved to absolute ones, beside libcurl's URL API; and canonical keys.
//
// libcurl is asked for the nearest thing it has: the same base, CURLU_URLENCODE for what a browser would encode, and the
// whole URL back as text. It does less: no IDNA by default, no WHATWG host parsing.
#include "parser/url.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <benchmark/benchmark.h>
#include <curl/curl.h>

#include "base/check.h"
#include "parser/canonical_url.h"

namespace spinneret {
namespace {

constexpr char kBase[] = "https://www.shop.example/catalogue/category/books_1/index.html";
constexpr char kRelative[] = "../../page/travel_2/item-17.html";
constexpr char kAbsolute[] = "https://www.shop.example/catalogue/page/travel_2/item-17.html?ref=list&page=2";

// What stands on an ordinary page: menu, list, pages of the list, foot.
constexpr std::array<const char*, 12> kLinks = {
    "/",
    "/catalogue/page-2.html",
    "../../page/travel_2/item-17.html",
    "item-18.html",
    "?sort=price&page=3",
    "#content",
    "/search?q=red+shoes&size=42",
    "https://www.shop.example/account/login?next=%2Fcart",
    "https://social.example/share?u=https%3A%2F%2Fwww.shop.example%2F",
    "//static.shop.example/terms.pdf",
    "/about us/team.html",
    "mailto:info@shop.example",
};
constexpr int kLinksOfPage = 60;

Url Base() {
  std::optional<Url> base = Url::Parse(kBase);
  SPINNERET_CHECK(base.has_value(), "the base is a URL");
  return std::move(*base);
}

void ParseOne(benchmark::State& state, const char* text) {
  const Url base = Base();
  const std::string_view input(text);
  for (auto _ : state) {
    benchmark::DoNotOptimize(Url::Parse(input, &base));
  }
}

void ParsePage(benchmark::State& state) {
  const Url base = Base();
  for (auto _ : state) {
    for (int i = 0; i < kLinksOfPage; ++i) {
      benchmark::DoNotOptimize(Url::Parse(kLinks[static_cast<std::size_t>(i) % kLinks.size()], &base));
    }
  }
  state.SetItemsProcessed(state.iterations() * kLinksOfPage);
}

class CurlBase {
 public:
  CurlBase() : handle_(curl_url()) {
    SPINNERET_CHECK(curl_url_set(handle_, CURLUPART_URL, kBase, 0) == CURLUE_OK, "libcurl reads the base");
  }
  ~CurlBase() { curl_url_cleanup(handle_); }
  CurlBase(const CurlBase&) = delete;
  CurlBase& operator=(const CurlBase&) = delete;

  // The length of the absolute URL, 0 where libcurl refuses it.
  std::size_t Resolve(const char* text) const {
    CURLU* const url = curl_url_dup(handle_);
    char* whole = nullptr;
    std::size_t size = 0;
    if (curl_url_set(url, CURLUPART_URL, text, CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_URL, &whole, 0) == CURLUE_OK) {
      size = std::string_view(whole).size();
      curl_free(whole);
    }
    curl_url_cleanup(url);
    return size;
  }

 private:
  CURLU* handle_;
};

void CurlOne(benchmark::State& state, const char* text) {
  const CurlBase base;
  for (auto _ : state) {
    benchmark::DoNotOptimize(base.Resolve(text));
  }
}

void CurlPage(benchmark::State& state) {
  const CurlBase base;
  for (auto _ : state) {
    for (int i = 0; i < kLinksOfPage; ++i) {
      benchmark::DoNotOptimize(base.Resolve(kLinks[static_cast<std::size_t>(i) % kLinks.size()]));
    }
  }
  state.SetItemsProcessed(state.iterations() * kLinksOfPage);
}

void Key(benchmark::State& state, const CanonicalOptions& options) {
  const CanonicalRules rules(options);
  const std::string href = "https://www.shop.example/catalogue/list/?utm_source=mail&page=2&sort=price&utm_medium=x";
  std::string scratch;
  for (auto _ : state) {
    benchmark::DoNotOptimize(rules.KeyOf(std::string_view(href), scratch));
  }
}

CanonicalOptions Strip() {
  CanonicalOptions options;
  options.strip_params = {"utm_*", "sid"};
  return options;
}

CanonicalOptions Everything() {
  CanonicalOptions options = Strip();
  options.sort_params = true;
  options.trailing_slash = TrailingSlash::kIgnore;
  return options;
}

BENCHMARK_CAPTURE(ParseOne, relative, kRelative)->Name("url/relative/spinneret");
BENCHMARK_CAPTURE(CurlOne, relative, kRelative)->Name("url/relative/libcurl");
BENCHMARK_CAPTURE(ParseOne, absolute, kAbsolute)->Name("url/absolute/spinneret");
BENCHMARK_CAPTURE(CurlOne, absolute, kAbsolute)->Name("url/absolute/libcurl");
BENCHMARK(ParsePage)->Name("url/page_of_60/spinneret");
BENCHMARK(CurlPage)->Name("url/page_of_60/libcurl");
BENCHMARK_CAPTURE(Key, default, CanonicalOptions())->Name("key/default");
BENCHMARK_CAPTURE(Key, strip, Strip())->Name("key/strip_params");
BENCHMARK_CAPTURE(Key, everything, Everything())->Name("key/strip_sort_slash");

}  // namespace
}  // namespace spinneret
