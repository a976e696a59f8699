#include "storage/sqlite/sqlite_store.h"

#include <array>
#include <string>

#include "tests/storage/fixture.h"

namespace spinneret::testing {
namespace {

Lines KnownUrls(Crawl& crawl) {
  Lines known;
  const Result<void> done = crawl->LoadUrls([&known](const KnownUrl& url) {
    known.push_back(std::to_string(url.handle.value) + " " + std::string(url.url) + " depth " +
                    std::to_string(url.depth) + " left " + std::to_string(url.hops_left) + " parent " +
                    std::to_string(url.parent.value) + " via " + std::to_string(static_cast<int>(url.via)) + " hops " +
                    std::to_string(url.redirect_hops) + " " + std::string(AdmissionName(url.admission)) +
                    (url.has_outcome ? " outcome " + std::to_string(static_cast<int>(url.outcome)) + " to " +
                                           std::to_string(url.redirect_to.value)
                                     : " attempts " + std::to_string(url.attempts)));
    CHECK(url.host == kShop);
  });
  REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
  return known;
}

TEST_SUITE("storage/sqlite_store") {
TEST_CASE("SqliteStore: nothing can be seen before Commit, everything after it") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  const UrlHandle page = crawl.Url("http://shop.example/");
  const UrlHandle target = crawl.Url("http://shop.example/b", {.parent = page});
  const LinkRow link{.to = target, .text = "b", .tag = "a"};
  crawl.Fetched(page);
  crawl->AddPage({.url = page, .title = "T"});
  crawl->AddLinks(page, {&link, 1});
  crawl->SetState("k", "v");
  const std::string sql =
      "SELECT (SELECT count(*) FROM urls), (SELECT count(*) FROM v_pages), (SELECT count(*) FROM v_links), (SELECT "
      "count(*) FROM "
      "state)";
  CHECK_EQ(Ask(db, sql), Lines{"0|0|0|0"});
  crawl.Commit();
  CHECK_EQ(Ask(db, sql), Lines{"2|1|1|1"});
  crawl.Url("http://shop.example/lost");
  crawl.Drop();
  CHECK_EQ(Ask(db, sql), Lines{"2|1|1|1"});
}

TEST_CASE("SqliteStore: handles are 1, 2, 3 and go on after a resume") {
  const TempDir folder;
  {
    Crawl crawl(folder / "crawl.db");
    CHECK_EQ(crawl.Url("http://shop.example/1").value, 1);
    CHECK_EQ(crawl.Url("http://shop.example/2").value, 2);
    crawl.Commit();
    CHECK_EQ(crawl.Url("http://shop.example/lost").value, 3);
  }
  Crawl crawl(folder / "crawl.db");
  CHECK_EQ(crawl.Url("http://shop.example/3").value, 3);
}

TEST_CASE("SqliteStore: what was added can be read back before Commit") {
  const TempDir folder;
  Crawl crawl(folder / "crawl.db");
  const UrlHandle a = crawl.Url("http://shop.example/a");
  const UrlHandle b = crawl.Url("http://shop.example/b");
  const std::array wanted{b, a, b};
  std::vector<std::string> texts;
  crawl->ReadUrls(wanted, [&texts](Result<std::vector<std::string>> read) {
    REQUIRE(read.has_value());
    texts = std::move(read).value();
  });
  CHECK_EQ(texts, Lines{"http://shop.example/b", "http://shop.example/a", "http://shop.example/b"});
  crawl->SetState("position", "10");
  crawl->SetState("position", "20");
  CHECK_EQ(crawl->GetState("position"), "20");
  CHECK_EQ(crawl->GetState("unknown"), "");
}

TEST_CASE("ReadUrls: a handle that the database does not have is an error, not an empty text") {
  const TempDir folder;
  Crawl crawl(folder / "crawl.db");
  const UrlHandle none{77};
  bool failed = false;
  crawl->ReadUrls({&none, 1}, [&failed](const Result<std::vector<std::string>>& read) { failed = !read; });
  CHECK(failed);
}

TEST_CASE("ReadTargets: links in document order with repeats, then the redirect's target") {
  const TempDir folder;
  Crawl crawl(folder / "crawl.db");
  std::vector<UrlHandle> urls;
  for (int i = 0; i < 5; ++i) {
    urls.push_back(crawl.Url("http://shop.example/" + std::to_string(i)));
  }
  const std::array links{LinkRow{.to = urls[3]}, LinkRow{.to = urls[1]}, LinkRow{.to = urls[3]}};
  const std::array other{LinkRow{.to = urls[4]}};
  crawl->AddPage({.url = urls[0], .title = "T"});
  crawl->AddLinks(urls[0], links);
  crawl->AddLinks(urls[1], other);  // links first, the page's row after them
  crawl->AddPage({.url = urls[1], .title = "U"});
  crawl->AddPage({.url = urls[2], .title = "V"});
  crawl.Redirected(urls[4], urls[0]);
  for (int look = 0; look < 2; ++look) {
    CHECK_EQ(crawl.Targets(urls[0]), std::vector<std::uint32_t>{4, 2, 4});
    CHECK_EQ(crawl.Targets(urls[1]), std::vector<std::uint32_t>{5});
    CHECK_EQ(crawl.Targets(urls[2]), std::vector<std::uint32_t>{});
    CHECK_EQ(crawl.Targets(urls[3]), std::vector<std::uint32_t>{});
    CHECK_EQ(crawl.Targets(urls[4]), std::vector<std::uint32_t>{1});
    crawl.Commit();
  }
  CHECK_EQ(Ask(folder / "crawl.db", "SELECT url_id, title, link_count FROM pages"), Lines{"1|T|3", "2|U|1", "3|V|0"});
}

TEST_CASE("AddLinks: a page whose row was written long before keeps its row and gets the links") {
  const TempDir folder;
  Crawl crawl(folder / "crawl.db");
  const UrlHandle a = crawl.Url("http://shop.example/a");
  const UrlHandle b = crawl.Url("http://shop.example/b");
  crawl->AddPage({.url = a, .title = "A"});
  crawl->AddPage({.url = b, .title = "B"});
  crawl.Commit();
  const LinkRow link{.to = b};
  crawl->AddLinks(a, {&link, 1});
  crawl->AddLinks(b, {});
  crawl.Commit();
  CHECK_EQ(Ask(folder / "crawl.db", "SELECT title, link_count FROM pages"), Lines{"A|1", "B|0"});
  CHECK_EQ(crawl.Targets(a), std::vector<std::uint32_t>{2});
}

TEST_CASE("RemoveOutcome: the URL is pending again, without page, links and records, and its attempts go on") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  const UrlHandle a = crawl.Url("http://shop.example/a");
  const UrlHandle b = crawl.Url("http://shop.example/b");
  for (const UrlHandle url : {a, b}) {
    const std::array links{LinkRow{.to = a}, LinkRow{.to = b}};
    crawl.Fetched(url, {.attempt = 2, .status = 200});
    crawl->AddPage({.url = url, .title = "T"});
    crawl->AddLinks(url, links);
    crawl->AddRecord(url, "r", "{}");
  }
  crawl->RemoveOutcome(a);
  crawl.Commit();
  CHECK_EQ(Ask(db, "SELECT url FROM v_pages"), Lines{"http://shop.example/b"});
  CHECK_EQ(Ask(db, "SELECT from_url, to_url FROM v_links"),
           Lines{"http://shop.example/b|http://shop.example/a", "http://shop.example/b|http://shop.example/b"});
  CHECK_EQ(Ask(db, "SELECT url FROM v_records"), Lines{"http://shop.example/b"});
  CHECK_EQ(crawl.Targets(a), std::vector<std::uint32_t>{});
  CHECK_EQ(KnownUrls(crawl).front(),
           "1 http://shop.example/a depth 0 left 32767 parent 0 via 1 hops 0 admitted attempts 2");
  crawl.Fetched(a, {.attempt = 3, .status = 404});
  crawl->AddPage({.url = a, .title = "New"});
  crawl.Commit();
  CHECK_EQ(Ask(db, "SELECT status, title FROM v_pages WHERE url LIKE '%/a'"), Lines{"404|New"});
  CHECK_EQ(Plain(db, "PRAGMA foreign_key_check"), "nothing");
}

TEST_CASE("AddOutcome: it rests on the last attempt, also when that was made by a run before") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  {
    Crawl crawl(db);
    const UrlHandle a = crawl.Url("http://shop.example/a");
    crawl->AddFetch({.url = a, .attempt = 1, .at_ms = kNewYear, .status = 500});
    crawl->AddFetch({.url = a, .attempt = 2, .at_ms = kNewYear, .status = 502});
    crawl.Commit();
  }
  Crawl crawl(db);
  crawl->AddOutcome({.url = UrlHandle{1}, .kind = OutcomeKind::kFetched, .has_fetch = true});
  crawl.Commit();
  CHECK_EQ(Ask(db, "SELECT status FROM v_pages"), Lines{"502"});
}

