// A crawl that is killed or stopped, at any moment and however often, ends where an undisturbed one ends.
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "simweb/page_server.h"
#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

using std::chrono::milliseconds;

std::unique_ptr<simweb::PageServer> StartPages(std::uint64_t pages, milliseconds latency) {
  simweb::PageServerOptions options;
  options.site.pages = pages;
  options.site.links = 10;
  options.site.page_size = 2048;
  options.latency = latency;
  Result<std::unique_ptr<simweb::PageServer>> server = simweb::PageServer::Start(options);
  REQUIRE_MESSAGE(server.has_value(), (server ? std::string() : server.error().message));
  return std::move(server).value();
}

bool Exists(const Crawl& crawl) {
  return crawl.Files().count("crawl.db") > 0;
}

TEST_SUITE("integration/interruption") {
TEST_CASE(
    "kill -9: at any moment and again and again, the database is whole and the end is that of an undisturbed crawl") {
  const auto server = StartPages(IsLong() ? 4'000 : 800, milliseconds(2));
  const std::string seed = server->site().UrlOf(0);
  Crawl whole;
  whole.Run({seed});
  REQUIRE_MESSAGE(whole.exit_code() == 0, whole.result().err);
  REQUIRE(whole.PageCount() == static_cast<long long>(server->site().PageCount()));

  // The first kills come while the database is being born; the later ones find a crawl under way, with another number
  // of workers each time.
  const int kills = IsLong() ? 20 : 5;
  Crawl crawl;
  const Words start = {seed, "--connections", "4"};
  bool finished = false;
  for (int i = 0; i < kills && !finished; ++i) {
    const std::string workers = std::to_string(1 + i % 4);
    CAPTURE(i);
    const bool born = Exists(crawl);
    Words arguments = born ? Words{} : start;
    arguments.insert(arguments.end(), {"-w", workers});
    {
      Process running = born ? crawl.StartResume(arguments) : crawl.Start(arguments);
      std::this_thread::sleep_for(milliseconds(5 + 45 * i));
      running.Signal(SIGKILL);
      const ProcessResult end = running.Wait();
      finished = end.signal == 0;
      CHECK_MESSAGE((end.signal == SIGKILL || end.exit_code == 0), end.err);
    }
    if (Exists(crawl)) {
      crawl.CheckWhole();
    }
  }
  if (Exists(crawl)) {
    crawl.Resume({"-w", "3"});
  } else {
    crawl.Run(start);
  }
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK_EQ(Difference(whole.End(), crawl.End()), "");
  crawl.CheckWhole();
  CHECK(crawl.Files() == std::set<std::string>{"crawl.db"});
}

TEST_CASE("kill -9: what was committed is not asked again") {
  const auto server = StartPages(120, milliseconds(0));
  Crawl crawl(Crawl::Polite());
  {
    Process running = crawl.Start({server->site().UrlOf(0), "--host-delay", "40ms"});
    CHECK(running.WaitUntil(
        [&] { return Exists(crawl) && std::stoll(AskShell(crawl.database(), "SELECT count(*) FROM v_pages")) >= 10; }));
    running.Signal(SIGKILL);
    CHECK(running.Wait().signal == SIGKILL);
  }
  const long long committed = crawl.PageCount();
  // What was being read at that moment is read once more than the rest: alone, before the crawl goes on.
  const auto suspects = static_cast<long long>(crawl.Suspects().size());
  CHECK(committed >= 10);
  CHECK(committed < 120);
  server->log().Clear();
  crawl.Resume();
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.PageCount() == 120);
  CHECK(static_cast<long long>(Asked(server->log()).size()) == 120 - committed + suspects);
}

TEST_CASE("Ctrl-C once: exit 11, and resume goes on to the undisturbed end") {
  const auto server = StartPages(300, milliseconds(3));
  Crawl whole;
  whole.Run({server->site().UrlOf(0)});
  REQUIRE(whole.exit_code() == 0);

  for (const int number : {SIGINT, SIGTERM}) {
    Crawl crawl;
    const auto before_start = server->log().total();
    {
      Process running = crawl.Start({server->site().UrlOf(0), "--connections", "1"});
      CHECK(running.WaitUntil([&] { return Exists(crawl) && server->log().total() > before_start + 30; }));
      running.Signal(number);
      const ProcessResult end = running.Wait();
      CHECK_MESSAGE(end.exit_code == 11, end.err);
    }
    CHECK(crawl.Files() == std::set<std::string>{"crawl.db"});
    const long long before = crawl.PageCount();
    CHECK(before < 300);
    // What was in flight was finished and committed: nothing that was answered is asked again.
    CHECK(crawl.Number("SELECT count(*) FROM v_fetches") == before);
    crawl.Resume();
    CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
    CHECK_EQ(Difference(whole.End(), crawl.End()), "");
    CHECK(crawl.Number("SELECT count(*) FROM v_fetches") == 300);
  }
}

TEST_CASE("Ctrl-C once: what is in flight is finished first") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/slow?ms=1500", "/later?1", "/later?2"}));
  Crawl crawl(Crawl::Polite());
  Process running = crawl.Start({server->Url("/"), "--host-delay", "50ms", "-w", "1"});
  CHECK(running.WaitUntil([&] { return server->log().EntriesOf("/").size() == 1; }));
  std::this_thread::sleep_for(milliseconds(400));  // the delay has passed and the slow page was asked
  running.Signal(SIGINT);
  const ProcessResult end = running.Wait();
  CHECK_MESSAGE(end.exit_code == 11, end.err);
  CHECK(crawl.Paths() == Words{"/", "/slow?ms=1500"});
}

