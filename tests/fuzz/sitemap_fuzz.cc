// Any bytes are a sitemap. The first byte says in what pieces the rest is fed, which must make no difference.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "parser/sitemap.h"

namespace {

using namespace spinneret;

struct Outcome {
  std::vector<std::string> entries;
  SitemapEnd end;
};

Outcome Read(std::string_view bytes, std::size_t piece) {
  Outcome outcome;
  const SitemapLimits limits{.max_bytes = 1U << 20U, .max_entries = 500};
  SitemapReader reader(
      *Url::Parse("https://site.example/maps/sitemap.xml"), {},
      [&outcome](const SitemapEntry& entry) {
        SPINNERET_CHECK(entry.url.is_http(), "a location that is no web address");
        SPINNERET_CHECK(!entry.priority || (*entry.priority >= 0 && *entry.priority <= 1), "a priority out of bounds");
        SPINNERET_CHECK(entry.images.size() <= 1000 && entry.alternates.size() <= 1000, "more links than an entry has");
        outcome.entries.push_back(entry.loc + '\n' + entry.lastmod);
      },
      limits);
  for (std::size_t at = 0; at < bytes.size() && reader.Feed(bytes.substr(at, piece)); at += piece) {
  }
  outcome.end = reader.Finish();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Outcome whole = Read(bytes, bytes.size() + 1);
  const Outcome pieces = Read(bytes, 1U + data[0]);
  SPINNERET_CHECK(whole.entries.size() <= 500 && whole.end.entries == whole.entries.size(), "entries miscounted");
  SPINNERET_CHECK(whole.entries == pieces.entries, "pieces make a difference");
  SPINNERET_CHECK(whole.end.type == pieces.end.type && whole.end.cut == pieces.end.cut, "pieces make another end");
  SPINNERET_CHECK(whole.end.error.empty() == pieces.end.error.empty(), "pieces make another error");
  SPINNERET_CHECK(whole.end.bad_entries == pieces.end.bad_entries, "pieces make other bad entries");
  return 0;
}