TEST_CASE("LoadUrls: everything known comes back in order, with outcomes and the attempts of what is pending") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  {
    Crawl crawl(db);
    const UrlHandle seed = crawl.Url("http://shop.example/", {.hops_left = 5, .via = Via::kSeed, .tag = "list"});
    const UrlHandle moved = crawl.Url("http://shop.example/moved", {.depth = 1, .hops_left = 4, .parent = seed});
    crawl.Url("http://shop.example/to",
              {.depth = 1, .hops_left = 4, .parent = moved, .via = Via::kRedirect, .redirect_hops = 1});
    crawl.Url("http://shop.example/deep",
              {.depth = 6, .hops_left = -1, .parent = seed, .via = Via::kSitemap, .admission = AdmissionCode::kDepth});
    crawl.Fetched(seed);
    crawl.Redirected(moved, UrlHandle{3});
    crawl->AddFetch({.url = UrlHandle{3}, .attempt = 1});
    crawl->AddFetch({.url = UrlHandle{3}, .attempt = 2});
    crawl.Finish("stopped");
  }
  Crawl crawl(db);
  CHECK_EQ(KnownUrls(crawl),
           Lines{"1 http://shop.example/ depth 0 left 5 parent 0 via 0 hops 0 admitted outcome 0 to 0",
                 "2 http://shop.example/moved depth 1 left 4 parent 1 via 1 hops 0 admitted outcome 1 to 3",
                 "3 http://shop.example/to depth 1 left 4 parent 2 via 2 hops 1 admitted attempts 2",
                 "4 http://shop.example/deep depth 6 left -1 parent 1 via 3 hops 0 depth attempts 0"});
  crawl->Readmit(UrlHandle{4}, 3, 0, AdmissionCode::kAdmitted);
  crawl.Commit();
  CHECK_EQ(KnownUrls(crawl).back(),
           "4 http://shop.example/deep depth 3 left 0 parent 1 via 3 hops 0 admitted attempts 0");
  CHECK_EQ(Ask(db, "SELECT count(*) FROM v_skipped"), Lines{"0"});
}

