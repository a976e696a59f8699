// Pages that end whoever reads them: blamed exactly, set aside with their body, and in nobody else's way.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <zstd.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

// The program, with pages that crash it (tests/support/crashing_gumbo.cc).
Words Crashing(const Words& arguments) {
  Words argv = {SPINNERET_CRASHING_PROGRAM};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}
Words CrawlArguments(const std::string& database, const std::string& seed, const Words& more = {}) {
  Words arguments = {"crawl", seed, "-o", database};
  const Words fast = Crawl::Fast();
  arguments.insert(arguments.end(), fast.begin(), fast.end());
  arguments.insert(arguments.end(), {"--extract", "text"});  // for which every page's tree is built
  arguments.insert(arguments.end(), more.begin(), more.end());
  return Crashing(arguments);
}
Words ResumeArguments(const std::string& database) {
  return Crashing({"resume", database, "--progress", "none"});
}

// A page of links to the poison and to harmless pages on both sides of it.
std::unique_ptr<simweb::RoughServer> StartWith(const std::string& poison, int pages = 40) {
  auto server = StartRough();
  Words links;
  for (int i = 0; i < pages; ++i) {
    links.push_back(i == pages / 2 ? "/poison" : "/page" + std::to_string(i));
    server->AddPage(links.back(), i == pages / 2 ? poison : LinkPage({"/"}));
  }
  server->AddPage("/", LinkPage(links));
  return server;
}

std::string BodyOf(const Crawl& crawl, const std::string& path) {
  const Rows rows = Query(crawl.database(),
                          "SELECT b.zstd, b.size FROM v_pages AS p JOIN bodies AS b ON lower(hex(b.digest)) = p.digest "
                          "WHERE p.url LIKE '%" +
                              path + "'");
  REQUIRE_EQ(rows.size(), 1);
  std::string body(std::stoul(rows[0][1]), '\0');
  const std::size_t size = ZSTD_decompress(body.data(), body.size(), rows[0][0].data(), rows[0][0].size());
  REQUIRE_EQ(size, body.size());
  return body;
}

bool IsSuspect(const Crawl& crawl, const std::string& url) {
  const Words suspects = crawl.Suspects();
  return std::find(suspects.begin(), suspects.end(), url) != suspects.end();
}

// The processes that a process has started.
std::vector<pid_t> ChildrenOf(pid_t pid) {
  const std::string task = "/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children";
  std::ifstream file(task);
  std::vector<pid_t> children;
  for (pid_t child = 0; file >> child;) {
    children.push_back(child);
  }
  return children;
}

void CheckPoisoned(const Crawl& crawl, const std::string& body, int pages) {
  CHECK(crawl.Paths("error IS NOT NULL") == Words{"/poison"});
  CHECK(crawl.Paths("error = 'poison'") == Words{"/poison"});
  CHECK(crawl.Number("SELECT count(*) FROM v_pages WHERE status = 200") == pages);
  CHECK(BodyOf(crawl, "/poison") == body);
  CHECK(crawl.Number("SELECT count(*) FROM v_fetches WHERE url LIKE '%/poison' AND error = 'poison'") == 1);
  crawl.CheckFinished();
}

