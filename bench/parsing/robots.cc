// robots.txt: reading a file of 500 rules, asking it about 1000 URLs, and what a hostile file can cost.
#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "parser/robots_txt.h"

namespace spinneret {
namespace {

// A shop's file: four rules in five are plain prefixes, every fifth has a star, every tenth an end.
std::string FiveHundredRules() {
  std::string text = "User-agent: other\nDisallow: /\n\nUser-agent: *\nCrawl-delay: 1\n";
  for (int i = 0; i < 500; ++i) {
    const std::string n = std::to_string(i);
    text += i % 7 == 0 ? "Allow: " : "Disallow: ";
    text += i % 10 == 0  ? "/*/sort-" + n + "*.html$"
            : i % 5 == 0 ? "/*?session" + n + "="
                         : "/department-" + n + "/internal/";
    text += "\n";
  }
  return text + "\nSitemap: https://shop.example/sitemap.xml\n";
}

std::vector<std::string> ThousandPaths() {
  std::vector<std::string> paths;
  for (int i = 0; i < 1000; ++i) {
    const std::string n = std::to_string(i);
    paths.push_back("/department-" + std::to_string(i % 600) + (i % 3 == 0 ? "/internal/" : "/products/") + "item-" +
                    n + (i % 4 == 0 ? "?page=2&sort=price" : ".html"));
  }
  return paths;
}

std::string Repeat(const std::string& text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) {
    repeated += text;
  }
  return repeated;
}

void ParseRobots(benchmark::State& state) {
  const std::string text = FiveHundredRules();
  for (auto _ : state) {
    benchmark::DoNotOptimize(RobotsTxt::Parse(text, kRobotsAgent));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(ParseRobots);

void CheckUrls(benchmark::State& state) {
  const RobotsTxt robots = RobotsTxt::Parse(FiveHundredRules(), kRobotsAgent);
  const std::vector<std::string> paths = ThousandPaths();
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(robots.Check(paths[i++ % paths.size()]));
  }
}
BENCHMARK(CheckUrls);

// Each is asked about a path of 8 KiB, the longest a crawl asks for by default.
void CheckHostile(benchmark::State& state, const std::string& text) {
  const RobotsTxt robots = RobotsTxt::Parse(text, kRobotsAgent);
  const std::string path = "/" + std::string(8191, 'a');
  for (auto _ : state) {
    benchmark::DoNotOptimize(robots.Check(path));
  }
  state.counters["file"] = static_cast<double>(text.size());
}
BENCHMARK_CAPTURE(CheckHostile, one_rule_of_4000_stars, "User-agent: *\nDisallow: /" + Repeat("a*", 4000) + "b\n");
BENCHMARK_CAPTURE(CheckHostile, many_stars_500_KiB,
                  "User-agent: *\n" + Repeat("Disallow: /" + Repeat("a*", 4000) + "b\n", 63));
BENCHMARK_CAPTURE(CheckHostile, long_needles_500_KiB,
                  "User-agent: *\n" + Repeat("Disallow: *" + std::string(7000, 'a') + "b\n", 72));
BENCHMARK_CAPTURE(CheckHostile, short_rules_500_KiB, "User-agent: *\n" + Repeat("Disallow: *b\n", 39'000));

}  // namespace
}  // namespace spinneret