TEST_CASE("LoadUrls: rows that make no sense are a damaged database") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  for (const char* const damage :
       {"UPDATE urls SET host_id = 99", "UPDATE urls SET admission = 99", "UPDATE urls SET id = 9",
        "UPDATE urls SET hops_left = 99999", "UPDATE outcomes SET kind = -1"}) {
    {
      Crawl crawl(db);
      crawl.Fetched(crawl.Url("http://shop.example/"));
      crawl.Finish("stopped");
    }
    CHECK_EQ(Plain(db, (std::string(damage) + "; SELECT 1").c_str()), "1");
    Crawl crawl(db);
    const Result<void> loaded = crawl->LoadUrls([](const KnownUrl&) {});
    CHECK_MESSAGE(!loaded, damage);
    if (!loaded) {
      CHECK_EQ(loaded.error().code, ErrorCode::kStorageCorrupt);
    }
    crawl.Drop();
    std::filesystem::remove(db);
  }
}

TEST_CASE("resume scans: hosts, robots, what is worth another try, totals and pages of each host") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  constexpr HostKey kNews{1};
  {
    Crawl crawl(db);
    crawl->AddHost(kNews, "news.example:8080");
    crawl->AddHost(kNews, "never stored: the key is known");
    crawl->SaveRobots({.host = kShop,
                       .origin = "http://shop.example",
                       .fetched_at_ms = 1,
                       .expires_at_ms = 2,
                       .state = "unreachable",
                       .error = "dns"});
    crawl->SaveRobots({.host = kShop, .origin = "https://shop.example", .state = "missing"});
    crawl->SaveRobots({.host = kShop,
                       .origin = "http://shop.example",
                       .fetched_at_ms = 3,
                       .expires_at_ms = 4,
                       .status = 200,
                       .state = "ok",
                       .body = "User-agent: *"});
    // Looks without an answer leave the copy in force.
    crawl->SaveRobots({.host = kShop, .origin = "http://shop.example", .status = 503, .state = "stale"});
    crawl->SaveRobots({.host = kShop, .origin = "https://shop.example", .state = "unreachable", .error = "reset"});
    const UrlHandle seed = crawl.Url("http://shop.example/", {.via = Via::kSeed});
    crawl.Url("http://shop.example/unasked", {.via = Via::kSeed});
    crawl.Fetched(seed, {.status = 200, .bytes_body = 100});
    crawl.Failed(crawl.Url("http://shop.example/failed"), "timeout");
    crawl.Redirected(crawl.Url("http://shop.example/moved"), seed);
    crawl.Skipped(crawl.Url("http://shop.example/s1"), "robots", "");
    crawl.Skipped(crawl.Url("http://shop.example/s2"), "robots_unreachable", "");
    crawl.Fetched(crawl.Url("http://news.example:8080/", {.host = kNews}), {.status = 200, .bytes_body = 20});
    crawl.Finish("stopped");
  }
  Crawl crawl(db);
  Lines seen;
  CHECK(crawl
            ->LoadHosts([&seen](HostKey key, std::string_view name) {
              seen.push_back(std::to_string(key.value) + " " + std::string(name));
            })
            .has_value());
  CHECK_EQ(seen, Lines{std::to_string(kShop.value) + " shop.example", "1 news.example:8080"});
  seen.clear();
  CHECK(crawl
            ->LoadRobots([&seen](const KnownRobots& robots) {
              CHECK(robots.host == kShop);
              seen.push_back(std::string(robots.origin) + " " + std::string(robots.state) + " " +
                             std::to_string(robots.status) + " " + std::to_string(robots.fetched_at_ms) + " " +
                             std::to_string(robots.expires_at_ms) + " " + std::string(robots.error) +
                             std::string(robots.body));
            })
            .has_value());
  CHECK_EQ(seen, Lines{"https://shop.example missing 0 0 0 ", "http://shop.example ok 200 3 4 User-agent: *"});
  const Result<std::vector<UrlHandle>> retryable = crawl->LoadRetryable();
  REQUIRE(retryable.has_value());
  CHECK(*retryable == std::vector{UrlHandle{3}, UrlHandle{6}});
  const Result<Store::Totals> totals = crawl->LoadTotals();
  REQUIRE(totals.has_value());
  CHECK_EQ(totals->pages, 3);
  CHECK_EQ(totals->redirects, 1);
  CHECK_EQ(totals->failed, 1);
  CHECK_EQ(totals->skipped, 2);
  CHECK_EQ(totals->bytes_body, 120);
  CHECK_EQ(totals->seeds, 2);
  CHECK_EQ(totals->fetched_seeds, 1);
  seen.clear();
  CHECK(crawl
            ->LoadHostPages([&seen](HostKey key, std::uint64_t pages) {
              seen.push_back(std::to_string(key.value) + " " + std::to_string(pages));
            })
            .has_value());
  CHECK_EQ(seen, Lines{std::to_string(kShop.value) + " 2", "1 1"});
}

