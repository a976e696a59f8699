#include "cli/request_checks.h"

#include <string>

#include <doctest/doctest.h>

namespace spinneret::cli {
namespace {

bool Has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

TEST_SUITE("cli/request_checks") {
TEST_CASE("pattern: what RE2 cannot compile is named with its error and place") {
  CHECK(CheckPattern("/product/[0-9]+").empty());
  const std::string range = CheckPattern("abc[z-a]");
  CHECK(Has(range, "abc[z-a]"));
  CHECK(Has(range, "at character 5"));
  CHECK(Has(CheckPattern("(?=x)"), "does not compile"));
  CHECK(Has(CheckPattern("("), "does not compile"));
  CHECK_FALSE(CheckPattern("a{2000}").empty());
  CHECK_FALSE(CheckPattern("\xFF").empty());
}

TEST_CASE("header: a name, a colon and a value on one line") {
  for (const char* good : {"X-Key: v", "Accept-Language:de", "Cookie: a=b; c=d", "X-Empty:", "X-Tab: a\tb"}) {
    CAPTURE(std::string(good));
    CHECK(CheckHeader(good).empty());
  }
  for (const char* bad :
       {"", "no colon", ": v", "X Key: v", "X-Key : v", "X-Key: a\r\nX-Other: b", "X-Key: a\nb", "Host: x", "host: x",
        "Content-Length: 5", "Transfer-Encoding: chunked", "User-Agent: me", "X\xC3\xA4: v"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(CheckHeader(bad).empty());
  }
  CHECK_FALSE(Has(CheckHeader("X-Key: secret\r\nX"), "secret"));
  CHECK_FALSE(Has(CheckHeader("secret without a colon"), "secret"));
}

TEST_CASE("user and user agent: one line, with what is needed") {
  CHECK(CheckUser("ann:p:w").empty());
  CHECK(CheckUser("ann:").empty());
  CHECK_FALSE(CheckUser("ann").empty());
  CHECK_FALSE(CheckUser(":p").empty());
  CHECK_FALSE(CheckUser("ann:p\r\nX: y").empty());
  CHECK(CheckUserAgent("bot/1.0 (+https://bot.example/)").empty());
  CHECK_FALSE(CheckUserAgent(" ").empty());
  CHECK_FALSE(CheckUserAgent("bot\nX: y").empty());
}

TEST_CASE("proxy: known kinds, and no path") {
  for (const char* good :
       {"proxy.example:3128", "http://u:p@proxy.example:3128", "https://proxy.example", "socks5h://127.0.0.1:1080"}) {
    CAPTURE(std::string(good));
    CHECK(CheckProxy(good).empty());
  }
  for (const char* bad : {"", "http://", "ftp://proxy.example", "http://proxy.example/path", "http://[broken",
                          "http://proxy.example/?q"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(CheckProxy(bad).empty());
  }
  CHECK_FALSE(Has(CheckProxy("ftp://u:hush@proxy.example"), "hush"));
}

TEST_CASE("resolve: a host, a port and an address") {
  for (const char* good : {"shop.example:443:192.0.2.7", "shop.example:80:2001:db8::7", "shop.example:80:[2001:db8::7]",
                           "localhost:1:127.0.0.1"}) {
    CAPTURE(std::string(good));
    CHECK(CheckResolve(good).empty());
  }
  for (const char* bad : {"", "nonsense", "shop.example:443", ":443:192.0.2.7", "shop.example:0:192.0.2.7",
                          "shop.example:65536:192.0.2.7", "shop.example:x:192.0.2.7",
                          "shop.example:443:", "shop.example:443:host.example", "shop.example:443:192.0.2.256",
                          "*:443:192.0.2.7", "a b:443:192.0.2.7", "shop.example:443:[192.0.2.7"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(CheckResolve(bad).empty());
  }
}

TEST_CASE("dns-servers: addresses, with a port or without") {
  for (const char* good : {"192.0.2.53", "127.0.0.1:5353", "2001:db8::53", "[2001:db8::53]", "[2001:db8::53]:53"}) {
    CAPTURE(std::string(good));
    CHECK(CheckDnsServer(good).empty());
  }
  for (const char* bad : {"", "ns.example", "192.0.2.256", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:65536",
                          "[2001:db8::53]:x", "[2001:db8::53", "192.0.2.53:53:53"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(CheckDnsServer(bad).empty());
  }
}

TEST_CASE("accept: MIME types, with commas or a star") {
  for (const char* good : {"text/html", "text/*", "*/*", "text/html, image/*", "application/ld+json"}) {
    CAPTURE(std::string(good));
    CHECK(CheckAccept(good).empty());
  }
  for (const char* bad : {"", "html", "text/", "/html", "text/html,", "text/html;q=1", "a/b/c"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(CheckAccept(bad).empty());
  }
}
}  // TEST_SUITE("cli/request_checks")

}  // namespace
}  // namespace spinneret::cli
