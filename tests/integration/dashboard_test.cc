// --dashboard: a crawl that is looked at while it runs.
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"
#include "tests/simweb/raw_client.h"

namespace spinneret::testing {
namespace {

// Pages that link to the next, so that a crawl goes on for as long as it is let.
std::unique_ptr<simweb::RoughServer> StartChain(int pages) {
  auto server = StartRough();
  for (int i = 0; i < pages; ++i) {
    server->AddPage(i == 0 ? "/" : "/p" + std::to_string(i), LinkPage({"/p" + std::to_string(i + 1)}));
  }
  return server;
}

// The port that a crawl says its dashboard has; 0: not said yet.
std::uint16_t PortOf(const Process& process) {
  const std::string err = process.err();
  const std::string said = "dashboard: http://127.0.0.1:";
  const std::size_t at = err.find(said);
  const bool whole = at != std::string::npos && err.find('\n', at) != std::string::npos;
  return whole ? static_cast<std::uint16_t>(std::stoi(err.substr(at + said.size()))) : std::uint16_t{0};
}

TEST_SUITE("integration/dashboard") {
TEST_CASE("dashboard: a crawl shows its page and its numbers while it runs, and its end to who looks") {
  const auto server = StartChain(5000);
  Crawl crawl(Crawl::Polite());
  Process process = crawl.Start({server->Url("/"), "--host-delay", "20ms", "--dashboard", "127.0.0.1:0"});
  REQUIRE(process.WaitUntil([&process] { return PortOf(process) != 0; }));
  const std::uint16_t port = PortOf(process);
  CHECK(simweb::Get(port, "/").body().find(crawl.database()) != std::string_view::npos);

  const auto pages = [port] {
    const simweb::RawAnswer answer = simweb::Get(port, "/metrics");
    const std::size_t at = answer.bytes.find("\nspinneret_pages_total ");
    return at == std::string::npos ? -1 : std::stoi(answer.bytes.substr(at + 23));
  };
  REQUIRE(process.WaitUntil([&pages] { return pages() > 0; }));
  const int before = pages();
  CHECK(process.WaitUntil([&] { return pages() > before; }));

  simweb::RawClient listener(port);
  listener.Send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(listener.Receive(1000).Has("200 OK"));
  process.Signal(SIGINT);
  const simweb::RawAnswer rest = listener.Receive();
  CHECK(rest.end == simweb::RawEnd::kClosed);
  CHECK(rest.Has("\"end\":\"stopped\""));
  CHECK(rest.Has(server->Url("/p")));
  CHECK(process.Wait().exit_code == 11);
  crawl.CheckWhole();

  Process resumed = crawl.StartResume({"--limit", "1", "--dashboard", "localhost:" + std::to_string(port)});
  CHECK(resumed.Wait().exit_code == 16);  // it was met before: so short a run has nobody to show
}

TEST_CASE("dashboard: clients that do not read, in whatever number, hold no crawl up") {
  const auto server = StartChain(200);
  Crawl crawl;
  Process process = crawl.Start({server->Url("/"), "--host-delay", "10ms", "--dashboard", "127.0.0.1:0"});
  REQUIRE(process.WaitUntil([&process] { return PortOf(process) != 0; }));
  std::vector<std::unique_ptr<simweb::RawClient>> stuck;
  for (int i = 0; i < 100; ++i) {
    stuck.push_back(std::make_unique<simweb::RawClient>(PortOf(process)));
    stuck.back()->Send(i % 3 == 0   ? "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"
                       : i % 3 == 1 ? "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                    : "GET / HTTP");
  }
  const ProcessResult done = process.Wait();
  CHECK_MESSAGE(done.exit_code == 0, done.err);
  CHECK(crawl.PageCount() == 201);
  crawl.CheckFinished();
}

TEST_CASE(
    "dashboard: an address that others can reach is exit 2 before anything is asked, as is a port that is taken") {
  const auto server = StartChain(1);
  for (const std::string address : {"0.0.0.0:0", "192.168.0.1:8080", "example.com:80", "8080"}) {
    CAPTURE(address);
    Crawl crawl;
    const ProcessResult refused = crawl.Run({server->Url("/"), "--dashboard", address});
    CHECK(refused.exit_code == 2);
    CHECK(refused.err.find("--dashboard") != std::string::npos);
    CHECK(crawl.Files().empty());
  }
  Crawl crawl;
  const std::string taken = "127.0.0.1:" + std::to_string(server->port());
  const ProcessResult refused = crawl.Run({server->Url("/"), "--dashboard", taken});
  CHECK(refused.exit_code == 2);
  CHECK(refused.err.find(taken + ": another program listens there") != std::string::npos);
  CHECK(crawl.Files().empty());
  CHECK(server->log().total() == 0);
}
}  // TEST_SUITE("integration/dashboard")

}  // namespace
}  // namespace spinneret::testing