TEST_CASE("resume: what pages held, and what was skipped for a reason, is read back") {
  const TempDir folder;
  Crawl crawl(folder / "crawl.db");
  const UrlHandle home = crawl.Url("http://shop.example/");
  const UrlHandle image = crawl.Url("http://shop.example/image");
  const UrlHandle month = crawl.Url("http://shop.example/2031/05/");
  const std::string digest(32, '\x01');
  crawl.Fetched(home, {.status = 200, .digest = digest});
  crawl->AddPage({.url = home, .text_hash = 0xFEDCBA9876543210U});
  crawl.Fetched(image);
  crawl.Skipped(month, "trap", "calendar: shop.example/{date}/");
  crawl.Skipped(crawl.Url("http://shop.example/private"), "robots", "line 2");
  crawl.Commit();
  Lines contents;
  CHECK(crawl
            ->LoadContents([&](UrlHandle url, std::uint64_t content, std::uint64_t text) {
              contents.push_back(std::to_string(url.value) + " " + std::to_string(content) + " " +
                                 std::to_string(text));
            })
            .has_value());
  CHECK_EQ(contents, Lines{"1 72340172838076673 18364758544493064720", "2 0 0"});
  Lines skipped;
  CHECK(crawl
            ->LoadSkipped("trap",
                          [&](UrlHandle url, std::string_view detail) {
                            skipped.push_back(std::to_string(url.value) + " " + std::string(detail));
                          })
            .has_value());
  CHECK_EQ(skipped, Lines{"3 calendar: shop.example/{date}/"});
}

