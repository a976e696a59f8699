// Servers that misbehave: each failure is a row with its word, bounded, and never the end of the crawl.
#include <string>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

// status and error of the page with this path and query.
Row Verdict(const Crawl& crawl, const std::string& url) {
  const Rows rows = Query(crawl.database(), "SELECT status, error FROM v_pages WHERE url = '" + url + "'");
  return rows.size() == 1 ? rows.front() : Row{std::to_string(rows.size()) + " rows"};
}

TEST_SUITE("integration/failures") {
TEST_CASE("private address: refused without --allow-private, before any connection, and exit 1") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/a"}));
  Crawl crawl({"--host-delay", "0", "--progress", "none"});
  crawl.Run({server->Url("/")});
  CHECK_MESSAGE(crawl.exit_code() == 1, crawl.result().err);
  CHECK(server->log().total() == 0);
  CHECK(crawl.Number("SELECT (SELECT count(*) FROM v_pages WHERE error = 'private_address') + "
                     "(SELECT count(*) FROM v_skipped WHERE reason = 'private_address')") == 1);
  CHECK(crawl.PageCount() <= 1);
}

TEST_CASE("private address: a public page cannot lead the crawl there, by link or by redirect") {
  const auto server = StartRough();
  const std::string port = std::to_string(server->port());
  server->AddPage("/", LinkPage({server->Url("/by-link", "127.0.0.1"), "/go"}), "text/html", {}, "public.example");
  server->AddPage("/go", "", "text/html", {{"Location", server->Url("/by-redirect", "127.0.0.1")}}, "public.example",
                  302);
  Crawl crawl({"--host-delay", "0", "--progress", "none"});
  crawl.Run(
      {server->Url("/", "public.example"), "--scope", "any", "--resolve", "public.example:" + port + ":127.0.0.1"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(Asked(server->log()) == Words{"/", "/go"});
  for (const auto& entry : server->log().Snapshot()) {
    CHECK(entry.host.starts_with("public.example"));
  }
  CHECK(crawl.Skipped() == Words{"/by-link private_address", "/by-redirect private_address"});
}

TEST_CASE("private address: --allow-net opens a block and no more, --deny-net closes one, by link, name and redirect") {
  const auto server = StartRough();
  const std::string port = std::to_string(server->port());
  server->AddPage("/", LinkPage({server->Url("/a", "127.0.0.2"), server->Url("/go"), server->Url("/b", "127.9.0.1")}),
                  "text/html", {}, "127.0.0.1");
  server->AddPage("/go", "", "text/html", {{"Location", server->Url("/c", "127.0.0.3")}}, "127.0.0.1", 302);
  Crawl opened({"--host-delay", "0", "--progress", "none"});
  opened.Run({server->Url("/"), "--scope", "any", "--allow-net", "127.0.0.0/30", "--deny-net", "127.0.0.3"});
  CHECK_MESSAGE(opened.exit_code() == 0, opened.result().err);
  CHECK(Asked(server->log()) == Words{"/", "/a", "/go"});
  CHECK(opened.Skipped() == Words{"/b private_address", "/c private_address"});
  // A resume keeps to them.
  server->log().Clear();
  CHECK(opened.Resume({"--retry-failed"}).exit_code == 0);
  CHECK(Asked(server->log()).size() <= 1);
  Crawl closed;
  closed.Run({server->Url("/"), "--scope", "any", "--deny-net", "127.0.0.2/31"});
  CHECK(closed.Skipped() == Words{"/a private_address", "/c private_address"});
  Crawl wrong;
  wrong.Run({server->Url("/"), "--deny-net", "127.0.0.300/8"});
  CHECK(wrong.exit_code() == 2);
  CHECK(wrong.result().err.find("127.0.0.300/8") != std::string::npos);
}

TEST_CASE("failures: each misbehaviour has its word, and the crawl goes on") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/garbage", "/http09", "/reset", "/close", "/reset-body", "/truncated",
                                 "/broken-chunks", "/bad-gzip", "/headers?bytes=4M", "/hang", "/status?code=404",
                                 "/status?code=500", "/empty", "/ok"}));
  Crawl crawl;
  crawl.Run({server->Url("/"), "--retries", "0", "--timeout", "2s", "-d", "1", "-w", "2"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(Verdict(crawl, server->Url("/garbage")) == Row{"NULL", "protocol"});
  CHECK(Verdict(crawl, server->Url("/http09")) == Row{"NULL", "protocol"});
  CHECK(Verdict(crawl, server->Url("/reset")) == Row{"NULL", "reset"});
  CHECK(Verdict(crawl, server->Url("/close")) == Row{"NULL", "reset"});
  CHECK(Verdict(crawl, server->Url("/reset-body"))[1] == "reset");
  CHECK(Verdict(crawl, server->Url("/truncated"))[1] == "reset");
  CHECK(Verdict(crawl, server->Url("/bad-gzip"))[1] == "decode");
  CHECK(Verdict(crawl, server->Url("/headers?bytes=4M"))[1] == "too_large_headers");
  CHECK(Verdict(crawl, server->Url("/hang")) == Row{"NULL", "timeout"});
  CHECK(Verdict(crawl, server->Url("/status?code=404")) == Row{"404", "NULL"});
  CHECK(Verdict(crawl, server->Url("/status?code=500")) == Row{"500", "NULL"});
  CHECK(Verdict(crawl, server->Url("/empty")) == Row{"200", "NULL"});
  CHECK(Verdict(crawl, server->Url("/ok")) == Row{"200", "NULL"});
  CHECK(crawl.Number("SELECT count(*) FROM v_pages") == 15);
  crawl.CheckWhole();
}

TEST_CASE("failures: a name that does not resolve and a port that nobody listens on") {
  const auto server = StartRough();
  const std::string silent = StartRough()->Url("/");  // its server is gone by now
  server->AddPage("/", LinkPage({"http://no-such-host.invalid/", silent}));
  Crawl crawl;
  crawl.Run({server->Url("/"), "--scope", "any", "--retries", "0"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  const Rows failed = Query(crawl.database(), "SELECT url, error FROM v_pages WHERE error IS NOT NULL ORDER BY error");
  // robots.txt of an unreachable host disallows it; whether the page then counts as failed or as skipped, it is named
  // once.
  CHECK(failed.size() + static_cast<std::size_t>(crawl.Number("SELECT count(*) FROM v_skipped")) == 2);
  CHECK(crawl.Paths("status = 200") == Words{"/"});
}

TEST_CASE("failures: exit 1 when no seed could be fetched") {
  const std::string silent = StartRough()->Url("/");
  Crawl crawl;
  crawl.Run({silent, "--retries", "0"});
  CHECK_MESSAGE(crawl.exit_code() == 1, crawl.result().err);
  CHECK(crawl.Number("SELECT count(*) FROM v_pages WHERE status IS NOT NULL") == 0);
}

TEST_CASE("failures: a crawl that got nothing says of its seeds what went wrong and what to do") {
  const auto server = StartRough();
  server->AddPage("/robots.txt", "User-agent: *\nDisallow: /", "text/plain");
  struct Case {
    Words arguments;
    std::string what, todo;
    bool may_pass = false;
  };
  const std::vector<Case> cases = {
      {{"http://no-such-host.invalid/"}, "dns: ", "check the name", true},
      {{StartRough()->Url("/")}, "connect: ", "nothing listens there", true},
      {{server->Url("/"), "--deny-net", "127.0.0.0/8"}, "private_address", "--allow-net NET"},
      {{server->Url("/")}, "robots", "--robots ignore"},
      {{server->Url("/"), "--exclude", "."}, "exclude: .", "an --exclude matches it"},
  };
  for (const Case& c : cases) {
    Crawl crawl;
    Words arguments = c.arguments;
    arguments.insert(arguments.end(), {"--retries", "0"});
    const ProcessResult& done = crawl.Run(arguments);
    CHECK(done.exit_code == 1);
    CHECK_MESSAGE(done.err.find("no seed could be fetched\n  " + c.arguments[0] + "\n") != std::string::npos, done.err);
    CHECK_MESSAGE(done.err.find(c.what) != std::string::npos, done.err);
    CHECK_MESSAGE(done.err.find(c.todo) != std::string::npos, done.err);
    CHECK((done.err.find("--retry-failed") != std::string::npos) == c.may_pass);
  }
}

TEST_CASE("retries: as many as asked for, one row per attempt, and the last verdict counts") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/flaky?times=2&amp;key=a", "/flaky?times=9&amp;key=b"}));
  Crawl crawl;
  crawl.Run({server->Url("/"), "--retries", "2"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(Verdict(crawl, server->Url("/flaky?times=2&key=a")) == Row{"200", "NULL"});
  CHECK(Verdict(crawl, server->Url("/flaky?times=9&key=b")) == Row{"503", "NULL"});
  CHECK(QueryColumn(crawl.database(), "SELECT attempt FROM v_fetches WHERE url LIKE '%key=b' ORDER BY attempt") ==
        Words{"1", "2", "3"});
  CHECK(server->log().EntriesOf("/flaky?times=9&key=b").size() == 3);
  // What was answered well is not asked again.
  CHECK(crawl.Number("SELECT count(*) FROM v_fetches WHERE url LIKE '%/'") == 1);
}

TEST_CASE("--max-body: a page over it is kept as far as it goes, and says so") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/huge?bytes=3M", "/gzip-bomb?bytes=50M", "/ok"}));
  Crawl crawl;
  crawl.Run({server->Url("/"), "--max-body", "64k", "-d", "1"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(Query(crawl.database(), "SELECT status, truncated, bytes FROM v_pages WHERE url LIKE '%/huge%'") ==
        Rows{{"200", "length", "65536"}});
  CHECK(Query(crawl.database(), "SELECT status, truncated, bytes FROM v_pages WHERE url LIKE '%/gzip-bomb%'") ==
        Rows{{"200", "length", "65536"}});
  CHECK(Query(crawl.database(), "SELECT status, truncated FROM v_pages WHERE url LIKE '%/ok'") ==
        Rows{{"200", "NULL"}});
}

// Sanitizers have an operator new of their own, which is not counted.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("--worker-memory: a page that takes more brings its worker down twice, is set aside, and blames no other") {
  const auto server = StartRough();
  Words links = {"/huge?bytes=60M"};
  for (int i = 0; i < 40; ++i) {
    links.push_back("/page" + std::to_string(i));
    server->AddPage(links.back(), LinkPage({"/"}));
  }
  server->AddPage("/", LinkPage(links));
  Crawl crawl;
  crawl.Run({server->Url("/"), "--worker-memory", "24M", "--max-body", "100M", "-w", "2"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Pages("error = 'poison'") == Words{server->Url("/huge?bytes=60M")});
  CHECK(crawl.Number("SELECT count(*) FROM v_pages WHERE status = 200") == 41);
  CHECK(crawl.Number("SELECT count(*) FROM events WHERE kind = 'worker_lost'") == 2);
  crawl.CheckWhole();
}

TEST_CASE("--worker-memory: one that no worker can begin with is refused before anything is fetched") {
  const ProcessResult result = Spinneret({"crawl", "http://127.0.0.1:1/", "--worker-memory", "64k"});
  CHECK(result.exit_code == 2);
  CHECK(result.err.find("--worker-memory") != std::string::npos);
}
#endif

TEST_CASE("pages that are no HTML are recorded and not read for links") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/text", "/image", "/xhtml"}));
  server->AddPage("/text", "<a href='/never'>no</a>", "text/plain");
  server->AddPage("/image", "<a href='/never'>no</a>", "image/png");
  server->AddPage("/xhtml", "<html xmlns='http://www.w3.org/1999/xhtml'><body><a href='/yes'>yes</a></body></html>",
                  "application/xhtml+xml; charset=utf-8");
  server->AddPage("/yes", "found");
  Crawl crawl;
  crawl.Run({server->Url("/")});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/", "/image", "/text", "/xhtml", "/yes"});
  CHECK(crawl.Value("SELECT mime FROM v_pages WHERE url LIKE '%/image'") == "image/png");
}

TEST_CASE("hostile page: depth, attributes and unclosed elements by the thousand do not stop a worker") {
  const auto server = StartRough();
  std::string deep;
  std::string attributes = "<a";
  std::string unclosed;
  for (int i = 0; i < 100'000; ++i) {
    deep += "<div>";
    attributes += " a" + std::to_string(i) + "=1";
    unclosed += "<b><i><a href=/u" + std::to_string(i % 3) + ">";
  }
  server->AddPage("/", LinkPage({"/deep", "/attributes", "/unclosed", "/nul", "/ok"}));
  server->AddPage("/deep", deep);
  server->AddPage("/attributes", attributes + " href=/x>");
  server->AddPage("/unclosed", unclosed);
  server->AddPage("/nul", std::string(100'000, '\0') + "<a href=/z>");
  Crawl crawl;
  crawl.Run({server->Url("/"), "-d", "1", "-w", "2"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths("status = 200") == Words{"/", "/attributes", "/deep", "/nul", "/ok", "/unclosed"});
  CHECK(crawl.Number("SELECT count(*) FROM v_pages WHERE error IS NOT NULL") == 0);
}
}  // TEST_SUITE("integration/failures")

}  // namespace
}  // namespace spinneret::testing
