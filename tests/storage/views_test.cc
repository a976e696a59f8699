// The views that CONTRACT promises, over rows that a store wrote.
#include <algorithm>
#include <array>
#include <string>

#include "tests/storage/fixture.h"

namespace spinneret::testing {
namespace {

std::string ColumnsOf(const std::string& path, const std::string& view) {
  Result<std::unique_ptr<Reader>> reader = Reader::Open(path);
  REQUIRE(reader.has_value());
  std::string names;
  const Result<void> done = (*reader)->Query(
      "SELECT * FROM " + view,
      [&names](const std::vector<std::string>& columns) {
        for (const std::string& column : columns) {
          names += (names.empty() ? "" : " ") + column;
        }
      },
      [](const std::vector<Cell>&) { return false; });
  REQUIRE(done.has_value());
  return names;
}

TEST_SUITE("storage/views") {
TEST_CASE("views: names and order of columns are those that tools hold on to") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  const Crawl crawl(db);
  CHECK_EQ(ColumnsOf(db, "v_pages"),
           "url final_url status error depth title h1 description lang canonical mime charset bytes truncated "
           "redirect_to digest "
           "host fetched_at total_ms");
  CHECK_EQ(ColumnsOf(db, "v_links"), "from_url to_url rel text tag");
  CHECK_EQ(ColumnsOf(db, "v_records"), "url recipe json");
  CHECK_EQ(ColumnsOf(db, "v_skipped"), "url reason detail from_url");
  CHECK_EQ(ColumnsOf(db, "v_revisits"), "url visits changes failures checked_at due_at");
  CHECK_EQ(ColumnsOf(db, "v_hosts"), "host pages pending failed crawl_delay_ms robots");
  CHECK_EQ(
      ColumnsOf(db, "v_fetches"),
      "url attempt at status error ip http_version dns_ms connect_ms tls_ms ttfb_ms total_ms bytes_wire bytes_body");
}

TEST_CASE("v_pages: a fetched page has everything that its fetch and its page brought") {
  const TempDir folder;
  Crawl crawl(folder / "crawl.db");
  const UrlHandle page = crawl.Url("https://shop.example/", {.depth = 2});
  const std::string digest(32, '\xAB');
  crawl.Fetched(page, {.status = 200,
                       .ip = "192.0.2.1",
                       .http_version = "2",
                       .dns_ms = 1.5,
                       .total_ms = 12.5,
                       .bytes_wire = 500,
                       .bytes_body = 900,
                       .mime = "text/html",
                       .charset = "UTF-8",
                       .digest = digest,
                       .truncated = Truncation::kLength});
  crawl->AddPage({.url = page,
                  .title = "Shop",
                  .description = "All things",
                  .h1 = "Welcome",
                  .lang = "en",
                  .canonical = "https://shop.example/",
                  .word_count = 7});
  crawl.Commit();
  const std::string db = folder / "crawl.db";
  std::string hex;
  for (int i = 0; i < 32; ++i) {
    hex += "ab";
  }
  CHECK_EQ(
      Ask(db, "SELECT * FROM v_pages"),
      Lines{"https://shop.example/|https://shop.example/|200|NULL|2|Shop|Welcome|All things|en|https://shop.example/|"
            "text/html|UTF-8|900|length|NULL|" +
            hex + "|shop.example|2026-01-02T03:04:05.678Z|12.5"});
  CHECK_EQ(
      Ask(db, "SELECT * FROM v_fetches"),
      Lines{"https://shop.example/|1|2026-01-02T03:04:05.678Z|200|NULL|192.0.2.1|2|1.5|NULL|NULL|NULL|12.5|500|900"});
}

TEST_CASE("v_pages: what is not there is null, of a failed page and of one that was never asked again") {
  const TempDir folder;
  Crawl crawl(folder / "crawl.db");
  crawl.Failed(crawl.Url("https://shop.example/slow"), "timeout");
  const UrlHandle poison = crawl.Url("https://shop.example/poison");
  crawl->AddOutcome({.url = poison, .kind = OutcomeKind::kFailed, .reason = "poison"});
  crawl.Commit();
  CHECK_EQ(Ask(folder / "crawl.db",
               "SELECT url, final_url = url, status, error, title, bytes, truncated, digest, fetched_at, total_ms FROM "
               "v_pages"),
           Lines{"https://shop.example/slow|1|NULL|timeout|NULL|0|NULL|NULL|2026-01-02T03:04:05.678Z|NULL",
                 "https://shop.example/poison|1|NULL|poison|NULL|NULL|NULL|NULL|NULL|NULL"});
}

TEST_CASE("v_pages: only the attempt that decided counts, v_fetches has all") {
  const TempDir folder;
  Crawl crawl(folder / "crawl.db");
  const UrlHandle page = crawl.Url("https://shop.example/");
  crawl->AddFetch({.url = page, .attempt = 1, .at_ms = kNewYear, .status = 503});
  crawl.Fetched(page, {.attempt = 2, .at_ms = kNewYear + 1, .status = 200});
  crawl.Commit();
  CHECK_EQ(Ask(folder / "crawl.db", "SELECT status, fetched_at FROM v_pages"), Lines{"200|2026-01-02T03:04:05.679Z"});
  CHECK_EQ(Ask(folder / "crawl.db", "SELECT attempt, status FROM v_fetches"), Lines{"1|503", "2|200"});
}

TEST_CASE("v_pages: each redirect of a chain names its next hop and the chain's end") {
  const TempDir folder;
  Crawl crawl(folder / "crawl.db");
  const UrlHandle a = crawl.Url("http://shop.example/a");
  const UrlHandle b = crawl.Url("http://shop.example/b", {.parent = a, .via = Via::kRedirect});
  const UrlHandle c = crawl.Url("http://shop.example/c", {.parent = b, .via = Via::kRedirect});
  crawl.Redirected(a, b);
  crawl.Redirected(b, c);
  crawl.Commit();
  const std::string sql = "SELECT url, redirect_to, final_url, status, error FROM v_pages";
  CHECK_EQ(Ask(folder / "crawl.db", sql),
           Lines{"http://shop.example/a|http://shop.example/b|http://shop.example/c|301|NULL",
                 "http://shop.example/b|http://shop.example/c|http://shop.example/c|301|NULL"});
  crawl.Fetched(c);
  crawl.Commit();
  CHECK_EQ(Ask(folder / "crawl.db", sql + " WHERE status = 200"),
           Lines{"http://shop.example/c|NULL|http://shop.example/c|200|NULL"});
}

TEST_CASE("v_pages: redirects that go in circles, and what leads into them, are too_many_redirects") {
  const TempDir folder;
  Crawl crawl(folder / "crawl.db");
  const UrlHandle a = crawl.Url("http://shop.example/a");
  const UrlHandle b = crawl.Url("http://shop.example/b");
  const UrlHandle self = crawl.Url("http://shop.example/self");
  const UrlHandle lead = crawl.Url("http://shop.example/lead");
  crawl.Redirected(a, b);
  crawl.Redirected(b, a);
  crawl.Redirected(self, self);
  crawl.Redirected(lead, a);
  crawl.Commit();
  CHECK_EQ(Ask(folder / "crawl.db", "SELECT url, final_url, error FROM v_pages"),
           Lines{"http://shop.example/a|http://shop.example/a|too_many_redirects",
                 "http://shop.example/b|http://shop.example/b|too_many_redirects",
                 "http://shop.example/self|http://shop.example/self|too_many_redirects",
                 "http://shop.example/lead|http://shop.example/lead|too_many_redirects"});
}

TEST_CASE("v_pages: a chain of fifty hops has an end, one of fifty-one has none") {
  const TempDir folder;
  Crawl crawl(folder / "crawl.db");
  std::vector<UrlHandle> urls;
  for (int i = 0; i <= 51; ++i) {
    urls.push_back(crawl.Url("http://shop.example/" + std::to_string(i)));
  }
  for (std::size_t i = 0; i < 51; ++i) {
    crawl.Redirected(urls[i], urls[i + 1]);
  }
  crawl.Commit();
  CHECK_EQ(Ask(folder / "crawl.db", "SELECT final_url, error FROM v_pages LIMIT 2"),
           Lines{"http://shop.example/0|too_many_redirects", "http://shop.example/51|NULL"});
}

TEST_CASE("v_pages: a redirect that was not followed keeps its own reason") {
  const TempDir folder;
  Crawl crawl(folder / "crawl.db");
  crawl.Redirected(crawl.Url("http://shop.example/a"), {}, "scheme");
  const UrlHandle b = crawl.Url("http://shop.example/b");
  crawl.Redirected(b, crawl.Url("http://shop.example/far", {.admission = AdmissionCode::kLimit}), "too_many_redirects");
  crawl.Commit();
  CHECK_EQ(Ask(folder / "crawl.db", "SELECT url, redirect_to, final_url, error FROM v_pages"),
           Lines{"http://shop.example/a|NULL|http://shop.example/a|scheme",
                 "http://shop.example/b|http://shop.example/far|http://shop.example/far|too_many_redirects"});
}

TEST_CASE("v_links: document order, repeats and empty texts are kept") {
  const TempDir folder;
  Crawl crawl(folder / "crawl.db");
  const UrlHandle page = crawl.Url("http://shop.example/");
  const UrlHandle b = crawl.Url("http://shop.example/b", {.parent = page});
  const UrlHandle a = crawl.Url("http://shop.example/a", {.parent = page});
  const std::array links{LinkRow{.to = b, .rel = "nofollow", .text = "B", .tag = "a"},
                         LinkRow{.to = a, .tag = "iframe"}, LinkRow{.to = b, .text = "again", .tag = "a"}};
  crawl.Fetched(page);
  crawl->AddPage({.url = page, .title = "T"});
  crawl->AddLinks(page, links);
  crawl->AddRecord(page, "product", R"({"price":3})");
  crawl.Commit();
  CHECK_EQ(Ask(folder / "crawl.db", "SELECT * FROM v_links"),
           Lines{"http://shop.example/|http://shop.example/b|nofollow|B|a",
                 "http://shop.example/|http://shop.example/a|||iframe",
                 "http://shop.example/|http://shop.example/b||again|a"});
  CHECK_EQ(Ask(folder / "crawl.db", "SELECT * FROM v_records"), Lines{R"(http://shop.example/|product|{"price":3})"});
}

TEST_CASE("v_links: document order also where the planner would rather begin with the URLs") {
  const TempDir folder;
  Crawl crawl(folder / "crawl.db");
  const UrlHandle page = crawl.Url("http://shop.example/");
  std::vector<LinkRow> links;
  Lines expected;
  for (int i = 0; i < 50; ++i) {
    const std::string url = "http://shop.example/" + std::to_string(99 - i);
    links.push_back(LinkRow{.to = crawl.Url(url, {.parent = page}), .tag = "a"});
    expected.push_back(url);
  }
  crawl.Fetched(page);
  crawl->AddPage({.url = page});
  crawl->AddLinks(page, links);
  crawl.Finish();
  CHECK_EQ(Ask(folder / "crawl.db", "SELECT to_url FROM v_links"), expected);
}

TEST_CASE("v_skipped: every admission's word is the one that AdmissionName gives") {
  const TempDir folder;
  Crawl crawl(folder / "crawl.db");
  Lines expected;
  for (int code = 1; code <= static_cast<int>(AdmissionCode::kTrap); ++code) {
    const auto admission = static_cast<AdmissionCode>(code);
    crawl.Url("http://shop.example/", {.admission = admission, .detail = "why"});
    expected.push_back(std::string(AdmissionName(admission)) + "|why|NULL");
  }
  crawl.Commit();
  CHECK_EQ(Ask(folder / "crawl.db", "SELECT reason, detail, from_url FROM v_skipped"), expected);
}

TEST_CASE("v_skipped: what was refused and what was given up, with the page that led there, and nothing else") {
  const TempDir folder;
  Crawl crawl(folder / "crawl.db");
  const UrlHandle seed = crawl.Url("http://shop.example/");
  crawl.Fetched(seed);
  crawl.Url("http://other.example/", {.parent = seed, .admission = AdmissionCode::kScope});
  crawl.Skipped(crawl.Url("http://shop.example/private", {.parent = seed}), "robots", "Disallow: /private");
  crawl.Url("http://shop.example/pending", {.parent = seed});
  crawl.Commit();
  CHECK_EQ(Ask(folder / "crawl.db", "SELECT * FROM v_skipped"),
           Lines{"http://other.example/|scope|NULL|http://shop.example/",
                 "http://shop.example/private|robots|Disallow: /private|http://shop.example/"});
  CHECK_EQ(Ask(folder / "crawl.db", "SELECT url FROM v_pages"), Lines{"http://shop.example/"});
}

TEST_CASE("v_skipped: a run that ended at a limit names what it did not reach, and a further run takes that back") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  const std::string sql = "SELECT url, reason, detail FROM v_skipped";
  Crawl crawl(db);
  crawl.Fetched(crawl.Url("http://shop.example/"));
  crawl.Url("http://shop.example/left");
  crawl.Finish("limit");
  CHECK_EQ(Ask(db, sql), Lines{"http://shop.example/left|limit|not reached: page limit"});
  for (const auto& [reason, detail] : {std::pair{"size", "not reached: size limit"},
                                       {"time", "not reached: time limit"},
                                       {"stopped", ""},
                                       {"done", ""}}) {
    Crawl again(db);
    again.Commit();
    CHECK_EQ(Ask(db, sql), Lines{});
    again.Finish(reason);
    CHECK_EQ(Ask(db, sql), *detail == '\0' ? Lines{} : Lines{std::string("http://shop.example/left|limit|") + detail});
  }
}

TEST_CASE("v_hosts: pages are what was asked but for redirects, and the newest robots.txt counts") {
  const TempDir folder;
  Crawl crawl(folder / "crawl.db");
  constexpr HostKey kEmpty{7};
  crawl->AddHost(kEmpty, "empty.example:8080");
  const UrlHandle target = crawl.Url("http://shop.example/");
  crawl.Fetched(target);
  crawl.Failed(crawl.Url("http://shop.example/b"), "dns");
  crawl.Redirected(crawl.Url("http://shop.example/c"), target);
  crawl.Skipped(crawl.Url("http://shop.example/d"), "robots", "");
  crawl.Url("http://shop.example/e");
  crawl.Url("http://shop.example/f", {.admission = AdmissionCode::kDepth});
  crawl->SaveRobots({.host = kShop, .origin = "http://shop.example", .state = "unreachable"});
  crawl->SaveRobots(
      {.host = kShop, .origin = "http://shop.example", .status = 200, .state = "ok", .crawl_delay_ms = 2500});
  crawl.Commit();
  CHECK_EQ(Ask(folder / "crawl.db", "SELECT * FROM v_hosts"),
           Lines{"shop.example|2|1|1|2500|ok", "empty.example:8080|0|0|0|NULL|NULL"});
}

TEST_CASE("v_RECIPE: a column per field, typed, in the recipe's order, for a reader who does not trust the schema") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  const std::string fields[] = {"price", "title", "tags", "sold", "a_b", "page"};
  crawl->DefineRecipe("item", fields);
  const UrlHandle url = crawl.Url("https://shop.example/1");
  crawl.Fetched(url);
  crawl->AddRecord(url, "item", R"({"price":12.5,"title":"a \"b\"","tags":["x",1],"sold":true,"a_b":null,"page":7})");
  crawl->AddRecord(url, "item", R"({"price":3,"title":"c","more":1})");
  crawl->AddRecord(url, "other", R"({"price":9})");
  crawl.Commit();
  CHECK_EQ(ColumnsOf(db, "v_item"), "page_url price title tags sold a_b page");
  CHECK_EQ(Ask(db, "SELECT * FROM v_item"), Lines{R"(https://shop.example/1|12.5|a "b"|["x",1]|1|NULL|7)",
                                                  "https://shop.example/1|3|c|NULL|NULL|NULL|NULL"});
  CHECK_EQ(Ask(db, "SELECT typeof(price), typeof(title) FROM v_item WHERE price > 10"), Lines{"real|text"});
  // A recipe that has changed has its view anew.
  const std::string fewer[] = {"title"};
  crawl->DefineRecipe("item", fewer);
  crawl.Commit();
  CHECK_EQ(ColumnsOf(db, "v_item"), "page_url title");
  CHECK_EQ(Plain(db, "SELECT count(*) FROM v_item"), "2");
}

