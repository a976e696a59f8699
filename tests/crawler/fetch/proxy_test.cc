// Requests through proxies of each kind, and through those that fail.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "crawler/fetch/curl_fetcher.h"
#include "tests/crawler/fetch/fetch_fixture.h"
#include "tests/support/scripted_server.h"

namespace spinneret {
namespace {

void Answer(ScriptedConnection& connection) {
  while (!connection.ReadRequest().empty() && connection.Send(HttpResponse("through"))) {
  }
}

std::string Proxy(const ScriptedServer& server, const std::string& scheme = "http") {
  return scheme + "://127.0.0.1:" + std::to_string(server.port());
}

FetchSettings Through(std::vector<std::string> proxies) {
  FetchSettings settings = FetchFixture::Settings();
  settings.proxies = std::move(proxies);
  return settings;
}

// A fetcher that writes down which proxies rest.
struct ProxyFixture : FetchFixture {
  explicit ProxyFixture(std::vector<std::string> proxies) : FetchFixture(Through(proxies)) {
    FetcherEvents events;
    events.on_proxy_rest = [this](const std::string& proxy, const std::string& why, std::chrono::milliseconds rest) {
      rested.push_back(proxy);
      reasons.push_back(why);
      CHECK(rest > std::chrono::milliseconds(0));
    };
    fetcher = std::move(*MakeCurlFetcher(&loop, Through(std::move(proxies)), std::move(events)));
  }
  std::vector<std::string> rested, reasons;
};

TEST_SUITE("fetch/proxy") {
TEST_CASE("a proxy that cannot be reached rests, and the request goes on through another") {
  ScriptedServer good(Answer);
  const std::string dead = "http://127.0.0.1:" + std::to_string(ClosedPort());
  ProxyFixture fetching({dead, "http://me:hush@nowhere.invalid:1", Proxy(good)});
  for (int i = 0; i < 20; ++i) {
    CHECK(BodyOf(fetching.Get("http://site-" + std::to_string(i) + ".example/")) == "through");
  }
  REQUIRE(fetching.rested.size() == 2);  // each once, of twenty sites
  for (const std::string& name : fetching.rested) {
    CHECK((name == dead || name == "http://nowhere.invalid:1"));
  }
}

TEST_CASE("when no proxy can be reached the request is a connection error that names one") {
  const std::string first = "http://127.0.0.1:" + std::to_string(ClosedPort());
  const std::string second = "socks5://127.0.0.1:" + std::to_string(ClosedPort());
  ProxyFixture fetching({first, second});
  const FetchDone done = fetching.Get("http://far.example/");
  CHECK(ErrorOf(done) == "connect");
  CHECK(MessageOf(done).find("the proxy ") == 0);
  CHECK(fetching.rested.size() == 2);
  CHECK(ErrorOf(fetching.Get("http://far.example/")) == "connect");
}

TEST_CASE("a proxy that refuses the credentials is not taken for the page") {
  ScriptedServer refusing([](ScriptedConnection& connection) {
    while (!connection.ReadRequest().empty() &&
           connection.Send(HttpResponse("who are you?", "Proxy-Authenticate: Basic realm=\"p\"\r\n",
                                        "407 Proxy Authentication Required"))) {
    }
  });
  for (const char* url : {"http://far.example/", "https://far.example/"}) {
    CAPTURE(std::string(url));
    ProxyFixture fetching({Proxy(refusing)});
    const FetchDone done = fetching.Get(url);
    CHECK(ErrorOf(done) == "connect");
    CHECK(MessageOf(done).find("407") != std::string::npos);
    CHECK(fetching.rested == std::vector<std::string>{Proxy(refusing)});
  }
}

TEST_CASE("a host that the proxy does not reach is the host's failure, and the proxy does not rest") {
  ScriptedServer gateway([](ScriptedConnection& connection) {
    connection.ReadRequest();
    connection.Send("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
  });
  ProxyFixture http({Proxy(gateway)});
  const FetchDone tunnel = http.Get("https://far.example/");
  CHECK(ErrorOf(tunnel) == "connect");
  CHECK(MessageOf(tunnel).find("502") != std::string::npos);
  CHECK(http.rested.empty());
  CHECK(StatusOf(http.Get("http://far.example/")) == 502);

  ScriptedServer socks([](ScriptedConnection& connection) {
    connection.ReadBytes(2);
    connection.ReadBytes(2);  // the methods offered
    connection.Send(std::string_view("\x05\x00", 2));
    connection.ReadBytes(4 + 1 + 11 + 2);                                               // CONNECT far.example:80
    connection.Send(std::string_view("\x05\x04\x00\x01\x00\x00\x00\x00\x00\x00", 10));  // host unreachable
  });
  ProxyFixture fetching({Proxy(socks, "socks5h")});
  CHECK(ErrorOf(fetching.Get("http://far.example/")) == "connect");
  CHECK(fetching.rested.empty());
}

TEST_CASE("a SOCKS proxy is given the name of the host, whichever spelling asks for it") {
  for (const std::string scheme : {"socks5", "socks5h"}) {
    std::string name;
    ScriptedServer socks([&name](ScriptedConnection& connection) {
      connection.ReadBytes(1);
      const std::string methods = connection.ReadBytes(1);
      connection.ReadBytes(static_cast<unsigned char>(methods[0]));
      connection.Send(std::string_view("\x05\x00", 2));
      connection.ReadBytes(4);
      const std::string length = connection.ReadBytes(1);
      name = connection.ReadBytes(static_cast<unsigned char>(length[0]));
      connection.ReadBytes(2);
      connection.Send(std::string_view("\x05\x00\x00\x01\x7F\x00\x00\x01\x00\x50", 10));
      Answer(connection);
    });
    {
      ProxyFixture fetching({Proxy(socks, scheme)});
      CHECK(BodyOf(fetching.Get("http://far.example/")) == "through");
      CHECK(fetching.rested.empty());
    }
    CHECK(name == "far.example");
  }
}
}  // TEST_SUITE("fetch/proxy")

}  // namespace
}  // namespace spinneret
