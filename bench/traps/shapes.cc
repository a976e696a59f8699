// What looking for traps costs: the shape of a URL, its counting, and the hash of a page's text.
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "crawler/frontier/text_hash.h"
#include "crawler/frontier/trap_shape.h"
#include "crawler/frontier/trap_watch.h"
#include "simweb/site.h"

namespace spinneret {
namespace {

constexpr std::uint64_t kUrls = 10'000;
constexpr std::int32_t kNow = 12 * 2026 + 10;

simweb::Site MakeSite() {
  simweb::SiteSettings settings;
  settings.pages = kUrls;
  settings.page_size = 35'000;
  settings.links = 60;
  return simweb::Site(settings);
}

// URLs of the simulated web: a third with words and a number, two with numbers in paths and queries.
std::vector<std::string> OrdinaryUrls() {
  const simweb::Site site = MakeSite();
  std::vector<std::string> urls;
  for (std::uint64_t page = 0; page < kUrls; ++page) {
    urls.push_back(site.UrlOf(page));
  }
  return urls;
}

std::vector<std::string> LongQueries() {
  std::vector<std::string> urls;
  for (std::uint64_t i = 0; i < kUrls; ++i) {
    urls.push_back("https://www.shop.example/women/shoes/list?brand=acme&color=" + std::to_string(i % 7) +
                   "&material=leather&page=" + std::to_string(i) + "&price=50-100&sort=newest&since=2026-05-01");
  }
  return urls;
}

void ShapeEach(benchmark::State& state, const std::vector<std::string>& urls) {
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(ShapeOf(urls[at]));
    at = at + 1 == urls.size() ? 0 : at + 1;
  }
}

void BM_ShapeOfOrdinary(benchmark::State& state) {
  ShapeEach(state, OrdinaryUrls());
}
BENCHMARK(BM_ShapeOfOrdinary);

void BM_ShapeOfSevenParameters(benchmark::State& state) {
  ShapeEach(state, LongQueries());
}
BENCHMARK(BM_ShapeOfSevenParameters);

// All that a new URL costs: shape, counting, judging.
void BM_AdmitOrdinary(benchmark::State& state) {
  const std::vector<std::string> urls = OrdinaryUrls();
  TrapWatch watch(true, kDefaultTrapBudget);
  std::size_t at = 0;
  for (auto _ : state) {
    const TrapWatch::Place place = watch.Admit(0, ShapeOf(urls[at]), 3, 0, kNow);
    benchmark::DoNotOptimize(watch.Judge(place, urls[at]).has_value());
    at = at + 1 == urls.size() ? 0 : at + 1;
  }
}
BENCHMARK(BM_AdmitOrdinary);

void BM_TextHash35KB(benchmark::State& state) {
  const std::string html = MakeSite().HtmlOf(kUrls / 2);
  for (auto _ : state) {
    benchmark::DoNotOptimize(TextHash(html));
  }
}
BENCHMARK(BM_TextHash35KB);

}  // namespace
}  // namespace spinneret
