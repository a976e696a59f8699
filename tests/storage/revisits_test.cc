// Refreshes as the store has them: which URLs are asked again, and what stands of them until their visits end.
#include <cstdint>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "tests/storage/fixture.h"

namespace spinneret::testing {
namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kDay = 24 * kHour;

// The URLs that are pending, as "path attempts (before the refresh)", those that are asked again with a star.
Lines Pending(Crawl& crawl) {
  Lines pending;
  const Result<void> loaded = crawl->LoadUrls([&pending](const KnownUrl& url) {
    if (url.revisit || (!url.has_outcome && url.admission == AdmissionCode::kAdmitted)) {
      pending.push_back(fmt::format("{}{} {} ({})", url.url.substr(url.url.rfind('/')), url.revisit ? "*" : "",
                                    url.attempts, url.earlier_attempts));
    }
  });
  REQUIRE(loaded.has_value());
  return pending;
}

void Begin(Crawl& crawl, std::int64_t at_ms, std::optional<std::int64_t> max_age_ms) {
  const Result<void> begun = crawl->BeginRefresh({.at_ms = at_ms, .max_age_ms = max_age_ms, .first_interval_ms = kDay});
  REQUIRE(begun.has_value());
}

// A finished crawl: two pages a day apart, a redirect, a failure, and three that were skipped.
void MakeCrawl(const std::string& db) {
  Crawl crawl(db);
  const UrlHandle old = crawl.Url("http://shop.example/old");
  const UrlHandle young = crawl.Url("http://shop.example/young");
  const UrlHandle redirect = crawl.Url("http://shop.example/redirect");
  const UrlHandle failed = crawl.Url("http://shop.example/failed");
  crawl.Skipped(crawl.Url("http://shop.example/robots"), "robots", "line 2");
  crawl.Skipped(crawl.Url("http://shop.example/trap"), "trap", "shape");
  crawl.Url("http://shop.example/deep", {.admission = AdmissionCode::kDepth});
  const std::string digest(32, 'd');
  crawl->AddFetch({.url = old, .attempt = 1, .at_ms = kNewYear - kDay, .status = 503});
  crawl.Fetched(old, {.attempt = 2,
                      .at_ms = kNewYear - kDay,
                      .status = 200,
                      .digest = digest,
                      .etag = "\"old\"",
                      .last_modified = "yesterday"});
  crawl->AddPage({.url = old, .title = "Old"});
  const LinkRow link{.to = young, .rel = "", .text = "young", .tag = "a"};
  crawl->AddLinks(old, {&link, 1});
  crawl->AddRecord(old, "product", "{}");
  crawl.Fetched(young, {.at_ms = kNewYear, .status = 200});
  crawl.Redirected(redirect, young);
  crawl.Failed(failed, "timeout");
  crawl.Finish();
}

TEST_SUITE("storage/revisits") {
TEST_CASE("BeginRefresh: what was asked is asked again by its age, or by its own time") {
  const TempDir folder;
  MakeCrawl(folder / "crawl.db");
  const auto due = [&folder](std::int64_t at_ms, std::optional<std::int64_t> max_age_ms) {
    std::filesystem::copy_file(folder / "crawl.db", folder / "copy.db",
                               std::filesystem::copy_options::overwrite_existing);
    Crawl crawl(folder / "copy.db");
    Begin(crawl, at_ms, max_age_ms);
    Lines pending = Pending(crawl);
    crawl.Finish();
    return pending;
  };
  const Lines all = {"/old* 2 (2)", "/young* 1 (1)", "/redirect* 1 (1)", "/failed* 1 (1)", "/robots* 0 (0)"};
  CHECK_EQ(due(kNewYear, 0), all);
  CHECK_EQ(due(kNewYear - 1000 * kDay, 0), all);  // the clock was set back
  CHECK_EQ(due(kNewYear, kHour), Lines{"/old* 2 (2)", "/robots* 0 (0)"});
  CHECK_EQ(due(kNewYear, std::nullopt), Lines{"/old* 2 (2)", "/robots* 0 (0)"});
  CHECK_EQ(due(kNewYear + kDay - 1, std::nullopt), Lines{"/old* 2 (2)", "/robots* 0 (0)"});
  CHECK_EQ(due(kNewYear + kDay, std::nullopt), all);
}

TEST_CASE("a revisit: its verdict stands until the visit ends, over a resume too, and counts from then on") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  MakeCrawl(db);
  const UrlHandle old{1};
  {
    Crawl crawl(db);
    Begin(crawl, kNewYear, kHour);
    CHECK_EQ(crawl->LoadTotals()->pages, 2);  // the young page and the failure
    crawl->AddFetch({.url = old, .attempt = 3, .at_ms = kNewYear, .status = 503});
    crawl.Finish("stopped");
  }
  CHECK_EQ(Ask(db, "SELECT status, title FROM v_pages WHERE url LIKE '%/old'"), Lines{"200|Old"});
  CHECK_EQ(Ask(db, "SELECT pages, pending FROM v_hosts"), Lines{"3|2"});
  {
    Crawl crawl(db);
    CHECK_EQ(Pending(crawl), Lines{"/old* 3 (2)", "/robots* 0 (0)"});
    const Revisit before = crawl->GetRevisit(old);
    CHECK_EQ(before.status, 200);
    CHECK_EQ(before.etag, "\"old\"");
    CHECK_EQ(before.last_modified, "yesterday");
    CHECK_EQ(before.digest, std::string(32, 'd'));
    CHECK_EQ(before.visits, 1);
    CHECK_EQ(before.checked_at_ms, kNewYear - kDay);
    CHECK_EQ(before.interval_ms, kDay);
    crawl->AddFetch({.url = old, .attempt = 4, .at_ms = kNewYear, .status = 304});
    Revisit after = before;
    after.visits = 2;
    after.checked_at_ms = kNewYear;
    crawl->EndRevisit(old, after);
    CHECK_EQ(crawl->LoadTotals()->pages, 3);
    crawl.Finish("stopped");
  }
  CHECK_EQ(Ask(db, "SELECT status, title, fetched_at FROM v_pages WHERE url LIKE '%/old'"),
           Lines{"200|Old|2026-01-02T03:04:05.678Z"});
  CHECK_EQ(Ask(db, "SELECT visits, changes, failures, due_at FROM v_revisits"),
           Lines{"2|0|0|2026-01-03T03:04:05.678Z"});
  Crawl crawl(db);
  CHECK_EQ(Pending(crawl), Lines{"/robots* 0 (0)"});
}

TEST_CASE(
    "a revisit: a new verdict takes the place of the old one with all that was read, and rests on the new attempt") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  MakeCrawl(db);
  const UrlHandle old{1};
  {
    Crawl crawl(db);
    Begin(crawl, kNewYear, 0);
    CHECK_EQ(Pending(crawl).size(), 5);
    crawl->AddFetch({.url = old, .attempt = 3, .at_ms = kNewYear, .status = 404});
    const Revisit before = crawl->GetRevisit(old);
    crawl->RemoveOutcome(old);
    crawl->EndRevisit(old, before);
    crawl->AddOutcome({.url = old, .kind = OutcomeKind::kFetched, .has_fetch = true});
    crawl.Finish("stopped");
  }
  // Which is the later one, whatever is known of visits.
  CHECK_EQ(Ask(db, "SELECT status, title, fetched_at FROM v_pages WHERE url LIKE '%/old'"),
           Lines{"404|NULL|2026-01-02T03:04:05.678Z"});
  CHECK_EQ(Ask(db, "SELECT (SELECT count(*) FROM links), (SELECT count(*) FROM records)"), Lines{"0|0"});
  CHECK_EQ(Ask(db, "SELECT attempt, status FROM v_fetches WHERE url LIKE '%/old'"), Lines{"1|503", "2|200", "3|404"});
  // What is asked again for another reason is no revisit any more.
  Crawl crawl(db);
  crawl->RemoveOutcome(UrlHandle{4});
  CHECK_EQ(Pending(crawl), Lines{"/young* 1 (1)", "/redirect* 1 (1)", "/failed 1 (0)", "/robots* 0 (0)"});
}

TEST_CASE("BeginRefresh: sitemaps are read again") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  {
    Crawl crawl(db);
    const std::int64_t id = crawl->AddSitemap({.url = "http://shop.example/sitemap.xml"});
    crawl->EndSitemap({.id = id, .state = SitemapState::kRead});
    crawl.Finish();
  }
  Crawl crawl(db);
  Begin(crawl, kNewYear, std::nullopt);
  crawl.Finish();
  CHECK_EQ(Ask(db, "SELECT state FROM sitemaps"), Lines{"0"});
}
}  // TEST_SUITE("storage/revisits")

}  // namespace
}  // namespace spinneret::testing