TEST_CASE("Ctrl-C twice: no waiting, exit 11, still resumable") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/hang", "/ok"}));
  server->AddPage("/ok", "fine");
  Crawl crawl;
  {
    Process running = crawl.Start({server->Url("/"), "--timeout", "100s", "--host-connections", "1"});
    CHECK(running.WaitUntil([&] { return server->log().EntriesOf("/").size() == 1; }));
    std::this_thread::sleep_for(milliseconds(300));
    running.Signal(SIGINT);
    // Once is not enough: the page that hangs is still in flight.
    CHECK_FALSE(running.WaitUntil([&] { return !running.running(); }, milliseconds(300)));
    running.Signal(SIGINT);
    const ProcessResult end = running.Wait(std::chrono::seconds(20));
    CHECK_FALSE(end.timed_out);
    CHECK_MESSAGE(end.exit_code == 11, end.err);
  }
  crawl.CheckWhole();
  server->AddPage("/hang", "no longer");
  crawl.Resume();
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/", "/hang", "/ok"});
}

TEST_CASE("resume: a finished crawl is done at once, with exit 0 and without a request") {
  const auto server = StartPages(20, milliseconds(0));
  Crawl crawl;
  crawl.Run({server->site().UrlOf(0)});
  REQUIRE(crawl.exit_code() == 0);
  const EndState before = crawl.End();
  server->log().Clear();
  crawl.Resume();
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(server->log().total() == 0);
  CHECK_EQ(Difference(before, crawl.End()), "");
}

TEST_CASE("resume: --retry-failed asks again what failed, and only that") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/bad", "/good"}));
  server->AddPage("/good", "fine");
  server->OnRequest("/bad",
                    [](const simweb::RoughRequest&) { return simweb::RoughReply("this is no HTTP at all\r\n\r\n"); });
  Crawl crawl;
  crawl.Run({server->Url("/"), "--retries", "0"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths("error = 'protocol'") == Words{"/bad"});
  server->AddPage("/bad", LinkPage({"/found"}));
  server->AddPage("/found", "new");
  server->log().Clear();
  crawl.Resume();
  CHECK(Asked(server->log()).empty());
  crawl.Resume({"--retry-failed"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(Asked(server->log()) == Words{"/bad", "/found"});
  CHECK(crawl.Paths("status = 200") == Words{"/", "/bad", "/found", "/good"});
  crawl.CheckWhole();
}

TEST_CASE("resume: while a crawl holds the database, a second one is refused with exit 2") {
  const auto server = StartPages(100, milliseconds(0));
  Crawl crawl(Crawl::Polite());
  Process running = crawl.Start({server->site().UrlOf(0), "--host-delay", "100ms"});
  CHECK(running.WaitUntil([&] { return Exists(crawl); }));
  crawl.Resume();
  CHECK(crawl.exit_code() == 2);
  CHECK(running.running());
  running.Signal(SIGINT);
  CHECK(running.Wait().exit_code == 11);
}
}  // TEST_SUITE("integration/interruption")

}  // namespace
}  // namespace spinneret::testing
