// robots.txt as RFC 9309 has it, seen from the server: what was asked and what was not.
#include <string>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

// "/" → /open, /secret/a; /open → /secret/b
void AddSite(simweb::RoughServer& server) {
  server.AddPage("/", LinkPage({"/open", "/secret/a"}));
  server.AddPage("/open", LinkPage({"/secret/b"}));
  server.AddPage("/secret/a", LinkPage({}));
  server.AddPage("/secret/b", LinkPage({}));
}

std::size_t RobotsRequests(simweb::RoughServer& server) {
  return server.log().EntriesOf("/robots.txt").size();
}

TEST_SUITE("integration/robots") {
TEST_CASE("robots: what is disallowed is not asked, and stands in v_skipped") {
  const auto server = StartRough();
  AddSite(*server);
  server->SetRobots({200, "User-agent: *\nDisallow: /secret/\n", {}, {}});
  Crawl crawl;
  crawl.Run({server->Url("/"), "-w", "2"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(Asked(server->log()) == Words{"/", "/open"});
  CHECK(RobotsRequests(*server) == 1);
  CHECK(server->log().Snapshot().front().target == "/robots.txt");
  CHECK(crawl.Paths() == Words{"/", "/open"});
  CHECK(crawl.Skipped() == Words{"/secret/a robots", "/secret/b robots"});
  CHECK(crawl.Number("SELECT count(*) FROM v_pages WHERE url LIKE '%robots.txt'") == 0);
}

TEST_CASE("robots: a group for this crawler counts instead of the one for all") {
  const auto server = StartRough();
  AddSite(*server);
  server->SetRobots({200, "User-agent: *\nDisallow: /\n\nUser-agent: Spinneret\nDisallow: /secret/b\n", {}, {}});
  Crawl crawl;
  crawl.Run({server->Url("/")});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(Asked(server->log()) == Words{"/", "/open", "/secret/a"});
}

TEST_CASE("robots: a seed that is disallowed is not asked, and a crawl of nothing else exits with 1") {
  const auto server = StartRough();
  AddSite(*server);
  server->SetRobots({200, "User-agent: *\nDisallow: /\n", {}, {}});
  Crawl crawl;
  crawl.Run({server->Url("/")});
  CHECK_MESSAGE(crawl.exit_code() == 1, crawl.result().err);
  CHECK(Asked(server->log()).empty());
  CHECK(crawl.Skipped() == Words{"/ robots"});
}

TEST_CASE("robots: a 4xx allows everything") {
  for (const int status : {404, 401, 403, 410}) {
    const auto server = StartRough();
    AddSite(*server);
    server->SetRobots({status, "User-agent: *\nDisallow: /\n", {}, {}});
    Crawl crawl;
    crawl.Run({server->Url("/")});
    CAPTURE(status);
    CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
    CHECK(crawl.PageCount() == 4);
  }
}

TEST_CASE("robots: a 5xx disallows everything, for the host it came from alone") {
  const auto server = StartRough();
  AddSite(*server);
  server->SetRobots({500, "", {}, {}}, "127.0.0.2");
  Crawl crawl;
  crawl.Run({server->Url("/", "127.0.0.1"), server->Url("/", "127.0.0.2"), "--retries", "0"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.PageCount() == 4);
  CHECK(crawl.Skipped() == Words{"/ robots_unreachable"});
  for (const auto& entry : server->log().Snapshot()) {
    CHECK((!entry.host.starts_with("127.0.0.2") || entry.target == "/robots.txt"));
  }
}

TEST_CASE("robots: 429 and a file that breaks off are no answer either") {
  for (const bool broken : {false, true}) {
    CAPTURE(broken);
    const auto server = StartRough();
    AddSite(*server);
    if (broken) {
      server->OnRequest("/robots.txt", [](const simweb::RoughRequest&) -> simweb::RoughReply {
        return "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Type: text/plain\r\n\r\nUser-agent: *\nAllow: /\n";
      });
    } else {
      server->SetRobots({429, "", {}, {}});
    }
    Crawl crawl;
    crawl.Run({server->Url("/"), "--retries", "0"});
    CHECK_MESSAGE(crawl.exit_code() == 1, crawl.result().err);
    CHECK(crawl.Skipped() == Words{"/ robots_unreachable"});
    CHECK(Asked(server->log()).empty());
  }
}

TEST_CASE("robots: what was skipped as unreachable is asked for by resume --retry-failed once robots.txt is there") {
  const auto server = StartRough();
  AddSite(*server);
  server->SetRobots({503, "", {}, {}});
  Crawl crawl;
  crawl.Run({server->Url("/"), "--retries", "0"});
  CHECK(crawl.Skipped() == Words{"/ robots_unreachable"});
  CHECK(crawl.Value("SELECT robots FROM v_hosts") == "unreachable");
  server->SetRobots({200, "User-agent: *\nDisallow: /secret/\n", {}, {}});
  crawl.Resume({"--retry-failed"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/", "/open"});
  CHECK(crawl.Skipped() == Words{"/secret/a robots", "/secret/b robots"});
  CHECK(crawl.Value("SELECT robots FROM v_hosts") == "ok");
}

TEST_CASE("robots: its Cache-Control is kept with it") {
  const auto server = StartRough();
  AddSite(*server);
  server->AddPage("/robots.txt", "User-agent: *\n", "text/plain", {{"Cache-Control", "max-age=7200"}});
  Crawl crawl;
  crawl.Run({server->Url("/")});
  CHECK(crawl.exit_code() == 0);
  CHECK(crawl.Number("SELECT expires_at_ms - fetched_at_ms FROM robots") == 7'200'000);
}

// "/" → /meta, /header, /other, /rel; each of these → a page of its own
void AddNofollowSite(simweb::RoughServer& server) {
  server.AddPage("/", LinkPage({"/meta", "/header", "/other", "/rel"}));
  server.AddPage("/meta", "<meta name=Robots content='noindex, NoFollow'>" + LinkPage({"/m"}));
  server.AddPage("/header", LinkPage({"/h"}), "text/html",
                 {{"X-Robots-Tag", "otherbot: noindex"}, {"X-Robots-Tag", "none"}});
  server.AddPage("/other", "<meta name=otherbot content=nofollow>" + LinkPage({"/o"}), "text/html",
                 {{"X-Robots-Tag", "otherbot: nofollow, none"}});
  server.AddPage("/rel", "<a rel='ugc' href=/r>x</a>");
  for (const char* path : {"/m", "/h", "/o", "/r"}) {
    server.AddPage(path, "a page");
  }
}

TEST_CASE("robots: pages that forbid it are not followed, by meta element or header, and their links are recorded") {
  const auto server = StartRough();
  AddNofollowSite(*server);
  Crawl crawl;
  crawl.Run({server->Url("/")});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/", "/header", "/meta", "/o", "/other", "/r", "/rel"});
  CHECK(crawl.Skipped() == Words{"/h robots", "/m robots"});
  CHECK(crawl.Number("SELECT count(*) FROM v_skipped WHERE detail = 'nofollow of the page'") == 2);
  CHECK(crawl.Number("SELECT count(*) FROM v_links") == 8);
  CHECK(crawl.Value("SELECT p.robots FROM pages AS p JOIN urls AS u ON u.id = p.url_id WHERE u.url LIKE '%/meta'") ==
        "noindex, nofollow");
  CHECK(crawl.Value("SELECT p.robots FROM pages AS p JOIN urls AS u ON u.id = p.url_id WHERE u.url LIKE '%/header'") ==
        "none");
}

TEST_CASE(
    "robots: --nofollow all passes over links with rel=nofollow, ugc or sponsored, and ignore follows everything") {
  const auto server = StartRough();
  AddNofollowSite(*server);
  Crawl all;
  all.Run({server->Url("/"), "--nofollow", "all"});
  CHECK(all.Skipped() == Words{"/h robots", "/m robots", "/r robots"});
  CHECK(all.Number("SELECT count(*) FROM v_skipped WHERE detail = 'nofollow of the link'") == 1);
  Crawl none;
  none.Run({server->Url("/"), "--nofollow", "ignore"});
  CHECK(none.PageCount() == 9);
  CHECK(none.Skipped().empty());
}

TEST_CASE("robots: who ignores robots.txt ignores nofollow too, unless --nofollow says otherwise") {
  const auto server = StartRough();
  AddNofollowSite(*server);
  Crawl ignoring;
  ignoring.Run({server->Url("/"), "--robots", "ignore"});
  CHECK(ignoring.PageCount() == 9);
  Crawl told;
  told.Run({server->Url("/"), "--robots", "ignore", "--nofollow", "page"});
  CHECK(told.Skipped() == Words{"/h robots", "/m robots"});
}

TEST_CASE("robots: a resume keeps to the --nofollow of its crawl") {
  const auto server = StartRough();
  AddNofollowSite(*server);
  Crawl crawl;
  crawl.Run({server->Url("/"), "--nofollow", "all", "--limit", "1"});
  CHECK(crawl.exit_code() == 16);
  crawl.Resume({"--limit", "100"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Skipped() == Words{"/h robots", "/m robots", "/r robots"});
}

TEST_CASE("robots: a redirect is followed, to another host too, and its rules are those of the first") {
  const auto server = StartRough();
  AddSite(*server);
  server->SetRobots({301, {}, server->Url("/rules/moved", "127.0.0.9"), {}}, "127.0.0.1");
  server->AddPage("/rules/moved", "", "text/html", {{"Location", "/rules/here"}}, "127.0.0.9", 302);
  server->AddPage("/rules/here", "User-agent: *\nDisallow: /secret/\n", "text/plain", {}, "127.0.0.9");
  Crawl crawl;
  crawl.Run({server->Url("/", "127.0.0.1")});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/", "/open"});
  CHECK(crawl.Skipped() == Words{"/secret/a robots", "/secret/b robots"});
}

TEST_CASE("robots: --robots ignore asks for everything and never for robots.txt") {
  const auto server = StartRough();
  AddSite(*server);
  server->SetRobots({200, "User-agent: *\nDisallow: /\n", {}, {}});
  Crawl crawl;
  crawl.Run({server->Url("/"), "--robots", "ignore"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.PageCount() == 4);
  CHECK(RobotsRequests(*server) == 0);
}

TEST_CASE("robots: each port has its own, and resume obeys what was read before") {
  const auto one = StartRough();
  const auto two = StartRough();
  AddSite(*one);
  AddSite(*two);
  one->SetRobots({200, "User-agent: *\nDisallow: /secret/\n", {}, {}});
  Crawl crawl;
  crawl.Run({one->Url("/"), two->Url("/"), "--limit", "3"});
  CHECK(crawl.exit_code() == 16);
  crawl.Resume({"--limit", "100"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(Asked(one->log()) == Words{"/", "/open"});
  CHECK(Asked(two->log()) == Words{"/", "/open", "/secret/a", "/secret/b"});
}
}  // TEST_SUITE("integration/robots")

}  // namespace
}  // namespace spinneret::testing
