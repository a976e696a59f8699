// A finished crawl is gone through again: what the server says has not changed is not sent again, what has changed takes
// the place of what was stored, and what was there before stays known.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

using simweb::HeaderList;
using simweb::RawResponse;
using simweb::RoughRequest;
using std::chrono::milliseconds;

// Pages that change when a test says so, on a server that knows conditional requests. What it was asked on condition it
// remembers.
class ChangingSite {
 public:
  struct Page {
    std::string body;
    std::string etag;
    std::string last_modified;
    bool heeds_conditions = true;
    milliseconds delay{0};
  };

  void Put(const std::string& path, Page page) {
    server_->OnRequest(path, [this, path, page = std::move(page)](const RoughRequest& request) {
      const std::string none_match(request.Header("If-None-Match").value_or(""));
      const std::string since(request.Header("If-Modified-Since").value_or(""));
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        conditions_[path] = none_match + (since.empty() ? "" : " since " + since);
      }
      HeaderList headers;
      if (!page.etag.empty()) {
        headers.emplace_back("ETag", page.etag);
      }
      if (!page.last_modified.empty()) {
        headers.emplace_back("Last-Modified", page.last_modified);
      }
      const bool same = none_match.empty() ? !since.empty() && since == page.last_modified : none_match == page.etag;
      return simweb::RoughReply(page.heeds_conditions && same ? RawResponse(304, "", "text/html", headers)
                                                              : RawResponse(200, page.body, "text/html", headers),
                                page.delay);
    });
  }
  // A page whose ETag is made of its text.
  void Put(const std::string& path, const std::string& body, milliseconds delay = {}) {
    Put(path, Page{body, '"' + std::to_string(std::hash<std::string>()(body)) + '"', {}, true, delay});
  }
  void Answer(const std::string& path, std::string raw) {
    server_->OnRequest(path, [raw = std::move(raw)](const RoughRequest&) { return simweb::RoughReply(raw); });
  }

  // "ETAG since DATE" of the last request; empty when it was unconditional.
  std::string ConditionsOf(const std::string& path) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return conditions_[path];
  }
  std::string Url(const std::string& path) const { return server_->Url(path); }
  simweb::RoughServer& server() { return *server_; }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> conditions_;               // guarded by mutex_
  std::unique_ptr<simweb::RoughServer> server_ = StartRough();  // after what its thread writes to
};

std::string Titled(const std::string& title, const Words& hrefs = {}) {
  return "<title>" + title + "</title><h1>" + title + "</h1>" + LinkPage(hrefs);
}