TEST_CASE("AddBody: a digest is stored once, over runs too") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  const std::string one(32, '1');
  const std::string two = std::string(31, '1') + "2";
  {
    Crawl crawl(db);
    crawl->AddBody({.digest = one, .zstd = "frame", .size = 5});
    crawl->AddBody({.digest = one, .zstd = "frame", .size = 5});
    crawl.Commit();
  }
  Crawl crawl(db);
  crawl->AddBody({.digest = two, .zstd = std::string_view("\0\xFF", 2), .size = 6});
  crawl->AddBody({.digest = one, .zstd = "frame", .size = 5});
  crawl.Commit();
  CHECK_EQ(Ask(db, "SELECT size, hex(zstd) FROM bodies"), Lines{"5|6672616D65", "6|00FF"});
}

TEST_CASE("samples and events: they belong to the run that wrote them") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  for (int run = 0; run < 2; ++run) {
    Crawl crawl(db);
    crawl->AddSample({.at_ms = 5,
                      .pages = 1,
                      .fetches = 2,
                      .failed = 3,
                      .known = 4,
                      .pending = 5,
                      .in_flight = 6,
                      .ready_hosts = 7,
                      .bytes_wire = 8,
                      .transfers = 9,
                      .main_utilization = 0.5,
                      .worker_utilization = 0.2,
                      .commit_share = 0.1,
                      .workers = 10,
                      .connections = 11,
                      .decision = "to 12"});
    crawl->AddEvent({.at_ms = 6, .kind = "scope_widened", .detail = "to www.shop.example"});
    crawl.Commit();
  }
  CHECK_EQ(Ask(db, "SELECT * FROM samples"),
           Lines{"1|1|5|1|2|3|4|5|6|9|7|8|0.5|0.2|0.1|10|11|to 12", "2|2|5|1|2|3|4|5|6|9|7|8|0.5|0.2|0.1|10|11|to 12"});
  CHECK_EQ(Ask(db, "SELECT * FROM events"),
           Lines{"1|1|6|scope_widened|to www.shop.example", "2|2|6|scope_widened|to www.shop.example"});
  CHECK_EQ(Ask(db, "SELECT id, end_reason FROM runs"), Lines{"1|NULL", "2|NULL"});
}

