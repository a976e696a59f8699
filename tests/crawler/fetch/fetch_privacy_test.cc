// Whom a fetcher connects to, and what it tells them: the address guard, overrides, proxies, credentials and cookies.
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "tests/crawler/fetch/fetch_fixture.h"
#include "tests/support/dns_server.h"
#include "tests/support/scripted_server.h"

namespace spinneret {
namespace {

void Echo(ScriptedConnection& connection) {
  for (std::string head = connection.ReadRequest(); !head.empty(); head = connection.ReadRequest()) {
    connection.Send(HttpResponse(head));
  }
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

FetchSettings Guarded() {
  FetchSettings settings = FetchFixture::Settings();
  settings.allow_private = false;
  return settings;
}

}  // namespace

TEST_SUITE("fetch/privacy") {
TEST_CASE("a private address is refused before a connection, as a literal and as what a name resolves to") {
  const DnsServer dns({{"inside.test", {.ips = {"127.0.0.1"}}}, {"mapped.test", {.ips = {"::ffff:127.0.0.1"}}}});
  ScriptedServer server(Echo);
  FetchSettings settings = Guarded();
  settings.dns_servers = {dns.address()};
  FetchFixture fetching(settings);
  for (const char* host :
       {"127.0.0.1", "localhost", "inside.test", "mapped.test", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0"}) {
    CAPTURE(host);
    const FetchDone done = fetching.Get(server.Url("/", host));
    CHECK(ErrorOf(done) == "private_address");
    CHECK(done.ip.empty());
  }
  CHECK(server.connections() == 0);
}

TEST_CASE("an override leads to its address and passes the guard, for its host and port alone") {
  ScriptedServer server(Echo);
  ScriptedServer other(Echo);
  FetchSettings settings = Guarded();
  settings.resolve = {"shop.test:" + std::to_string(server.port()) + ":127.0.0.1"};
  FetchFixture fetching(settings);
  const FetchDone done = fetching.Get(server.Url("/", "shop.test"));
  CHECK(Has(BodyOf(done), "Host: shop.test:" + std::to_string(server.port()) + "\r\n"));
  CHECK(done.ip == "127.0.0.1");
  CHECK(ErrorOf(fetching.Get(server.Url("/", "127.0.0.1"))) == "private_address");
  CHECK(ErrorOf(fetching.Get(other.Url("/", "shop.test"))) == "dns");
  CHECK(other.connections() == 0);
}

TEST_CASE("a proxy is asked for the whole URL, and its own address passes the guard") {
  ScriptedServer proxy(Echo);
  FetchSettings settings = Guarded();
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    settings.proxies = {"http://me:word@" + host + ":" + std::to_string(proxy.port())};
    FetchFixture fetching(settings);
    for (int i = 0; i < 2; ++i) {
      const std::string head = BodyOf(fetching.Get("http://far.test/page"));
      CHECK(Has(head, "GET http://far.test/page HTTP/1.1\r\n"));
      CHECK(Has(head, "Proxy-Authorization: Basic bWU6d29yZA==\r\n"));
    }
  }
  CHECK(proxy.connections() == 2);
}

TEST_CASE("the environment's proxies are not used") {
  ScriptedServer proxy(Echo);
  ScriptedServer server(Echo);
  ::setenv("http_proxy", proxy.Url("/").c_str(), 1);
  ::setenv("all_proxy", proxy.Url("/").c_str(), 1);
  {
    FetchFixture fetching;
    CHECK(BodyOf(fetching.Get(server.Url("/"))).starts_with("GET / "));
  }
  ::unsetenv("http_proxy");
  ::unsetenv("all_proxy");
  CHECK(proxy.connections() == 0);
}

TEST_CASE("the user's headers and credentials go with a request, and stay behind where the caller says so") {
  ScriptedServer server(Echo);
  FetchSettings settings = FetchFixture::Settings();
  settings.user = "me:word";
  settings.headers = {"X-Mine: yes", "cookie: session=1", "Accept: a/b", "X-Empty:"};
  FetchFixture fetching(settings);
  FetchRequest request{.url = server.Url("/"), .headers = {"Accept: c/d", "Cookie: more=2"}};
  const std::string with = BodyOf(fetching.Run(request));
  CHECK(Has(with, "Authorization: Basic bWU6d29yZA==\r\n"));
  CHECK(Has(with, "Cookie: session=1; more=2\r\n"));
  CHECK(Has(with, "X-Mine: yes\r\n"));
  CHECK(Has(with, "X-Empty:\r\n"));
  CHECK(Has(with, "Accept: c/d\r\n"));
  CHECK_FALSE(Has(with, "Accept: a/b"));
  request.send_credentials = false;
  const std::string without = BodyOf(fetching.Run(request));
  CHECK_FALSE(Has(without, "Authorization"));
  CHECK_FALSE(Has(without, "Cookie"));
  CHECK(Has(without, "X-Mine: yes\r\n"));
  const std::string plain = BodyOf(fetching.Get(server.Url("/")));
  CHECK(Has(plain, "Cookie: session=1\r\n"));
}

TEST_CASE("a credential header of the settings goes only where credentials go") {
  ScriptedServer server(Echo);
  FetchSettings settings = FetchFixture::Settings();
  settings.headers = {"AUTHORIZATION: Bearer word"};
  FetchFixture fetching(settings);
  CHECK(Has(BodyOf(fetching.Get(server.Url("/"))), "AUTHORIZATION: Bearer word\r\n"));
  FetchRequest request{.url = server.Url("/"), .headers = {}};
  request.send_credentials = false;
  CHECK_FALSE(Has(BodyOf(fetching.Run(request)), "Bearer"));
}

TEST_CASE("a request's header that would start another line is refused") {
  ScriptedServer server(Echo);
  FetchFixture fetching;
  for (const char* header : {"X: a\r\nY: b", "X", "X Y: b", ": b"}) {
    CAPTURE(header);
    CHECK(ErrorOf(fetching.Run(FetchRequest{.url = server.Url("/"), .headers = {header}})) == "invalid_argument");
  }
  CHECK(server.connections() == 0);
}

TEST_CASE("cookies are kept for the site that set them, across handles, and go nowhere else") {
  ScriptedServer server([](ScriptedConnection& connection) {
    for (std::string head = connection.ReadRequest(); !head.empty(); head = connection.ReadRequest()) {
      connection.Send(HttpResponse(head, head.starts_with("GET /login")
                                             ? "Set-Cookie: sid=1\r\n"
                                               "Set-Cookie: wide=2; Domain=shop.example\r\n"
                                               "Set-Cookie: suffix=3; Domain=example\r\n"
                                               "Set-Cookie: foreign=4; Domain=other.example\r\n"
                                             : ""));
    }
  });
  FetchSettings settings = FetchFixture::Settings();
  settings.resolve = {"*:" + std::to_string(server.port()) + ":127.0.0.1"};
  FetchFixture fetching(settings);
  const FetchDone login = fetching.Get(server.Url("/login", "www.shop.example"));
  CHECK(StatusOf(login) == 200);
  CHECK(login.result->sets_cookie);
  const std::string again = BodyOf(fetching.Get(server.Url("/", "www.shop.example")));
  CHECK(Has(again, "sid=1"));
  CHECK(Has(again, "wide=2"));
  CHECK_FALSE(Has(again, "foreign=4"));
  const std::string sibling = BodyOf(fetching.Get(server.Url("/", "api.shop.example")));
  CHECK(Has(sibling, "Cookie: wide=2\r\n"));
  CHECK_FALSE(Has(BodyOf(fetching.Get(server.Url("/", "other.example"))), "Cookie"));
  // Two at once, so that a second handle is used: the jar is the site's, not the handle's.
  for (const FetchDone& done :
       fetching.GetAll({server.Url("/a", "www.shop.example"), server.Url("/b", "www.shop.example")})) {
    CHECK(Has(BodyOf(done), "sid=1"));
  }
  // Another fetcher knows nothing of it.
  FetchFixture stranger(settings);
  CHECK_FALSE(Has(BodyOf(stranger.Get(server.Url("/", "www.shop.example"))), "Cookie"));
}
}  // TEST_SUITE("fetch/privacy")

}  // namespace spinneret
