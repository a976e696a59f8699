#include "crawler/frontier/sitemaps.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "storage/sqlite/sqlite_store.h"
#include "tests/support/temp_dir.h"

namespace spinneret {
namespace {

using Ids = std::vector<std::int64_t>;

AttemptResult Status(int status) {
  AttemptResult result;
  result.status = status;
  return result;
}

std::unique_ptr<SqliteStore> MakeStore(const std::string& path) {
  Result<std::unique_ptr<SqliteStore>> store = SqliteStore::Create(path, "{}");
  REQUIRE(store.has_value());
  (*store)->BeginRun("{}", 0);
  return std::move(*store);
}

void Finish(SqliteStore& store) {
  REQUIRE(store.Finish("done", 0, Store::Indexes::kLeave).has_value());
}

TEST_SUITE("crawler/frontier/sitemaps") {
TEST_CASE("sitemaps: what an attempt means") {
  SitemapJob job;
  CHECK(DecideSitemap(Status(200), false, job, 2).step == SitemapStep::kRead);
  CHECK(DecideSitemap(Status(404), false, job, 2).step == SitemapStep::kFail);
  CHECK(DecideSitemap(Status(301), false, job, 2).step == SitemapStep::kFail);
  CHECK(DecideSitemap(Status(301), true, job, 2).step == SitemapStep::kFollow);
  const SitemapDecision retry = DecideSitemap(Status(503), false, job, 2);
  CHECK(retry.step == SitemapStep::kRetry);
  CHECK(retry.delay.count() > 0);
  job.attempt = 3;
  CHECK(DecideSitemap(Status(503), false, job, 2).step == SitemapStep::kFail);
  job.redirects = kMaxSitemapRedirects;
  CHECK(DecideSitemap(Status(301), true, job, 2).step == SitemapStep::kFail);
  AttemptResult refused;
  refused.error = ErrorCode::kPrivateAddress;
  CHECK(DecideSitemap(refused, false, SitemapJob{}, 2).step == SitemapStep::kFail);
}

TEST_CASE("sitemaps: each is known once, and indexes are followed two deep") {
  const testing::TempDir folder;
  const std::unique_ptr<SqliteStore> store = MakeStore(folder / "crawl.db");
  Sitemaps sitemaps(*store);
  const std::optional<SitemapJob> top = sitemaps.Add("https://site.example/0.xml", 0);
  REQUIRE(top.has_value());
  CHECK_FALSE(sitemaps.Add("https://site.example/0.xml", 0).has_value());
  const std::optional<SitemapJob> one = sitemaps.Add("https://site.example/1.xml", top->id);
  REQUIRE(one.has_value());
  CHECK_FALSE(sitemaps.Add("https://site.example/0.xml", one->id).has_value());
  const std::optional<SitemapJob> two = sitemaps.Add("https://site.example/2.xml", one->id);
  REQUIRE(two.has_value());
  CHECK_FALSE(sitemaps.Add("https://site.example/3.xml", two->id).has_value());
  CHECK(sitemaps.open_count() == 3);
  Finish(*store);
}

TEST_CASE("sitemaps: a resume finds what is open, and what failed when it is asked for") {
  const testing::TempDir folder;
  {
    const std::unique_ptr<SqliteStore> store = MakeStore(folder / "crawl.db");
    Sitemaps sitemaps(*store);
    for (const SitemapState state : {SitemapState::kRead, SitemapState::kFailed, SitemapState::kRefused}) {
      const auto job = sitemaps.Add("https://site.example/" + std::to_string(static_cast<int>(state)), 0);
      REQUIRE(job.has_value());
      SitemapEndRow row;
      row.id = job->id;
      row.state = state;
      row.entries = 7;
      sitemaps.End(row);
    }
    CHECK(sitemaps.Add("https://site.example/open", 1).has_value());
    CHECK(sitemaps.open_count() == 1);
    CHECK(sitemaps.totals().entries == 21);
    Finish(*store);
  }
  for (const bool reopen_failed : {false, true}) {
    Result<std::unique_ptr<SqliteStore>> store = SqliteStore::Open(folder / "crawl.db");
    REQUIRE(store.has_value());
    Sitemaps sitemaps(**store);
    Ids open;
    REQUIRE(sitemaps.Load(reopen_failed, [&open](const SitemapJob& job) { open.push_back(job.id); }).has_value());
    CHECK(open == (reopen_failed ? Ids{2, 4} : Ids{4}));
    CHECK(sitemaps.open_count() == open.size());
    CHECK(sitemaps.totals().read == 1);
    CHECK(sitemaps.totals().failed == (reopen_failed ? 1 : 2));
    CHECK_FALSE(sitemaps.Add("https://site.example/open", 0).has_value());
  }
}
}  // TEST_SUITE("crawler/frontier/sitemaps")

}  // namespace
}  // namespace spinneret
