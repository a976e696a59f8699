#include "cli/dashboard_server.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "cli/loopback_address.h"
#include "tests/simweb/raw_client.h"

namespace spinneret::cli {
namespace {

using simweb::RawAnswer;
using simweb::RawClient;
using simweb::RawEnd;
using std::chrono::milliseconds;

std::shared_ptr<DashboardState> StateWith(std::uint64_t pages) {
  auto state = std::make_shared<DashboardState>();
  state->database = "crawl.db";
  state->status.pages = pages;
  return state;
}

struct Serving {
  LoopbackAddress address{"127.0.0.1", 0};
  std::unique_ptr<DashboardServer> server;

  explicit Serving(const DashboardServerOptions& options = {}) {
    const Result<int> listener = ListenOn(address);
    REQUIRE(listener.has_value());
    Result<std::unique_ptr<DashboardServer>> started =
        DashboardServer::Start(*listener, DashboardPage::Make("crawl.db"), options);
    REQUIRE(started.has_value());
    server = *std::move(started);
    server->Publish(StateWith(1));
  }

  RawAnswer Get(std::string_view target, std::string_view headers = "") const {
    return simweb::Get(address.port, target, headers);
  }
  RawAnswer Ask(const std::string& bytes) const {
    RawClient client(address.port);
    client.Send(bytes);
    return client.Receive();
  }
  // Publishes until nobody is connected.
  void WaitUntilAlone() const {
    while (server->clients() > 0) {
      server->Publish(StateWith(1));
      std::this_thread::sleep_for(milliseconds(5));
    }
  }
};

// One who listens to /events.
class Listener {
 public:
  explicit Listener(std::uint16_t port) : client_(port) {
    client_.Send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  // What has come when `text` has, or when nothing more comes.
  std::string ReadUntil(std::string_view text) {
    while (got_.find(text) == std::string::npos) {
      const RawAnswer more = client_.Receive(1);
      got_ += more.bytes;
      if (more.end != RawEnd::kEnough) {
        break;
      }
    }
    return got_;
  }
  RawAnswer Rest() { return client_.Receive(); }

 private:
  RawClient client_;
  std::string got_;
};

TEST_SUITE("cli/dashboard_server") {
TEST_CASE("DashboardServer: a page that may load nothing and run its own scripts alone, metrics, and nothing else") {
  const Serving serving;
  const RawAnswer page = serving.Get("/");
  CHECK(page.status() == 200);
  CHECK(page.Has("Content-Type: text/html; charset=utf-8\r\n"));
  CHECK(
      page.Has("Content-Security-Policy: default-src 'none'; base-uri 'none'; form-action 'none'; connect-src 'self'; "
               "style-src 'sha256-"));
  CHECK(page.Has("; frame-ancestors 'none'\r\n"));
  CHECK_FALSE(page.Has("unsafe-inline"));
  CHECK_FALSE(page.Has("unsafe-eval"));
  CHECK(page.body().ends_with("</html>\n"));
  const RawAnswer metrics = serving.Get("/metrics");
  CHECK(metrics.status() == 200);
  CHECK(metrics.Has("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  CHECK(metrics.body().find("\nspinneret_pages_total 1\n") != std::string_view::npos);
  CHECK(serving.Get("/metrics?a=b").status() == 200);
  for (const char* target : {"/metrics/", "/page", "/../etc/passwd", "//", "/events/x", "*"}) {
    CAPTURE(target);
    CHECK(serving.Get(target).status() == 404);
  }
  for (const char* target : {"/", "/metrics", "/nothing"}) {
    CAPTURE(target);
    const RawAnswer answer = serving.Get(target);
    CHECK(answer.end == RawEnd::kClosed);
    CHECK(answer.Has("X-Content-Type-Options: nosniff\r\n"));
    CHECK(answer.Has("Referrer-Policy: no-referrer\r\n"));
    CHECK(answer.Has("Cache-Control: no-store\r\n"));
    CHECK(answer.Has("Cross-Origin-Resource-Policy: same-origin\r\n"));
    CHECK_FALSE(answer.Has("Access-Control-"));
  }
}

TEST_CASE("DashboardServer: a Host of another name, as rebound DNS sends it, is refused") {
  const Serving serving;
  const auto status = [&serving](const std::string& host) {
    return serving.Ask("GET /metrics HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n").status();
  };
  CHECK(status("Host: 127.0.0.1\r\n") == 200);
  CHECK(status("Host: localhost:1\r\n") == 200);  // through a tunnel
  CHECK(status("Host: evil.example:" + std::to_string(serving.address.port) + "\r\n") == 403);
  CHECK(status("Host: 127.0.0.1.evil.example\r\n") == 403);
  CHECK(status("Host: \r\n") == 403);
  CHECK(status("") >= 400);
}

TEST_CASE("DashboardServer: what a page of another site asks for is refused, a link to this page is not") {
  const Serving serving;
  CHECK(serving.Get("/events", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n").status() == 403);
  CHECK(serving.Get("/metrics", "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors\r\n").status() == 403);
  CHECK(serving.Get("/metrics", "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n").status() == 200);
  CHECK(serving.Get("/", "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n").status() == 200);
  CHECK(serving.Get("/", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n").status() == 200);
}

TEST_CASE("DashboardServer: GET and HEAD alone are answered") {
  const Serving serving;
  const auto ask = [&serving](const std::string& method, const std::string& more = "\r\n") {
    return serving.Ask(method + " /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + more);
  };
  const RawAnswer head = ask("HEAD");
  CHECK(head.status() == 200);
  CHECK(head.body().empty());
  const RawAnswer stream = serving.Ask("HEAD /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  CHECK(stream.status() == 200);
  CHECK(stream.end == RawEnd::kClosed);
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "FLY"}) {
    CAPTURE(method);
    const RawAnswer answer = ask(method);
    CHECK(answer.status() == 405);
    CHECK(answer.Has("Allow: GET, HEAD\r\n"));
  }
  CHECK(ask("POST", "Content-Length: 100000000\r\n\r\nabc").status() == 405);
}

TEST_CASE("DashboardServer: heads without end and nonsense are refused, and the next is served") {
  DashboardServerOptions options;
  options.patience = milliseconds(50);
  const Serving serving(options);
  const std::string large(std::size_t{1} << 20U, 'x');
  CHECK(serving.Ask("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + large + "\r\n\r\n").status() != 200);
  CHECK(serving.Ask("GET /" + large + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").status() != 200);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (const std::string_view bytes :
       {std::string_view("\0\1\2\3\r\n\r\n", 8), std::string_view("GET\r\n\r\n"), std::string_view("\r\n\r\n\r\n"),
        std::string_view("GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n")}) {
    clients.push_back(std::make_unique<RawClient>(serving.address.port));
    clients.back()->Send(bytes);
  }
  CHECK(serving.Get("/metrics").status() == 200);
  serving.WaitUntilAlone();
  for (const std::unique_ptr<RawClient>& client : clients) {
    CHECK(client->Receive().status() != 200);
  }
}

TEST_CASE("DashboardServer: who listens gets each state, the last one at the end, and then the end of the stream") {
  const Serving serving;
  Listener first(serving.address.port);
  CHECK(first.ReadUntil("\"pages\":1,").find("Content-Type: text/event-stream\r\n") != std::string::npos);
  serving.server->Publish(StateWith(22));
  CHECK(first.ReadUntil("\"pages\":22,").find("\"pages\":22,") != std::string::npos);
  Listener second(serving.address.port);  // who comes later begins with what is
  CHECK(second.ReadUntil("\"pages\":22,").find("\"pages\":1,") == std::string::npos);
  std::shared_ptr<DashboardState> last = StateWith(333);
  last->end = EndReason::kLimit;
  serving.server->Finish(last, std::chrono::minutes(1));
  for (Listener* listener : {&first, &second}) {
    const RawAnswer rest = listener->Rest();
    CHECK(rest.end == RawEnd::kClosed);
    CHECK(rest.Has("\"end\":\"limit\""));
    CHECK(rest.Has("\"pages\":333,"));
  }
  CHECK(RawClient(serving.address.port).Receive().end == RawEnd::kUnconnected);
}

TEST_CASE("DashboardServer: who sends nothing, drips, or does not read is dropped, and holds nobody up") {
  DashboardServerOptions options;
  options.patience = milliseconds(50);
  const Serving serving(options);
  std::shared_ptr<DashboardState> large = StateWith(1);
  large->end_sentence = std::string(std::size_t{16} << 20U, 'x');  // more than a socket's buffers take
  serving.server->Publish(large);

  RawClient silent(serving.address.port);
  RawClient dripping(serving.address.port);
  Listener stuck(serving.address.port);
  stuck.ReadUntil("xxx");
  CHECK(serving.server->clients() > 0);
  while (serving.server->clients() > 0) {
    dripping.Send("G");
    serving.server->Publish(large);
    std::this_thread::sleep_for(milliseconds(5));
  }
  CHECK(silent.Receive().end != RawEnd::kTimedOut);
  CHECK(stuck.Rest().bytes.size() < large->end_sentence.size());
  CHECK(serving.Get("/").status() == 200);
}

TEST_CASE("DashboardServer: more who listen than it serves are refused, more clients than it takes wait") {
  DashboardServerOptions options;
  options.max_streams = 2;
  options.max_clients = 3;
  const Serving serving(options);
  {
    Listener first(serving.address.port);
    Listener second(serving.address.port);
    CHECK(first.ReadUntil("data:").find(" 200 ") != std::string::npos);
    CHECK(second.ReadUntil("data:").find(" 200 ") != std::string::npos);
    CHECK(serving.Get("/events").status() == 503);
  }
  serving.WaitUntilAlone();

  std::vector<std::unique_ptr<RawClient>> silent;
  for (int i = 0; i < 20; ++i) {
    silent.push_back(std::make_unique<RawClient>(serving.address.port));
  }
  RawClient last(serving.address.port);
  last.Send("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  while (serving.server->clients() < 3) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  CHECK(serving.server->clients() == 3);
  silent.clear();
  CHECK(last.Receive().status() == 200);
}
}  // TEST_SUITE("cli/dashboard_server")

}  // namespace
}  // namespace spinneret::cli
