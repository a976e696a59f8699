// Limits: exact, named by the exit status, and no hindrance to going on.
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

// "/" leads to /0 … /9, and /N to /N0 … /N9 where that is below `pages`.
void AddTree(simweb::RoughServer& server, int pages) {
  const auto children = [pages](int from, int to) {
    Words hrefs;
    for (int page = from; page <= to && page <= pages; ++page) {
      hrefs.push_back("/" + std::to_string(page));
    }
    return LinkPage(hrefs);
  };
  server.AddPage("/", children(1, 9));
  for (int page = 1; page <= pages; ++page) {
    server.AddPage("/" + std::to_string(page), children(10 * page, 10 * page + 9));
  }
}

TEST_SUITE("integration/limits") {
TEST_CASE("--limit: exactly that many pages, for any number of workers, and exit 16") {
  const auto server = StartRough();
  AddTree(*server, 120);
  for (const char* workers : {"1", "2", "5"}) {
    SUBCASE(workers) {
      Crawl crawl;
      crawl.Run({server->Url("/"), "--limit", "37", "-w", workers});
      CHECK_MESSAGE(crawl.exit_code() == 16, crawl.result().err);
      CHECK(crawl.PageCount() == 37);
      crawl.CheckWhole();
      CHECK(crawl.Number("SELECT count(*) FROM v_skipped WHERE reason = 'limit'") > 0);
    }
  }
}

TEST_CASE("--limit: holds over resumes, can be raised, and the end state is that of an undisturbed crawl") {
  const auto server = StartRough();
  AddTree(*server, 80);
  Crawl whole;
  whole.Run({server->Url("/")});
  REQUIRE(whole.PageCount() == 81);

  Crawl crawl;
  crawl.Run({server->Url("/"), "--limit", "10"});
  CHECK(crawl.exit_code() == 16);
  CHECK(crawl.PageCount() == 10);
  crawl.Resume();
  CHECK(crawl.exit_code() == 16);
  CHECK(crawl.PageCount() == 10);
  crawl.Resume({"--limit", "33", "-w", "3"});
  CHECK(crawl.exit_code() == 16);
  CHECK(crawl.PageCount() == 33);
  crawl.Resume({"--limit", "1000"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK_EQ(Difference(whole.End(), crawl.End()), "");
}

TEST_CASE("--limit: redirects do not count") {
  const auto server = StartRough();
  Words hrefs;
  for (int i = 1; i <= 10; ++i) {
    hrefs.push_back("/redirect-to?url=/" + std::to_string(i));
  }
  AddTree(*server, 10);
  server->AddPage("/start", LinkPage(hrefs));
  Crawl crawl;
  crawl.Run({server->Url("/start"), "--limit", "6"});
  CHECK(crawl.exit_code() == 16);
  CHECK(crawl.PageCount() == 6);
}

TEST_CASE("--limit: a crawl that has no more pages than that is done, with exit 0") {
  const auto server = StartRough();
  AddTree(*server, 9);
  Crawl crawl;
  crawl.Run({server->Url("/"), "--limit", "10"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.PageCount() == 10);
}

TEST_CASE("--host-limit: at most that many pages of each host, the others complete") {
  const auto server = StartRough();
  AddTree(*server, 30);
  Crawl crawl;
  crawl.Run({server->Url("/", "127.0.0.1"), server->Url("/", "127.0.0.2"), "--host-limit", "12", "-w", "2"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.PageCount() == 24);
  CHECK(QueryColumn(crawl.database(), "SELECT pages FROM v_hosts ORDER BY host") == Words{"12", "12"});
  CHECK(crawl.Number("SELECT count(*) FROM v_skipped WHERE reason = 'limit'") > 0);
}

TEST_CASE("--size-limit: exit 14, and resume goes on to the undisturbed end state") {
  const auto server = StartRough();
  AddTree(*server, 40);
  for (int page = 1; page <= 9; ++page) {
    server->AddPage("/" + std::to_string(page), LinkPage({"/" + std::to_string(page * 4)}) + std::string(20'000, ' '));
  }
  Crawl whole;
  whole.Run({server->Url("/")});
  REQUIRE(whole.exit_code() == 0);

  Crawl crawl;
  crawl.Run({server->Url("/"), "--size-limit", "60k", "-w", "1"});
  CHECK_MESSAGE(crawl.exit_code() == 14, crawl.result().err);
  CHECK(crawl.PageCount() < whole.PageCount());
  CHECK(crawl.PageCount() > 0);
  crawl.Resume({"--size-limit", "1G"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK_EQ(Difference(whole.End(), crawl.End()), "");
}

TEST_CASE("--time-limit: exit 15, and resume goes on to the undisturbed end state") {
  const auto server = StartRough();
  AddTree(*server, 30);
  Crawl whole;
  whole.Run({server->Url("/")});
  REQUIRE(whole.exit_code() == 0);

  Crawl crawl(Crawl::Polite());
  crawl.Run({server->Url("/"), "--host-delay", "100ms", "--time-limit", "700ms"});
  CHECK_MESSAGE(crawl.exit_code() == 15, crawl.result().err);
  CHECK(crawl.PageCount() < whole.PageCount());
  crawl.Resume({"--time-limit", "10m"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK_EQ(Difference(whole.End(), crawl.End()), "");
}

TEST_CASE(
    "-d: exactly the pages within so many hops, for any number of workers, also when the short way is found last") {
  // /slow is the short way to /target, and is answered after the long one has been walked.
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/slow", "/one"}));
  server->OnRequest("/slow", [](const simweb::RoughRequest&) {
    return simweb::RoughReply(simweb::RawResponse(200, LinkPage({"/target"})), std::chrono::milliseconds(700));
  });
  server->AddPage("/one", LinkPage({"/two"}));
  server->AddPage("/two", LinkPage({"/target"}));
  server->AddPage("/target", LinkPage({"/next"}));
  server->AddPage("/next", LinkPage({"/after"}));
  server->AddPage("/after", LinkPage({"/last"}));
  server->AddPage("/last", LinkPage({}));
  const std::map<std::string, Words> within = {
      {"0", {"/"}},
      {"1", {"/", "/one", "/slow"}},
      {"2", {"/", "/one", "/slow", "/target", "/two"}},
      {"3", {"/", "/next", "/one", "/slow", "/target", "/two"}},
      {"4", {"/", "/after", "/next", "/one", "/slow", "/target", "/two"}},
      {"5", {"/", "/after", "/last", "/next", "/one", "/slow", "/target", "/two"}},
  };
  for (const auto& row : within) {
    const std::string& depth = row.first;
    for (const char* workers : {"1", "4"}) {
      Crawl crawl;
      crawl.Run({server->Url("/"), "-d", depth, "-w", workers});
      CAPTURE(depth);
      CAPTURE(workers);
      CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
      CHECK_EQ(Difference(row.second, crawl.Paths()), "");
      crawl.CheckWhole();
    }
  }
}

TEST_CASE("-d: a redirect adds no hop") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/redirect-to?url=/redirect-to%3Furl%3D/one"}));
  server->AddPage("/one", LinkPage({"/two"}));
  server->AddPage("/two", LinkPage({"/three"}));
  server->AddPage("/three", LinkPage({}));
  Crawl crawl;
  crawl.Run({server->Url("/"), "-d", "2"});
  CHECK(crawl.Paths("redirect_to IS NULL") == Words{"/", "/one", "/two"});
  CHECK(crawl.Skipped() == Words{"/three depth"});
}
}  // TEST_SUITE("integration/limits")

}  // namespace
}  // namespace spinneret::testing
