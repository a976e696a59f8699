// Pages: what a crawl wants of one, by the scan and by gumbo's tree, on the simulated web's page of 35 KB and 60 links.
//
// SPINNERET_BENCH_PAGE=FILE takes another page.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include "base/check.h"
#include "parser/link_resolver.h"
#include "parser/page_reader.h"
#include "parser/url.h"
#include "simweb/site.h"

namespace spinneret {
namespace {

std::string Page() {
  if (const char* file = std::getenv("SPINNERET_BENCH_PAGE")) {
    std::ifstream in(file, std::ios::binary);
    SPINNERET_CHECK(in.good(), "SPINNERET_BENCH_PAGE cannot be read");
    return {std::istreambuf_iterator<char>(in), {}};
  }
  simweb::SiteSettings settings;
  settings.pages = 10'000;
  settings.links = 60;
  settings.page_size = 35'000;
  return simweb::Site(settings).HtmlOf(1234);
}

void Read(benchmark::State& state, std::unique_ptr<PageReader> reader) {
  const std::string page = Page();
  PageContents contents;
  for (auto _ : state) {
    reader->Read(page, contents);
    benchmark::DoNotOptimize(contents.links.data());
  }
  state.counters["by_tree"] = contents.by_tree ? 1 : 0;
  state.counters["links"] = static_cast<double>(contents.links.size());
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * page.size()));
}

void Resolve(benchmark::State& state) {
  PageContents contents;
  MakePageReader()->Read(Page(), contents);
  const auto url = Url::Parse("http://127.0.0.1:8080/section/page/1234");
  LinkSet links;
  for (auto _ : state) {
    ResolveLinks(contents, *url, links);
    benchmark::DoNotOptimize(links.size());
  }
}

BENCHMARK_CAPTURE(Read, scan, MakePageReader())->Name("page/scan");
BENCHMARK_CAPTURE(Read, tree, MakeGumboPageReader())->Name("page/tree");
BENCHMARK(Resolve)->Name("page/resolve its links");

}  // namespace
}  // namespace spinneret