TEST_CASE("text: bytes of the web that are no UTF-8 become text that every reader takes") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  const UrlHandle page = crawl.Url("http://shop.example/");
  crawl.Fetched(page, {.status = 200, .mime = "text/\xE9", .etag = std::string_view("a\0b", 3)});
  crawl->AddPage({.url = page, .title = std::string_view("x\0y\xFFz", 5)});
  crawl.Commit();
  CHECK_EQ(Ask(db, "SELECT mime, title FROM v_pages"), Lines{"text/\xEF\xBF\xBD|x\xEF\xBF\xBDy\xEF\xBF\xBDz"});
  CHECK_EQ(Ask(db, "SELECT etag FROM fetches"), Lines{"a\xEF\xBF\xBD"
                                                      "b"});
}

TEST_CASE("references: a full database has none that lead nowhere") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  const UrlHandle seed = crawl.Url("http://shop.example/", {.via = Via::kSeed});
  const UrlHandle next = crawl.Url("http://shop.example/next", {.parent = seed});
  const LinkRow link{.to = next};
  crawl.Fetched(seed);
  crawl->AddPage({.url = seed, .title = "T"});
  crawl->AddLinks(seed, {&link, 1});
  crawl->AddRecord(seed, "r", "{}");
  crawl.Redirected(next, seed);
  crawl->AddSample({});
  crawl->SaveRobots({.host = kShop, .origin = "http://shop.example", .state = "ok"});
  crawl.Finish();
  CHECK_EQ(Plain(db, "PRAGMA foreign_key_check"), "nothing");
  CHECK_EQ(Plain(db, "PRAGMA integrity_check"), "ok");
  CHECK_EQ(Plain(db, "UPDATE urls SET parent_id = 99 WHERE id = 2; PRAGMA foreign_key_check"), "urls");
}

TEST_CASE("AddSitemap: sitemaps keep their numbers over runs, and the first that lists a URL is the one that is kept") {
  const TempDir folder;
  {
    Crawl crawl(folder / "crawl.db");
    const UrlHandle url = crawl.Url("http://shop.example/a", {.via = Via::kSitemap});
    CHECK(crawl->AddSitemap({.url = "http://shop.example/index.xml"}) == 1);
    CHECK(crawl->AddSitemap({.url = "http://shop.example/1.xml", .parent = 1, .level = 1}) == 2);
    crawl->AddSitemapUrl({.url = url, .sitemap = 2, .lastmod = "2020", .lastmod_ms = 1577836800000, .priority = 0.25});
    crawl->AddSitemapUrl({.url = url, .sitemap = 1, .changefreq = "daily"});
    crawl->EndSitemap({.id = 1, .status = 200, .type = "sitemapindex", .entries = 1});
    crawl.Finish("stopped");
  }
  Crawl crawl(folder / "crawl.db");
  Lines known;
  REQUIRE(crawl
              ->LoadSitemaps([&known](const KnownSitemap& row) {
                known.push_back(std::to_string(row.id) + " " + std::string(row.url) + " " + std::to_string(row.parent) +
                                " " + std::to_string(static_cast<int>(row.state)));
              })
              .has_value());
  CHECK_EQ(known, Lines{"1 http://shop.example/index.xml 0 1", "2 http://shop.example/1.xml 1 0"});
  REQUIRE(crawl
              ->LoadPriorities([](UrlHandle url, std::uint8_t tenths) {
                CHECK(url.value == 1);
                CHECK(tenths == 3);
              })
              .has_value());
  CHECK(crawl->AddSitemap({.url = "http://shop.example/2.xml"}) == 3);
  crawl.Commit();
  CHECK_EQ(Ask(folder / "crawl.db", "SELECT sitemap_id, priority, lastmod, changefreq FROM sitemap_urls"),
           Lines{"2|0.2|2020|NULL"});
}
}  // TEST_SUITE("storage/sqlite_store")

}  // namespace
}  // namespace spinneret::testing
