// Redirects: each hop is a row of its own, each target is fetched once, and no chain is endless.
#include <string>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

TEST_SUITE("integration/redirects") {
TEST_CASE("redirect: every hop of a chain has its row with status, next hop and the chain's end") {
  const auto server = StartRough();
  server->AddPage("/r1", "", "text/html", {{"Location", "/r2"}}, {}, 301);
  server->AddPage("/r2", "", "text/html", {{"Location", server->Url("/r3#part")}}, {}, 302);
  server->AddPage("/r3", "", "text/html", {{"Location", "end?x=1"}}, {}, 307);
  server->AddPage("/end", "the end");
  Crawl crawl;
  crawl.Run({server->Url("/r1")});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  const std::string end = server->Url("/end?x=1");
  CHECK(Query(crawl.database(), "SELECT url, status, redirect_to, final_url, error FROM v_pages ORDER BY url") ==
        Rows{{end, "200", "NULL", end, "NULL"},
             {server->Url("/r1"), "301", server->Url("/r2"), end, "NULL"},
             {server->Url("/r2"), "302", server->Url("/r3"), end, "NULL"},
             {server->Url("/r3"), "307", end, end, "NULL"}});
}

TEST_CASE("redirect: a target that many lead to is fetched once") {
  const auto server = StartRough();
  server->AddPage(
      "/", LinkPage({"/redirect-to?url=/t&amp;1", "/redirect-to?url=/t&amp;2", "/redirect-to?url=/t&amp;3", "/t"}));
  server->AddPage("/t", "target");
  Crawl crawl;
  crawl.Run({server->Url("/"), "-w", "2"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(server->log().EntriesOf("/t").size() == 1);
  CHECK(crawl.Number("SELECT count(*) FROM v_pages WHERE status = 302 AND final_url LIKE '%/t'") == 3);
  CHECK(crawl.PageCount() == 2);
}

TEST_CASE("redirect: a loop is asked once round, and every URL of it is told as too many redirects") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/x", "/redirect-self"}));
  server->AddPage("/x", "", "text/html", {{"Location", "/y"}}, {}, 302);
  server->AddPage("/y", "", "text/html", {{"Location", "/x"}}, {}, 302);
  Crawl crawl;
  crawl.Run({server->Url("/")});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(Query(crawl.database(), "SELECT url, status, error FROM v_pages WHERE status <> 200 ORDER BY url") ==
        Rows{{server->Url("/redirect-self"), "302", "too_many_redirects"},
             {server->Url("/x"), "302", "too_many_redirects"},
             {server->Url("/y"), "302", "too_many_redirects"}});
  CHECK(Asked(server->log()) == Words{"/", "/redirect-self", "/x", "/y"});
}

TEST_CASE("redirect: a chain longer than --max-redirects is not followed to its end") {
  const auto server = StartRough();
  for (int i = 0; i < 30; ++i) {
    server->AddPage("/c" + std::to_string(i), "", "text/html", {{"Location", "/c" + std::to_string(i + 1)}}, {}, 302);
  }
  server->AddPage("/c30", "the end");
  Crawl crawl;
  crawl.Run({server->Url("/c0"), "--max-redirects", "5"});
  CHECK(server->log().EntriesOf("/c5").size() == 1);
  CHECK(server->log().EntriesOf("/c6").empty());
  CHECK(crawl.Number("SELECT count(*) FROM v_pages WHERE error = 'too_many_redirects'") >= 1);

  Crawl patient;
  patient.Run({server->Url("/c0"), "--max-redirects", "40"});
  CHECK_MESSAGE(patient.exit_code() == 0, patient.result().err);
  CHECK(patient.PageCount() == 1);
  CHECK(patient.Number("SELECT count(*) FROM v_pages WHERE final_url LIKE '%/c30'") == 31);
}

TEST_CASE("redirect: back to itself with a cookie is followed once, with the cookie") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/redirect-cookie"}));
  Crawl crawl;
  crawl.Run({server->Url("/")});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(server->log().EntriesOf("/redirect-cookie").size() == 2);
  CHECK(Query(crawl.database(), "SELECT status, error FROM v_pages WHERE url LIKE '%/redirect-cookie'") ==
        Rows{{"200", "NULL"}});
}

TEST_CASE("redirect: back into its chain with a cookie is followed once, the whole chain with it") {
  // A gate that many shops have: the page sends to a place that sets a cookie and sends back.
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/page"}));
  server->OnRequest("/page", [](const simweb::RoughRequest& request) {
    return request.Header("Cookie") ? simweb::RawResponse(200, "welcome")
                                    : simweb::RawResponse(302, "", "text/html", {{"Location", "/gate"}});
  });
  server->AddPage("/gate", "", "text/html", {{"Location", "/page"}, {"Set-Cookie", "seen=1; Path=/"}}, {}, 302);
  Crawl crawl;
  crawl.Run({server->Url("/")});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(server->log().EntriesOf("/page").size() == 2);
  CHECK(Query(crawl.database(), "SELECT status, error FROM v_pages WHERE url LIKE '%/page'") == Rows{{"200", "NULL"}});
  crawl.CheckWhole();
}

TEST_CASE("redirect: without a usable Location it is a page with its status") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/none", "/broken", "/mail"}));
  server->AddPage("/none", "no location", "text/html", {}, {}, 302);
  server->AddPage("/broken", "", "text/html", {{"Location", "http://[not-an-address/"}}, {}, 301);
  server->AddPage("/mail", "", "text/html", {{"Location", "mailto:shop@shop.example"}}, {}, 302);
  Crawl crawl;
  crawl.Run({server->Url("/")});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/", "/broken", "/mail", "/none"});
  CHECK(crawl.Paths("status IN (301, 302)") == Words{"/broken", "/mail", "/none"});
  // A target that cannot be asked is known and named with its reason.
  CHECK(crawl.Skipped() == Words{"mailto:shop@shop.example scheme"});
}
}  // TEST_SUITE("integration/redirects")

}  // namespace
}  // namespace spinneret::testing