TEST_CASE("views: they answer the same with the readers' indexes as without") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  UrlHandle previous;
  for (int i = 0; i < 200; ++i) {
    const UrlHandle url = crawl.Url("http://shop.example/" + std::to_string(i), {.parent = previous});
    if (i % 3 == 0) {
      crawl.Fetched(url, {.status = i % 2 == 0 ? 200 : 404, .digest = std::string(32, static_cast<char>(i % 5))});
      const LinkRow link{.to = url, .tag = "a"};
      crawl->AddPage({.url = url, .title = "t"});
      crawl->AddLinks(url, {&link, 1});
    } else if (i % 3 == 1) {
      crawl.Redirected(url, previous);
    } else if (i % 5 == 0) {
      crawl.Skipped(url, "robots", "");
    }
    previous = url;
  }
  crawl.Commit();
  const std::array views{"v_pages", "v_links", "v_skipped", "v_hosts", "v_fetches"};
  std::vector<Lines> before;
  for (const char* const view : views) {
    before.push_back(Ask(db, std::string("SELECT * FROM ") + view + " ORDER BY 1, 2, 3"));
    CHECK_FALSE(before.back().empty());
  }
  crawl.Finish();
  for (std::size_t i = 0; i < views.size(); ++i) {
    CHECK_EQ(Ask(db, std::string("SELECT * FROM ") + views[i] + " ORDER BY 1, 2, 3"), before[i]);
  }
  CHECK_EQ(Plain(db, "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name = 'links_by_target'"), "1");
}
}  // TEST_SUITE("storage/views")

}  // namespace
}  // namespace spinneret::testing
