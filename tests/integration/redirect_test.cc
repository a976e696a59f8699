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
TEST_CASE("redirect: the statuses that send on are 300 to 303, 307 and 308") {
  const auto server = StartRough();
  Words links;
  for (int status = 300; status <= 309; ++status) {
    const std::string path = "/" + std::to_string(status);
    links.push_back(path);
    server->AddPage(path, "", "text/html", {{"Location", "/to" + path}}, {}, status);
    server->AddPage("/to" + path, "target");
  }
  server->AddPage("/", LinkPage(links));
  Crawl crawl;
  crawl.Run({server->Url("/")});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths("redirect_to IS NOT NULL") == Words{"/300", "/301", "/302", "/303", "/307", "/308"});
  CHECK(crawl.Paths("status = 200") == Words{"/", "/to/300", "/to/301", "/to/302", "/to/303", "/to/307", "/to/308"});
}

TEST_CASE("redirect: a Location is read as browsers read it") {
  const auto server = StartRough();
  const std::vector<std::pair<std::string, std::string>> cases = {{"/utf8", "/caf\xC3\xA9?q=\xC3\xBC"},
                                                                  {"/latin1", "/caf\xE9"},
                                                                  {"/space", "/a b"},
                                                                  {"/relative", "sub/page"},
                                                                  {"/dots", "../up/./x"},
                                                                  {"/scheme", "//127.0.0.1:1/none"},
                                                                  {"/query", "?only=query"},
                                                                  {"/fragment", "/plain#part"},
                                                                  {"/backslash", "\\back\\slash"},
                                                                  {"/empty", ""},
                                                                  {"/blank", "  "},
                                                                  {"/self", "/self#again"}};
  Words links;
  for (const auto& [path, location] : cases) {
    links.push_back("/in" + path);
    server->AddPage("/in" + path, "", "text/html", {{"Location", location}}, {}, 302);
  }
  server->AddPage("/twice", "", "text/html", {{"Location", "/first"}, {"Location", "/second"}}, {}, 301);
  links.push_back("/twice");
  server->AddPage("/", LinkPage(links));
  Crawl crawl;
  crawl.Run({server->Url("/")});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  Words targets;
  for (const Row& row :
       Query(crawl.database(), "SELECT url, redirect_to FROM v_pages WHERE status BETWEEN 300 AND 399 ORDER BY url")) {
    targets.push_back(PathOf(row[0]) + " " + (row[1] == "NULL" ? row[1] : PathOf(row[1])));
  }
  const Words expected = {"/in/backslash /back/slash",
                          "/in/blank NULL",
                          "/in/dots /up/x",
                          "/in/empty NULL",
                          "/in/fragment /plain",
                          "/in/latin1 /caf%E9",
                          "/in/query /in/query?only=query",
                          "/in/query?only=query /in/query?only=query",
                          "/in/relative /in/sub/page",
                          "/in/scheme /none",
                          "/in/self /self",
                          "/in/space /a%20b",
                          "/in/utf8 /caf%C3%A9?q=%C3%BC",
                          "/twice /first"};
  CHECK_MESSAGE(targets == expected, Difference(expected, targets));
  CHECK(server->log().EntriesOf("/second").empty());
}

TEST_CASE("refresh: a page keeps its row, and where it sends its visitors is crawled at the same depth") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/meta", "/header", "/both", "/error", "/text", "/reload", "/script"}));
  server->AddPage("/meta", "<meta http-equiv=refresh content='3; url=there?a=1&amp;b=2#c'>" + LinkPage({"/deeper"}));
  server->AddPage("/there", "there");
  server->AddPage("/header", "by header", "text/html", {{"Refresh", "0;url=/by-header"}});
  server->AddPage("/both", "<base href=/sub/><meta http-equiv=refresh content='0;by-meta'>", "text/html",
                  {{"Refresh", "0;url='by-first'"}, {"Refresh", "0;url=/by-second"}});
  server->AddPage("/error", "<meta http-equiv=refresh content='0;/from-error'>", "text/html", {}, {}, 404);
  server->AddPage("/text", "text", "text/plain", {{"Refresh", "1;/from-text"}});
  server->AddPage("/reload", "<meta http-equiv=refresh content=60>");
  server->AddPage("/script", "<meta http-equiv=refresh content='0;javascript:alert(1)'>");
  for (const char* path : {"/by-header", "/by-first", "/from-text"}) {
    server->AddPage(path, "target");
  }
  Crawl crawl;
  crawl.Run({server->Url("/"), "-d", "1"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths("status = 200 AND redirect_to IS NULL AND final_url = url") ==
        Words{"/", "/both", "/by-first", "/by-header", "/from-text", "/header", "/meta", "/reload", "/script", "/text",
              "/there?a=1&b=2"});
  CHECK(crawl.Paths("depth = 1 AND status = 404") == Words{"/error"});
  CHECK(crawl.Skipped() == Words{"/deeper depth"});
  // No link element leads there, so v_links has no row; the database says how it was found.
  CHECK(crawl.Number("SELECT count(*) FROM v_links WHERE to_url LIKE '%/there%'") == 0);
  CHECK(crawl.Value(
            "SELECT p.url FROM urls u JOIN urls p ON p.id = u.parent_id WHERE u.via = 4 AND u.url LIKE '%/there%'") ==
        server->Url("/meta"));
  crawl.CheckWhole();
}

TEST_CASE("refresh: pages that send to each other, or on and on, come to an end") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/a", "/0"}));
  server->AddPage("/a", "<meta http-equiv=refresh content='0;/b'>");
  server->AddPage("/b", "<meta http-equiv=refresh content='0;/a'>");
  for (int i = 0; i < 8; ++i) {
    server->AddPage("/" + std::to_string(i), "on", "text/html", {{"Refresh", "0;/" + std::to_string(i + 1)}});
  }
  Crawl crawl;
  crawl.Run({server->Url("/"), "-d", "1", "--max-redirects", "3"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(Asked(server->log()) == Words{"/", "/0", "/1", "/2", "/3", "/a", "/b"});
  CHECK(crawl.Skipped() == Words{"/4 limit"});
}
}  // TEST_SUITE("integration/redirects")

}  // namespace
}  // namespace spinneret::testing