TEST_SUITE("integration/poison") {
TEST_CASE(
    "poison: a page that ends the process is found by the next run, set aside with its body, and blames no other") {
  std::vector<std::pair<std::string, int>> crashes = {{"test: crash by abort", SIGABRT}};
  if (!kSanitized) {  // a sanitizer takes this signal for its report, and exits
    crashes.emplace_back("test: crash by fault", SIGSEGV);
  }
  for (const auto& [what, number] : crashes) {
    CAPTURE(what);
    const std::string body = "<title>deadly</title><p>" + what;
    const auto server = StartWith(body);
    Crawl crawl;
    const ProcessResult first = testing::Run(CrawlArguments(crawl.database(), server->Url("/"), {"-w", "3"}));
    CHECK(first.signal == number);
    CHECK(IsSuspect(crawl, server->Url("/poison")));
    const ProcessResult second = testing::Run(ResumeArguments(crawl.database()));
    CHECK_MESSAGE(second.exit_code == 0, second.err);
    CHECK(second.err.find("/poison") != std::string::npos);
    CheckPoisoned(crawl, body, 40);
    CHECK(crawl.Value("SELECT detail FROM outcomes WHERE reason = 'poison'").find("signal " + std::to_string(number)) !=
          std::string::npos);
    // It stays so, and what reads bodies again does not read this one.
    CHECK(testing::Run(ResumeArguments(crawl.database())).exit_code == 0);
    CheckPoisoned(crawl, body, 40);
  }
}

TEST_CASE("poison: two such pages cost one run each") {
  const auto server = StartWith("<p>test: crash by abort");
  server->AddPage("/page7", "<p>test: crash by abort, too");
  Crawl crawl;
  CHECK(testing::Run(CrawlArguments(crawl.database(), server->Url("/"), {"-w", "1"})).signal == SIGABRT);
  CHECK(testing::Run(ResumeArguments(crawl.database())).signal == SIGABRT);
  CHECK(testing::Run(ResumeArguments(crawl.database())).exit_code == 0);
  CHECK(crawl.Paths("error = 'poison'") == Words{"/page7", "/poison"});
  CHECK(crawl.Number("SELECT count(*) FROM v_pages WHERE status = 200") == 39);
  crawl.CheckFinished();
}

TEST_CASE("poison: kill -9 from outside convicts nobody, in the crawl or in the child that reads a page alone") {
  const auto server = StartWith("<p>test: hold a thread");
  Crawl crawl;
  {
    Process running(CrawlArguments(crawl.database(), server->Url("/"), {"-w", "2"}));
    CHECK(running.WaitUntil([&] { return IsSuspect(crawl, server->Url("/poison")); }));
    running.Signal(SIGKILL);
    CHECK(running.Wait().signal == SIGKILL);
  }
  {
    Process running(ResumeArguments(crawl.database()));
    CHECK(running.WaitUntil([&] { return server->log().EntriesOf("/poison").size() == 2; }));
    const std::vector<pid_t> children = ChildrenOf(running.pid());
    REQUIRE_EQ(children.size(), 1);
    server->AddPage("/poison", "<p>harmless");
    ::kill(children.front(), SIGKILL);
    const ProcessResult end = running.Wait();
    CHECK_MESSAGE(end.exit_code == 0, end.err);
  }
  CHECK(crawl.Paths("status = 200").size() == 41);
  CHECK(crawl.Paths("error IS NOT NULL").empty());
  crawl.CheckFinished();
}

// Sanitizers have an operator new of their own, which is not counted.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("poison: a page whose reading goes over the worker's memory is set aside with its body by the same run") {
  const std::string body = "<p>test: take memory";
  const auto server = StartWith(body);
  Crawl crawl;
  const ProcessResult run =
      testing::Run(CrawlArguments(crawl.database(), server->Url("/"), {"-w", "2", "--worker-memory", "64M"}));
  CHECK_MESSAGE(run.exit_code == 0, run.err);
  CheckPoisoned(crawl, body, 40);
  CHECK(crawl.Number("SELECT count(*) FROM events WHERE kind = 'worker_lost'") == 2);
}

TEST_CASE("poison: the memory limit of the child that reads a page alone convicts it") {
  const std::string body = "<p>test: take memory";
  const auto server = StartWith("<p>test: hold a thread");
  Crawl crawl;
  {
    Process running(CrawlArguments(crawl.database(), server->Url("/"), {"-w", "1", "--worker-memory", "64M"}));
    CHECK(running.WaitUntil([&] { return IsSuspect(crawl, server->Url("/poison")); }));
    running.Signal(SIGKILL);
    CHECK(running.Wait().signal == SIGKILL);
  }
  server->AddPage("/poison", body);
  const ProcessResult run = testing::Run(ResumeArguments(crawl.database()));
  CHECK_MESSAGE(run.exit_code == 0, run.err);
  CheckPoisoned(crawl, body, 40);
  CHECK(crawl.Value("SELECT detail FROM outcomes WHERE reason = 'poison'").find("--worker-memory") !=
        std::string::npos);
  CHECK(crawl.Number("SELECT count(*) FROM events WHERE kind = 'worker_lost'") == 0);
}
#endif
}  // TEST_SUITE("integration/poison")

}  // namespace
}  // namespace spinneret::testing
