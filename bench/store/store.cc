// Storing: the rows of a page with 60 links, of which 6 lead to URLs that are new, a commit after each thousand pages; and
// what bodies cost on top: their SHA-256, their compression, their rows.
//
// The database lies in $TMPDIR, or in /tmp: on a tmpfs it is CPU that is measured.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <openssl/sha.h>
#include <unistd.h>
#include <zstd.h>

#include "base/check.h"
#include "crawler/frontier/identity.h"
#include "simweb/site.h"
#include "storage/sqlite/sqlite_store.h"

namespace spinneret {
namespace {

constexpr std::size_t kLinks = 60;
constexpr std::size_t kNew = 6;
constexpr std::uint64_t kPagesPerCommit = 1000;

std::string Page(std::uint64_t number) {
  simweb::SiteSettings settings;
  settings.pages = 10'000;
  settings.links = kLinks;
  settings.page_size = 35'000;
  return simweb::Site(settings).HtmlOf(number % settings.pages);
}

class Database {
 public:
  Database() {
    const char* const base = std::getenv("TMPDIR");
    folder_ = std::string(base == nullptr ? "/tmp" : base) + "/bench_store.XXXXXX";
    SPINNERET_CHECK(::mkdtemp(folder_.data()) != nullptr, "$TMPDIR cannot be written to");
    Result<std::unique_ptr<SqliteStore>> made = SqliteStore::Create(folder_ + "/store.db", "{}");
    SPINNERET_CHECK(made.has_value(), "a database can be made there");
    store_ = *std::move(made);
    SPINNERET_CHECK(store_->Publish().has_value(), "it gets its name");
    store_->BeginRun("{}", 0);
    host_ = HostKeyOf("www.example.org", store_->secret());
    store_->AddHost(host_, "www.example.org");
    AddUrls(100);
  }
  ~Database() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Store& store() { return *store_; }

  void AddPage() {
    const UrlHandle page{++asked_};
    AddUrls(kNew);
    std::array<LinkRow, kLinks> links{};
    for (std::size_t i = 0; i < kLinks; ++i) {
      links[i] = {.to = UrlHandle{static_cast<std::uint32_t>(1 + (asked_ * 31 + i * 7) % known_)},
                  .rel = "",
                  .text = "a link to another page",
                  .tag = "a"};
    }
    FetchRow fetch;
    fetch.url = page;
    fetch.at_ms = 1'700'000'000'000 + asked_;
    fetch.status = 200;
    fetch.ip = "192.0.2.17";
    fetch.http_version = "1.1";
    fetch.ttfb_ms = 21.5;
    fetch.total_ms = 24.25;
    fetch.bytes_wire = 9000;
    fetch.bytes_body = 35'000;
    fetch.mime = "text/html";
    fetch.charset = "utf-8";
    fetch.digest = std::string_view(reinterpret_cast<const char*>(digest_.data()), digest_.size());
    store_->AddFetch(fetch);
    store_->AddOutcome({.url = page, .kind = OutcomeKind::kFetched, .has_fetch = true});
    store_->AddPage({.url = page,
                     .title = "A page of some length and with some words",
                     .description = "What it is about, as people write it for a search engine to show",
                     .h1 = "A page of some length",
                     .lang = "en",
                     .word_count = 900,
                     .text_hash = asked_,
                     .sim_hash = asked_});
    store_->AddLinks(page, links);
    if (asked_ % kPagesPerCommit == 0) {
      Commit();
    }
  }
  void Commit() {
    store_->Commit([](Result<void> done) { SPINNERET_CHECK(done.has_value(), "the commit succeeds"); });
  }

 private:
  void AddUrls(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::string url = "http://www.example.org/section/" + std::to_string(known_) + "/a-page-with-a-name.html";
      UrlRow row;
      row.host = host_;
      row.fingerprint = FingerprintOf(url, store_->secret());
      row.url = url;
      row.depth = 3;
      row.parent = UrlHandle{asked_};
      known_ = store_->AddUrl(row).value;
    }
  }

  std::string folder_;
  std::unique_ptr<SqliteStore> store_;
  HostKey host_;
  std::array<unsigned char, 32> digest_{};
  std::uint32_t known_ = 0;  // the last that was added
  std::uint32_t asked_ = 0;
};

void StorePage(benchmark::State& state) {
  Database database;
  for (auto _ : state) {
    database.AddPage();
  }
  database.Commit();
}
BENCHMARK(StorePage)->Unit(benchmark::kMicrosecond);

// Each body is another one, of the size that zstd makes of a page.
void StoreBodyRow(benchmark::State& state) {
  Database database;
  const std::string page = Page(1);
  std::string zstd(ZSTD_compressBound(page.size()), '\0');
  zstd.resize(ZSTD_compress(zstd.data(), zstd.size(), page.data(), page.size(), 1));
  std::array<char, 32> digest{};
  std::uint64_t number = 0;
  for (auto _ : state) {
    ++number;
    std::memcpy(digest.data(), &number, sizeof number);
    database.store().AddBody(
        {.digest = {digest.data(), digest.size()}, .zstd = zstd, .size = static_cast<std::int64_t>(page.size())});
    if (number % kPagesPerCommit == 0) {
      database.Commit();
    }
  }
  database.Commit();
}
BENCHMARK(StoreBodyRow)->Unit(benchmark::kMicrosecond);

void CompressBody(benchmark::State& state) {
  std::vector<std::string> pages;
  for (std::uint64_t i = 0; i < 16; ++i) {
    pages.push_back(Page(i));
  }
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), &ZSTD_freeCCtx);
  std::string frame(ZSTD_compressBound(pages.front().size() * 2), '\0');
  std::size_t number = 0, in = 0, out = 0;
  for (auto _ : state) {
    const std::string& page = pages[number++ % pages.size()];
    in += page.size();
    out += ZSTD_compressCCtx(context.get(), frame.data(), frame.size(), page.data(), page.size(),
                             static_cast<int>(state.range(0)));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(in));
  state.counters["ratio"] = static_cast<double>(in) / static_cast<double>(std::max<std::size_t>(1, out));
}
BENCHMARK(CompressBody)->ArgName("level")->Arg(1)->Arg(3)->Unit(benchmark::kMicrosecond);

void DigestBody(benchmark::State& state) {
  const std::string page = Page(1);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  for (auto _ : state) {
    SHA256(reinterpret_cast<const unsigned char*>(page.data()), page.size(), digest.data());
    benchmark::DoNotOptimize(digest);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * page.size()));
}
BENCHMARK(DigestBody)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace spinneret