ProcessResult Refresh(const Crawl& crawl, const Words& arguments = {}) {
  Words all = {"crawl", "--refresh", crawl.database()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return Spinneret(all);
}

void RefreshWell(const Crawl& crawl, const Words& arguments = {}) {
  const ProcessResult result = Refresh(crawl, arguments);
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  crawl.CheckWhole();
  crawl.CheckFinished();
  CHECK(crawl.Files() == std::set<std::string>{"crawl.db"});
}

// All that was done, as if it had been done that much earlier.
void Age(const std::string& database, std::chrono::hours age, const std::string& where = "true") {
  const std::string ms = std::to_string(milliseconds(age).count());
  const ProcessResult result =
      testing::Run({"sqlite3", database,
                    "UPDATE fetches SET at_ms = at_ms - " + ms + " WHERE url_id IN (SELECT id FROM urls WHERE " +
                        where + "); UPDATE revisits SET checked_at_ms = checked_at_ms - " + ms +
                        " WHERE url_id IN (SELECT id FROM urls WHERE " + where + ")"},
                   {}, std::chrono::minutes(1));
  CHECK_MESSAGE(result.exit_code == 0, result.err);
}

// "path: status status …", the attempts of each URL in order.
Words History(const Crawl& crawl) {
  Words lines;
  for (const Row& row : Query(crawl.database(),
                              "SELECT url, group_concat(answer, ' ') FROM (SELECT url, attempt || ':' || "
                              "coalesce(status, error) AS answer FROM v_fetches ORDER BY url, attempt) GROUP BY url")) {
    lines.push_back(PathOf(row[0]) + " " + row[1]);
  }
  return lines;
}

TEST_SUITE("integration/refresh") {
TEST_CASE("refresh: a page that has not changed is a 304 without a body, and all that was read of it stays") {
  ChangingSite site;
  site.Put("/", {Titled("home", {"/a", "/b", "/c"}), "W/\"weak 1\"", "Mon, 02 Mar 2026 10:00:00 GMT"});
  site.Put("/a", {Titled("a"), "", "Tue, 03 Mar 2026 10:00:00 GMT"});
  site.Put("/b", {Titled("b"), "unquoted", ""});
  site.Put("/c", {Titled("c"), "", ""});
  Crawl crawl;
  crawl.Run({site.Url("/"), "--select", "name=h1", "--store-body", "zstd"});
  REQUIRE_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(site.ConditionsOf("/") == "");
  const EndState before = crawl.End();
  const std::string links = "SELECT count(*), min(id), max(id) FROM links";
  const Rows rows_before = Query(crawl.database(), links);
  Age(crawl.database(), std::chrono::hours(1));

  const ProcessResult result = Refresh(crawl);
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  CHECK_MESSAGE(result.err.find("4 unchanged (3 by 304)") != std::string::npos, result.err);
  CHECK(site.ConditionsOf("/") == "W/\"weak 1\" since Mon, 02 Mar 2026 10:00:00 GMT");
  CHECK(site.ConditionsOf("/a") == " since Tue, 03 Mar 2026 10:00:00 GMT");
  CHECK(site.ConditionsOf("/b") == "unquoted");
  CHECK(site.ConditionsOf("/c") == "");
  CHECK_EQ(Difference(before, crawl.End()), "");
  CHECK(History(crawl) == Words{"/ 1:200 2:304", "/a 1:200 2:304", "/b 1:200 2:304", "/c 1:200 2:200"});
  CHECK(crawl.Number("SELECT sum(bytes_wire + bytes_body) FROM v_fetches WHERE status = 304") == 0);
  CHECK(Query(crawl.database(), links) == rows_before);  // nothing was read, so nothing was written anew
  // All were looked at now.
  CHECK(crawl.Number("SELECT count(*) FROM v_pages AS p WHERE fetched_at = (SELECT max(at) FROM v_fetches AS f WHERE "
                     "f.url = p.url)") == 4);
  CHECK(crawl.Number("SELECT count(*) FROM v_revisits WHERE visits = 2 AND changes = 0 AND failures = 0") == 4);
  CHECK(crawl.Files() == std::set<std::string>{"crawl.db"});
}

TEST_CASE("refresh: what changed takes the place of what was stored, and new links are followed") {
  ChangingSite site;
  site.Put("/", Titled("home", {"/a", "/b"}));
  site.Put("/a", Titled("old", {"/gone", "/b"}));
  site.Put("/b", Titled("b"));
  site.Put("/gone", Titled("gone"));
  Crawl crawl;
  const Words options = {site.Url("/"), "--select", "name=h1", "--index", "text"};
  crawl.Run(options);
  REQUIRE_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  const TempDir folder;
  const std::string copy = folder / "old.db";
  std::filesystem::copy_file(crawl.database(), copy);

  site.Put("/a", Titled("new", {"/b", "/c"}));
  site.Put("/c", Titled("c"));
  site.Answer("/gone", RawResponse(410, Titled("was here", {"/never"})));
  const ProcessResult result = Refresh(crawl);
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  CHECK_MESSAGE(result.err.find("2 unchanged (2 by 304), 1 changed, 1 new, 1 gone") != std::string::npos, result.err);
  CHECK(History(crawl) == Words{"/ 1:200 2:304", "/a 1:200 2:200", "/b 1:200 2:304", "/c 1:200", "/gone 1:200 2:410"});
  crawl.CheckWhole();
  crawl.CheckFinished();
  CHECK(Query(crawl.database(), "SELECT visits, changes FROM v_revisits ORDER BY url") ==
        Rows{{"2", "0"}, {"2", "1"}, {"2", "0"}, {"2", "1"}});

  // As a crawl made now, which also knows the page that is gone.
  Crawl fresh;
  fresh.Run({site.Url("/gone"), "--select", "name=h1", "--index", "text", site.Url("/")});
  CHECK_EQ(Difference(fresh.End(), crawl.End()), "");
  const ProcessResult found = Spinneret({"query", crawl.database(), "--search", "old"});
  CHECK_MESSAGE(found.out.find("/a") == std::string::npos, found.out);
  // What it was like before is in the copy, and how the two differ can be asked.
  const ProcessResult diff = Spinneret({"diff", copy, crawl.database()});
  CHECK_MESSAGE(diff.exit_code == 0, diff.err);
  for (const char* path : {"/a", "/c", "/gone"}) {
    CHECK_MESSAGE(diff.out.find(path) != std::string::npos, diff.out);
  }
  // The digest of each earlier answer is kept.
  CHECK(crawl.Number("SELECT count(DISTINCT digest) FROM fetches AS f JOIN urls AS u ON u.id = f.url_id WHERE u.url "
                     "LIKE '%/a'") == 2);
}

TEST_CASE("refresh: a server that heeds no condition sends the same page again, which is no change") {
  ChangingSite site;
  site.Put("/", {Titled("home", {"/a"}), "\"1\"", "", /*heeds_conditions=*/false});
  site.Put("/a", {Titled("a"), "\"2\"", "", /*heeds_conditions=*/false});
  Crawl crawl;
  crawl.Run({site.Url("/")});
  const EndState before = crawl.End();
  const ProcessResult result = Refresh(crawl);
  CHECK_MESSAGE(result.err.find("2 unchanged\n") != std::string::npos, result.err);
  CHECK(site.ConditionsOf("/a") == "\"2\"");
  CHECK(History(crawl) == Words{"/ 1:200 2:200", "/a 1:200 2:200"});
  CHECK_EQ(Difference(before, crawl.End()), "");
  crawl.CheckWhole();
}

TEST_CASE("refresh: a 304 that nobody asked for is an answer like any other") {
  ChangingSite site;
  site.Put("/", Titled("home", {"/a"}));
  site.Put("/a", {Titled("a"), "", ""});
  Crawl crawl;
  crawl.Run({site.Url("/")});
  site.Answer("/a", RawResponse(304, ""));
  RefreshWell(crawl);
  CHECK(crawl.Value("SELECT status FROM v_pages WHERE url LIKE '%/a'") == "304");
}

TEST_CASE("refresh: a failure that may pass leaves a page as it was, and is counted until there is an answer again") {
  ChangingSite site;
  site.Put("/", Titled("home", {"/a", "/b"}));
  site.Put("/a", Titled("a", {"/b"}));
  site.Put("/b", Titled("b"));
  Crawl crawl;
  crawl.Run({site.Url("/"), "--select", "name=h1", "--retries", "1"});
  const EndState before = crawl.End();
  const std::string fetched_at = crawl.Value("SELECT fetched_at FROM v_pages WHERE url LIKE '%/a'");
  site.Answer("/a", RawResponse(503, "no", "text/html", {{"Retry-After", "0"}}));
  const ProcessResult result = Refresh(crawl);
  CHECK_MESSAGE(result.err.find("2 unchanged (2 by 304), 1 failed and kept") != std::string::npos, result.err);
  CHECK_EQ(Difference(before, crawl.End()), "");
  CHECK(crawl.Value("SELECT fetched_at FROM v_pages WHERE url LIKE '%/a'") == fetched_at);
  // All the tries that a page has, counted on from those of the first crawl.
  CHECK(History(crawl) == Words{"/ 1:200 2:304", "/a 1:200 2:503 3:503", "/b 1:200 2:304"});
  CHECK(crawl.Value("SELECT failures FROM v_revisits WHERE url LIKE '%/a'") == "1");
  site.Put("/a", Titled("a", {"/b"}));
  RefreshWell(crawl);
  CHECK(crawl.Value("SELECT failures FROM v_revisits WHERE url LIKE '%/a'") == "0");
  CHECK_EQ(Difference(before, crawl.End()), "");
}

TEST_CASE("refresh: a redirect that leads elsewhere now, and one that is a page now") {
  ChangingSite site;
  const auto redirect = [&site](const std::string& path, const std::string& to) {
    site.Answer(path, RawResponse(302, "", "text/html", {{"Location", to}}));
  };
  site.Put("/", Titled("home", {"/r", "/s"}));
  redirect("/r", "/one");
  redirect("/s", "/one");
  site.Put("/one", Titled("one"));
  site.Put("/two", Titled("two"));
  Crawl crawl;
  crawl.Run({site.Url("/")});
  redirect("/r", "/two");
  site.Put("/s", Titled("a page"));
  const ProcessResult result = Refresh(crawl);
  CHECK_MESSAGE(result.err.find("2 changed, 1 new") != std::string::npos, result.err);
  CHECK(crawl.Value("SELECT final_url FROM v_pages WHERE url LIKE '%/r'") == site.Url("/two"));
  CHECK(crawl.Value("SELECT status || title || coalesce(redirect_to, '') FROM v_pages WHERE url LIKE '%/s'") ==
        "200a page");
  crawl.CheckWhole();
  crawl.CheckFinished();
}

TEST_CASE("refresh: what robots.txt forbids now is kept unasked, what it allows now is asked") {
  ChangingSite site;
  site.server().SetRobots({200, "User-agent: *\nDisallow: /closed\n", {}});
  site.Put("/", Titled("home", {"/open", "/closed"}));
  site.Put("/open", Titled("open"));
  site.Put("/closed", Titled("closed"));
  Crawl crawl;
  crawl.Run({site.Url("/")});
  CHECK(crawl.Skipped() == Words{"/closed robots"});
  site.server().SetRobots({200, "User-agent: *\nDisallow: /open\n", {}});
  const ProcessResult expired =
      testing::Run({"sqlite3", crawl.database(), "UPDATE robots SET expires_at_ms = 0"}, {}, std::chrono::minutes(1));
  REQUIRE(expired.exit_code == 0);
  const ProcessResult result = Refresh(crawl);
  CHECK_MESSAGE(result.err.find("1 unchanged (1 by 304), 1 new, 1 forbidden now and kept") != std::string::npos,
                result.err);
  CHECK(crawl.Paths() == Words{"/", "/closed", "/open"});
  CHECK(crawl.Skipped() == Words{});
  CHECK(History(crawl) == Words{"/ 1:200 2:304", "/closed 1:200", "/open 1:200"});
  crawl.CheckWhole();
  crawl.CheckFinished();
}

TEST_CASE("refresh: --max-age asks what was looked at longer ago, due what has come to its own time") {
  ChangingSite site;
  site.Put("/", Titled("home", {"/a", "/b"}));
  site.Put("/a", Titled("a"));
  site.Put("/b", Titled("b"));
  Crawl crawl;
  crawl.Run({site.Url("/")});
  const auto answers = [&crawl] { return crawl.Number("SELECT count(*) FROM v_fetches"); };
  const ProcessResult nothing = Refresh(crawl, {"--max-age", "30m"});
  CHECK_MESSAGE(nothing.exit_code == 0, nothing.err);
  CHECK_MESSAGE(nothing.err.find("nothing was due") != std::string::npos, nothing.err);
  CHECK(answers() == 3);
  Age(crawl.database(), std::chrono::hours(1), "url LIKE '%/a'");
  RefreshWell(crawl, {"--max-age", "30m"});
  CHECK(History(crawl) == Words{"/ 1:200", "/a 1:200 2:304", "/b 1:200"});
  // A day after it was asked first a page is due.
  RefreshWell(crawl, {"--max-age", "due"});
  CHECK(answers() == 4);
  Age(crawl.database(), std::chrono::hours(25), "url LIKE '%/b'");
  site.Put("/b", Titled("b is new"));
  RefreshWell(crawl, {"--max-age", "due"});
  CHECK(History(crawl) == Words{"/ 1:200", "/a 1:200 2:304", "/b 1:200 2:200"});
  // It changed, and is due after half a day; an age of nothing is all pages.
  Age(crawl.database(), std::chrono::hours(13), "url LIKE '%/b'");
  RefreshWell(crawl, {"--max-age", "due"});
  CHECK(History(crawl) == Words{"/ 1:200", "/a 1:200 2:304", "/b 1:200 2:200 3:304"});
  Age(crawl.database(), std::chrono::hours(13), "url LIKE '%/b'");
  RefreshWell(crawl, {"--max-age", "due"});  // it did not, and has eighteen hours now
  CHECK(answers() == 6);
  RefreshWell(crawl, {"--max-age", "0"});
  CHECK(answers() == 9);
}

TEST_CASE("refresh: killed at any moment and resumed, it ends as an undisturbed one does") {
  const int pages = IsLong() ? 400 : 80;
  ChangingSite site;
  Words paths;
  for (int i = 0; i < pages; ++i) {
    paths.push_back("/p" + std::to_string(i));
  }
  const auto put = [&](int version, milliseconds delay) {
    site.Put("/", Titled("home", paths));
    for (int i = 0; i < pages; ++i) {
      const int its_version = i % 3 == 0 ? version : 1;
      site.Put(paths[static_cast<std::size_t>(i)],
               Titled("v" + std::to_string(its_version),
                      {"/", "/new" + std::to_string(its_version) + "-" + std::to_string(i % 7)}),
               delay);
    }
    for (int i = 0; i < 7; ++i) {
      site.Put("/new" + std::to_string(version) + "-" + std::to_string(i), Titled("new"));
    }
  };
  put(1, milliseconds(0));
  Crawl whole;
  whole.Run({site.Url("/"), "--select", "name=h1", "--connections", "2"});
  REQUIRE_MESSAGE(whole.exit_code() == 0, whole.result().err);
  Crawl killed;
  std::filesystem::copy_file(whole.database(), killed.database());
  put(2, milliseconds(80));
  site.Answer("/p5", RawResponse(404, "no"));
  RefreshWell(whole);
  REQUIRE(whole.Number("SELECT count(*) FROM v_fetches WHERE status = 304") > pages / 2);

  int disturbed = 0;
  for (int i = 0; i < 6; ++i) {
    const long long answers = killed.Number("SELECT count(*) FROM v_fetches");
    Process running(disturbed == 0 ? Words{SPINNERET_PROGRAM, "crawl", "--refresh", killed.database()}
                                   : Words{SPINNERET_PROGRAM, "resume", killed.database()});
    // Once a commit has brought more, in turn with a moment between two; the first time before any page was asked.
    (void)running.WaitUntil([&] {
      return i == 0 ? killed.Number("SELECT count(*) FROM revisits WHERE pending = 1") > 0
                    : killed.Number("SELECT count(*) FROM v_fetches") > answers;
    });
    if (i % 2 == 0) {
      std::this_thread::sleep_for(milliseconds(300));
    }
    running.Signal(SIGKILL);
    (void)running.Wait();
    killed.CheckWhole();
    if (killed.Number("SELECT count(*) FROM runs WHERE end_reason = 'done'") == 2) {
      break;  // it was done before
    }
    ++disturbed;
    // The pages are all there at every moment, and it is no time to begin another refresh.
    CHECK(killed.PageCount() >= pages);
    CHECK(Refresh(killed).exit_code == 2);
  }
  CHECK(disturbed > 0);
  killed.Resume();
  CHECK_MESSAGE(killed.exit_code() == 0, killed.result().err);
  killed.CheckWhole();
  killed.CheckFinished();
  CHECK_EQ(Difference(whole.End(), killed.End()), "");
  const std::string visits = "SELECT url, visits, changes, failures FROM v_revisits ORDER BY url";
  CHECK(Query(killed.database(), visits) == Query(whole.database(), visits));
  CHECK(killed.Number("SELECT count(*) FROM revisits WHERE pending = 1") == 0);
  // Every visit is another attempt, of which none is there twice.
  CHECK(killed.Number("SELECT count(*) FROM (SELECT 1 FROM fetches GROUP BY url_id, attempt HAVING count(*) > 1)") ==
        0);
}

TEST_CASE("refresh: what is not finished, or would change the crawl, is refused before anything is asked") {
  ChangingSite site;
  site.Put("/", Titled("home", {"/a"}));
  site.Put("/a", Titled("a"));
  Crawl crawl;
  crawl.Run({site.Url("/"), "--limit", "1", "-H", "X-Key: 1"});
  REQUIRE(crawl.exit_code() == 16);
  const auto refused = [&](const Words& arguments, const std::string& why) {
    const ProcessResult result = Refresh(crawl, arguments);
    CHECK(result.exit_code == 2);
    CHECK_MESSAGE(result.err.find(why) != std::string::npos, result.err);
  };
  refused({"-H", "X-Key: 1"}, "spinneret resume");
  crawl.Resume({"--limit", "5", "-H", "X-Key: 1"});
  REQUIRE_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  refused({}, "--header");
  refused({"-d", "2"}, "--depth");
  refused({"http://other.example/"}, "SEED");
  refused({"-o", "other.db"}, "--output");
  refused({"--max-age", "yesterday"}, "due");
  for (const char* database : {"none.db", "postgresql://db.example/crawl", ""}) {
    const ProcessResult result = Spinneret({"crawl", "--refresh", database});
    CHECK_MESSAGE(result.exit_code == 2, result.err);
  }
  const ProcessResult alone = Spinneret({"crawl", site.Url("/"), "--max-age", "1h"});
  CHECK(alone.exit_code == 2);
  CHECK(crawl.Number("SELECT count(*) FROM v_fetches") == 2);
  RefreshWell(crawl, {"-H", "X-Key: 1", "--limit", "5", "-w", "2"});
  CHECK(crawl.Number("SELECT count(*) FROM v_fetches") == 4);
}

TEST_CASE("refresh: sitemaps are read again, and bring what is new in them") {
  ChangingSite site;
  const auto sitemap = [&site](const Words& paths) {
    std::string xml = "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">";
    for (const std::string& path : paths) {
      xml += "<url><loc>" + site.Url(path) + "</loc></url>";
    }
    site.Answer("/sitemap.xml", RawResponse(200, xml + "</urlset>", "application/xml"));
  };
  for (const char* path : {"/", "/a", "/b"}) {
    site.Put(path, Titled(path));
  }
  sitemap({"/a"});
  Crawl crawl;
  crawl.Run({site.Url("/"), "--sitemaps", site.Url("/sitemap.xml")});
  REQUIRE_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/", "/a"});
  sitemap({"/b"});
  RefreshWell(crawl);
  CHECK(crawl.Paths() == Words{"/", "/a", "/b"});
}
}  // TEST_SUITE("integration/refresh")

}  // namespace
}  // namespace spinneret::testing
