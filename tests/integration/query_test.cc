// `spinneret query` as people use it: names with arguments, their SQL, a time limit, a pager.
#include <string>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

struct Site {
  std::unique_ptr<simweb::RoughServer> server = StartRough();
  Crawl crawl;

  Site() {
    server->AddPage("/", LinkPage({"/a", "/moved", "/gone"}));
    server->AddPage("/a", LinkPage({"/", "/gone"}));
    server->AddPage("/moved", "", "text/html", {{"Location", "/a"}}, {}, 301);
    crawl.Run({server->Url("/")});
    REQUIRE_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  }
  ProcessResult Query(const Words& arguments) const {
    Words line = {"query", crawl.database()};
    line.insert(line.end(), arguments.begin(), arguments.end());
    return Spinneret(line);
  }
};

TEST_SUITE("integration/query") {
TEST_CASE("query: inlinks and outlinks take a URL as people write it, and ask for one") {
  const Site site;
  // A fragment and a path that the standard writes otherwise.
  const ProcessResult in = site.Query({"inlinks", site.server->Url("/x/../a#part"), "--format", "csv"});
  REQUIRE_MESSAGE(in.exit_code == 0, in.err);
  CHECK(in.out == "page,text,tag,rel\r\n" + site.server->Url("/") + ",to /a,a,\"\"\r\n" + site.server->Url("/moved") +
                      ",,redirect,\r\n");
  const ProcessResult out = site.Query({"outlinks", site.server->Url("/a"), "--format", "csv"});
  CHECK(out.out == "target,status,error,text,tag,rel\r\n" + site.server->Url("/") + ",200,,to /,a,\"\"\r\n" +
                       site.server->Url("/gone") + ",404,,to /gone,a,\"\"\r\n");
  CHECK(site.Query({"SELECT ?1 || ?2 AS both", "a", "b", "--format", "csv"}).out == "both\r\nab\r\n");
  for (const Words& arguments : {Words{"inlinks"}, Words{"pages", "too much"}, Words{"SELECT 1", "too much"}}) {
    const ProcessResult wrong = site.Query(arguments);
    CHECK(wrong.exit_code == 2);
    CHECK_FALSE(wrong.err.empty());
  }
}

TEST_CASE("query: --sql shows a query, and what it shows is one that answers the same") {
  const Site site;
  const ProcessResult sql = site.Query({"broken-links", "--sql"});
  REQUIRE(sql.exit_code == 0);
  CHECK(sql.out.starts_with("-- links to pages that failed"));
  CHECK(site.Query({sql.out, "--format", "csv"}).out == site.Query({"broken-links", "--format", "csv"}).out);
  CHECK(Spinneret({"query", "--list", "--sql"}).out.find(sql.out) != std::string::npos);
}

TEST_CASE("query: a time limit gives up what would never end") {
  const Site site;
  const ProcessResult done =
      site.Query({"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
                  "--time-limit", "200ms"});
  CHECK(done.exit_code == 2);
  CHECK(done.err.find("time limit") != std::string::npos);
  CHECK(site.Query({"SELECT 1 AS one", "--time-limit", "1m", "--format", "csv"}).out == "one\r\n1\r\n");
}

TEST_CASE("query: on a terminal rows go through the pager, elsewhere they do not") {
  const Site site;
  // The query on a terminal of its own, with a pager that marks what it was given.
  const auto on_terminal = [&](const Words& arguments, const std::string& pager) {
    Words line = {"python3",
                  "-c",
                  "import os, pty, sys\n"
                  "sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))",
                  SPINNERET_PROGRAM,
                  "query",
                  site.crawl.database()};
    line.insert(line.end(), arguments.begin(), arguments.end());
    ProcessOptions options;
    options.environment = {"PAGER=" + pager};
    return Run(line, options);
  };
  const ProcessResult paged = on_terminal({"pages"}, "sed s/^/paged:/");
  CHECK_MESSAGE(paged.exit_code == 0, paged.out);
  CHECK(paged.out.find("paged:http://127.0.0.1") != std::string::npos);
  CHECK(on_terminal({"pages", "--no-pager"}, "sed s/^/paged:/").out.find("paged:") == std::string::npos);
  CHECK(on_terminal({"pages"}, "cat").out.find("http://127.0.0.1") != std::string::npos);
  // A pager that has had enough at once ends the query without a word.
  const ProcessResult early = on_terminal({"links"}, "true");
  CHECK(early.exit_code == 0);
  CHECK(early.out.find("spinneret:") == std::string::npos);
  ProcessOptions options;
  options.environment = {"PAGER=sed s/^/paged:/"};
  CHECK(Spinneret({"query", site.crawl.database(), "pages"}, options).out.find("paged:") == std::string::npos);
}
}  // TEST_SUITE("integration/query")

}  // namespace
}  // namespace spinneret::testing
