// A disk that is full, a file that cannot be written, a machine without descriptors or memory: the crawl ends with a word,
// and goes on to the undisturbed end when there is what it needs.
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simweb/page_server.h"
#include "tests/integration/crawl_runner.h"
#include "tests/support/dns_server.h"

namespace spinneret::testing {
namespace {

std::unique_ptr<simweb::PageServer> Start(const simweb::PageServerOptions& options) {
  Result<std::unique_ptr<simweb::PageServer>> server = simweb::PageServer::Start(options);
  REQUIRE_MESSAGE(server.has_value(), (server ? std::string() : server.error().message));
  return std::move(server).value();
}

std::unique_ptr<simweb::PageServer> StartPages(std::uint64_t pages, std::uint16_t port = 0) {
  simweb::PageServerOptions options;
  options.site.pages = pages;
  options.site.links = 15;
  options.site.page_size = 6000;
  options.port = port;
  return Start(options);
}

// The program under a limit of prlimit(1).
ProcessResult RunLimited(const std::string& limit, const Words& arguments) {
  Words argv = {"prlimit", limit, SPINNERET_PROGRAM};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return testing::Run(argv);
}

Words CrawlArguments(const std::string& database, const std::string& seed, const Words& more = {}) {
  Words arguments = {"crawl", seed, "-o", database};
  const Words fast = Crawl::Fast();
  arguments.insert(arguments.end(), fast.begin(), fast.end());
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

void CheckGoesOn(Crawl& crawl, const EndState& expected, const Words& arguments = {}) {
  crawl.CheckWhole();
  crawl.Resume(arguments);
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK_EQ(Difference(expected, crawl.End()), "");
  crawl.CheckFinished();
}

EndState Undisturbed(const simweb::PageServer& server, const Words& more = {}) {
  Crawl whole;
  Words arguments = {server.site().UrlOf(0)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  whole.Run(arguments);
  REQUIRE_MESSAGE(whole.exit_code() == 0, whole.result().err);
  return whole.End();
}

TEST_SUITE("integration/disk") {
TEST_CASE(
    "disk full: exit 3 that says how much is needed, and a resume with more room ends as if nothing had happened") {
  const auto server = StartPages(500);
  const Words bodies = {"--store-body", "zstd"};
  const EndState expected = Undisturbed(*server, bodies);
  // By a limit on the size of files, at several places of the crawl.
  for (const char* const limit : {"--fsize=400000", "--fsize=900000", "--fsize=1500000"}) {
    CAPTURE(limit);
    Crawl crawl;
    const ProcessResult stopped =
        RunLimited(limit, CrawlArguments(crawl.database(), server->site().UrlOf(0), {"--store-body", "zstd"}));
    CHECK_MESSAGE(stopped.exit_code == 3, "signal ", stopped.signal, ": ", stopped.err);
    CHECK_MESSAGE(stopped.err.find("more are needed for the") != std::string::npos, stopped.err);
    CHECK(stopped.err.find("spinneret resume") != std::string::npos);
    CheckGoesOn(crawl, expected);
  }
}

TEST_CASE("disk full: a file system without space left is exit 3 as well") {
  const auto server = StartPages(500);
  const EndState expected = Undisturbed(*server);
  Crawl crawl;
  const std::string small = crawl.folder() / "small";
  REQUIRE(::mkdir(small.c_str(), 0700) == 0);
  if (::mount("none", small.c_str(), "tmpfs", 0, "size=1m") != 0) {
    MESSAGE("skipped: this user or container may not mount a file system");
    return;
  }
  const ProcessResult stopped = Spinneret(CrawlArguments(small + "/crawl.db", server->site().UrlOf(0)));
  CHECK_MESSAGE(stopped.exit_code == 3, stopped.err);
  CHECK_MESSAGE(stopped.err.find("more are needed for the") != std::string::npos, stopped.err);
  CHECK(::mount("none", small.c_str(), "tmpfs", MS_REMOUNT, "size=64m") == 0);
  const ProcessResult resumed = Spinneret({"resume", small + "/crawl.db", "--progress", "none"});
  CHECK_MESSAGE(resumed.exit_code == 0, resumed.err);
  CHECK_EQ(Difference(expected, EndStateOf(small + "/crawl.db")), "");
  CHECK(::umount(small.c_str()) == 0);
}

TEST_CASE(
    "disk: a database that may not be written, or lies where nothing may be, is refused by name and left as it is") {
  const auto server = StartPages(30);
  Crawl crawl;
  crawl.Run({server->site().UrlOf(0), "--limit", "10"});
  REQUIRE(crawl.exit_code() == 16);
  const std::string before = ReadFile(crawl.database());
  REQUIRE(::chmod(crawl.database().c_str(), 0444) == 0);
  REQUIRE(::chmod(crawl.folder().path().c_str(), 0555) == 0);
  Words argv = {SPINNERET_PROGRAM, "resume", crawl.database(), "--limit", "100", "--progress", "none"};
  if (::geteuid() == 0) {  // root may write everywhere
    argv.insert(argv.begin(), {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"});
  }
  const ProcessResult refused = testing::Run(argv);
  CHECK_MESSAGE(refused.exit_code == 3, refused.err);
  CHECK_MESSAGE(refused.err.find(crawl.database()) != std::string::npos, refused.err);
  REQUIRE(::chmod(crawl.folder().path().c_str(), 0777) == 0);
  const ProcessResult also = testing::Run(argv);
  CHECK_MESSAGE(also.exit_code == 3, also.err);
  CHECK_MESSAGE(also.err.find(crawl.database()) != std::string::npos, also.err);
  CHECK(ReadFile(crawl.database()) == before);
}

TEST_CASE("disk: a second crawl on a database is told which process has it") {
  const auto server = StartPages(100);
  Crawl crawl(Crawl::Polite());
  Process running = crawl.Start({server->site().UrlOf(0), "--host-delay", "100ms"});
  CHECK(running.WaitUntil([&] { return crawl.Files().count("crawl.db") > 0; }));
  const std::string holder = "process " + std::to_string(running.pid());
  for (const Words& arguments :
       {Words{"resume", crawl.database()}, Words{"extract", crawl.database(), "--extract", "text"}}) {
    const ProcessResult refused = Spinneret(arguments);
    CHECK_MESSAGE(refused.exit_code == 2, refused.err);
    CHECK_MESSAGE(refused.err.find(holder) != std::string::npos, refused.err);
  }
}

TEST_CASE("machine: few descriptors are made do with, and the crawl ends as one with many does") {
  const auto server = StartPages(200);
  const EndState expected = Undisturbed(*server);
  Crawl crawl;
  const ProcessResult run =
      RunLimited("--nofile=40", CrawlArguments(crawl.database(), server->site().UrlOf(0), {"-w", "2"}));
  CHECK_MESSAGE(run.exit_code == 0, run.err);
  CHECK_MESSAGE(run.err.find("ulimit -n") != std::string::npos, run.err);
  CHECK_EQ(Difference(expected, crawl.End()), "");
  crawl.CheckFinished();
}

// Connections that are kept for hosts to be asked again are open files as well.
TEST_CASE("machine: few descriptors do for many hosts, and no page is blamed for the want of them") {
  simweb::PageServerOptions options;
  options.site.pages = 300;
  options.site.hosts = 60;
  const auto server = Start(options);
  const Words all = {"--scope", "any", "-w", "1"};
  const EndState expected = Undisturbed(*server, all);
  Crawl crawl;
  const ProcessResult run = RunLimited("--nofile=60", CrawlArguments(crawl.database(), server->site().UrlOf(0), all));
  CHECK_MESSAGE(run.exit_code == 0, run.err);
  CHECK_MESSAGE(run.err.find("ulimit -n") != std::string::npos, run.err);
  CHECK_MESSAGE(run.err.find("Too many open files") == std::string::npos, run.err);
  CHECK_EQ(Difference(expected, crawl.End()), "");
  crawl.CheckFinished();
}

// A sanitizer takes terabytes of addresses for itself.
TEST_CASE("machine: without memory a crawl ends with a word, and goes on where there is some" *
          doctest::skip(kSanitized)) {
  const auto server = StartPages(300);
  const EndState expected = Undisturbed(*server);
  int stopped = 0;
  for (const char* const limit : {"--as=85000000", "--as=110000000", "--as=125000000", "--as=250000000"}) {
    CAPTURE(limit);
    Crawl crawl;
    const ProcessResult run = RunLimited(limit, CrawlArguments(crawl.database(), server->site().UrlOf(0), {"-w", "4"}));
    CAPTURE(run.err);
    CHECK(!run.timed_out);
    // Libraries that get no memory may abort or fault: that is a kill like any other.
    stopped += run.exit_code == 0 ? 0 : 1;
    if (crawl.Files().count("crawl.db") > 0) {
      CHECK(crawl.Pages("error = 'poison'").empty());
      // Libraries tell of want of memory in other words (a name that cannot be resolved, headers that are too large): what
      // they failed at is named, and asked again on request.
      CheckGoesOn(crawl, expected, {"--retry-failed"});
    }
  }
  CHECK(stopped > 0);
}

// A sanitizer's own library has to come first.
TEST_CASE("machine: a wall clock that is set by hours and decades changes when, but not what" *
          doctest::skip(kSanitized)) {
  const auto server = StartPages(300);
  const EndState expected = Undisturbed(*server);
  Crawl crawl;
  ProcessOptions jumping;
  jumping.environment = {"LD_PRELOAD=" SPINNERET_CLOCK_JUMPS};
  Words argv = CrawlArguments(crawl.database(), server->site().UrlOf(0), {"-w", "2", "--limit", "150"});
  argv.insert(argv.begin(), SPINNERET_PROGRAM);
  const ProcessResult first = testing::Run(argv, jumping);
  CHECK_MESSAGE(first.exit_code == 16, first.err);
  const ProcessResult second =
      testing::Run({SPINNERET_PROGRAM, "resume", crawl.database(), "--limit", "100000"}, jumping);
  CHECK_MESSAGE(second.exit_code == 0, second.err);
  CHECK_EQ(Difference(expected, crawl.End()), "");
  crawl.CheckFinished();
  // The clock did jump, and what it said is what is stored.
  CHECK(crawl.Number("SELECT count(DISTINCT at_ms / 31536000000) FROM fetches") > 2);
}

TEST_CASE("network: a server that is away for a while is asked again for what it did not answer") {
  auto server = StartPages(300);
  const std::uint16_t port = server->port();
  const EndState expected = Undisturbed(*server);
  Crawl crawl;
  Process running = crawl.Start({server->site().UrlOf(0), "--connections", "4"});
  const std::uint64_t before = server->log().total();
  CHECK(running.WaitUntil([&] { return server->log().total() > before + 60; }));
  server.reset();
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  server = StartPages(300, port);
  const ProcessResult end = running.Wait();
  CHECK_MESSAGE(end.exit_code == 0, end.err);
  // What failed while it was away is no lost page: it is named, and asked again on request.
  crawl.CheckFinished();
  crawl.Resume({"--retry-failed"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK_EQ(Difference(expected, crawl.End()), "");
  crawl.CheckFinished();
}

TEST_CASE("network: names that cannot be resolved for a while are asked again, and none of their pages is lost") {
  const auto server = StartRough();
  constexpr int kHosts = 12;
  std::map<std::string, DnsAnswer> names;
  Words links;
  for (int i = 0; i < kHosts; ++i) {
    const std::string host = "h" + std::to_string(i) + ".test";
    names[host] = DnsAnswer{.ips = {"127.0.0.1"}};
    for (const char* const path : {"/a", "/b", "/c"}) {
      links.push_back(server->Url(path, host));
    }
  }
  server->AddPage("/", LinkPage(links));
  server->AddPage("/a", LinkPage({"/d"}));
  for (const char* const path : {"/b", "/c", "/d"}) {
    server->AddPage(path, "page");
  }
  auto dns = std::make_unique<DnsServer>(names);
  const Words arguments = {server->Url("/"), "--scope", "any", "--dns-servers", dns->address()};
  Crawl undisturbed;
  undisturbed.Run(arguments);
  REQUIRE_MESSAGE(undisturbed.exit_code() == 0, undisturbed.result().err);
  const EndState expected = undisturbed.End();
  CHECK_EQ(undisturbed.Number("SELECT count(*) FROM v_pages WHERE status = 200"), 1 + 4 * kHosts);

  for (const bool silent : {false, true}) {  // an error at once, and none
    CAPTURE(silent);
    std::map<std::string, DnsAnswer> failing = names;
    for (auto& [host, answer] : failing) {
      answer.rcode = 2;
      answer.silent = silent;
    }
    const std::uint16_t port = dns->port();
    dns.reset();
    dns = std::make_unique<DnsServer>(failing, port);
    Crawl crawl;
    Process running = crawl.Start(arguments);
    CHECK(running.WaitUntil([&] { return dns->asked_in_all() > kHosts / 2; }));
    dns.reset();
    dns = std::make_unique<DnsServer>(names, port);
    const ProcessResult end = running.Wait();
    CHECK_MESSAGE(end.exit_code == 0, end.err);
    crawl.CheckFinished();
    crawl.Resume({"--retry-failed"});
    CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
    CHECK_EQ(Difference(expected, crawl.End()), "");
    crawl.CheckFinished();
  }
}
}  // TEST_SUITE("integration/disk")

}  // namespace
}  // namespace spinneret::testing
