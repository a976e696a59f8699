#include "parser/url.h"

#include <cstddef>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "parser/url_host.h"

namespace spinneret {
namespace {

std::optional<Url> Resolve(std::string_view input, std::string_view base_text) {
  const std::optional<Url> base = Url::Parse(base_text);
  REQUIRE(base);
  return Url::Parse(input, &*base);
}

// The href, or "failure".
std::string Href(std::string_view input) {
  const std::optional<Url> url = Url::Parse(input);
  return url ? url->href() : "failure";
}

Url Parsed(std::string_view input) {
  std::optional<Url> url = Url::Parse(input);
  REQUIRE(url);
  return *std::move(url);
}

struct Components {
  std::string scheme;
  std::string username;
  std::string password;
  std::string host;
  std::optional<unsigned> port;
  std::string path;
  std::optional<std::string> query;
  std::optional<std::string> fragment;
  bool operator==(const Components&) const = default;
};

Components ComponentsOf(const Url& url) {
  Components parts{std::string(url.scheme()),
                   std::string(url.username()),
                   std::string(url.password()),
                   std::string(url.host()),
                   std::nullopt,
                   std::string(url.path()),
                   std::nullopt,
                   std::nullopt};
  if (url.port()) {
    parts.port = *url.port();
  }
  if (url.has_query()) {
    parts.query = url.query();
  }
  if (url.has_fragment()) {
    parts.fragment = url.fragment();
  }
  return parts;
}

// The components put together again by §4.5. `has_authority` is the one thing they do not tell.
std::string Serialised(const Url& url) {
  const Components parts = ComponentsOf(url);
  const bool has_authority = url.href().compare(parts.scheme.size() + 1, 2, "//") == 0;
  std::string text = parts.scheme + ":";
  if (has_authority) {
    text += "//";
    if (url.has_credentials()) {
      text += parts.username + (parts.password.empty() ? "" : ":" + parts.password) + "@";
    }
    text += parts.host;
    if (parts.port) {
      text += ":" + std::to_string(*parts.port);
    }
  } else if (parts.path.starts_with("//")) {
    text += "/.";
  }
  text += parts.path;
  if (parts.query) {
    text += "?" + *parts.query;
  }
  if (parts.fragment) {
    text += "#" + *parts.fragment;
  }
  return text;
}

std::vector<nlohmann::json> Cases() {
  std::ifstream file(SPINNERET_TEST_DATA "/url/cases.jsonl");
  REQUIRE(file);
  std::vector<nlohmann::json> cases;
  for (std::string line; std::getline(file, line);) {
    cases.push_back(nlohmann::json::parse(line, nullptr, false));
    REQUIRE(cases.back().is_object());
  }
  return cases;
}

}  // namespace

TEST_SUITE("parser/url") {
TEST_CASE("Url: every state of the standard's parser gives its href or its failure") {
  const std::vector<nlohmann::json> cases = Cases();
  CHECK(cases.size() >= 350);
  for (const nlohmann::json& row : cases) {
    const std::string state = row["state"];
    const std::string input = row["url"];
    INFO(state << ": " << input << " against " << row.value("base", "nothing"));
    std::optional<Url> base;
    if (row.contains("base")) {
      base = Url::Parse(row["base"].get<std::string>());
      REQUIRE(base);
    }
    const std::optional<Url> url = Url::Parse(input, base ? &*base : nullptr);
    if (row.contains("failure")) {
      CHECK_MESSAGE(!url, (url ? url->href() : ""));
      continue;
    }
    REQUIRE(url);
    CHECK(url->href() == row["href"].get<std::string>());
  }
}

TEST_CASE("Url: a serialisation parses to itself, component by component") {
  for (const nlohmann::json& row : Cases()) {
    if (!row.contains("href")) {
      continue;
    }
    const std::string href = row["href"];
    INFO(href);
    std::optional<Url> base;
    if (row.contains("base")) {
      base = Url::Parse(row["base"].get<std::string>());
    }
    // Resolved and read again must agree on every offset, not only on the text.
    const std::optional<Url> resolved = Url::Parse(row["url"].get<std::string>(), base ? &*base : nullptr);
    const std::optional<Url> again = Url::Parse(href);
    REQUIRE(resolved);
    REQUIRE(again);
    CHECK(again->href() == href);
    CHECK(ComponentsOf(*resolved) == ComponentsOf(*again));
    CHECK(resolved->effective_port() == again->effective_port());
    CHECK(resolved->host_is_ip() == again->host_is_ip());
    CHECK(Serialised(*resolved) == href);
  }
}

TEST_CASE("Url: components are views of the href without their delimiters") {
  const Url url = Parsed("HTTPS://user:pa%20ss@www.Example.test:8443/a/b?x=1&y#top");
  CHECK(ComponentsOf(url) == Components{"https", "user", "pa%20ss", "www.example.test", 8443, "/a/b", "x=1&y", "top"});
  CHECK(url.has_credentials());
  CHECK(url.path_and_query() == "/a/b?x=1&y");
  CHECK(url.href_without_fragment() == "https://user:pa%20ss@www.example.test:8443/a/b?x=1&y");
  CHECK(url.is_http());
  CHECK_FALSE(url.host_is_ip());
}

TEST_CASE("Url: empty and absent components differ in query and fragment") {
  CHECK(ComponentsOf(Parsed("http://a.test")) ==
        Components{"http", "", "", "a.test", std::nullopt, "/", std::nullopt, std::nullopt});
  CHECK(ComponentsOf(Parsed("http://a.test?#")) == Components{"http", "", "", "a.test", std::nullopt, "/", "", ""});
  CHECK(Parsed("http://a.test?#").href_without_fragment() == "http://a.test/?");
  CHECK(Parsed("http://a.test?").path_and_query() == "/?");
}

TEST_CASE("Url: a URL without host has neither host nor port nor credentials") {
  CHECK(ComponentsOf(Parsed("mailto:a:b@c.test?subject=x")) ==
        Components{"mailto", "", "", "", std::nullopt, "a:b@c.test", "subject=x", std::nullopt});
  CHECK(ComponentsOf(Parsed("foo:/.//p")) ==
        Components{"foo", "", "", "", std::nullopt, "//p", std::nullopt, std::nullopt});
  CHECK(Parsed("mailto:x").effective_port() == 0);
  CHECK_FALSE(Parsed("mailto:x").has_credentials());
}

TEST_CASE("Url: user name and password are told apart when one of them is empty") {
  CHECK(Parsed("http://u@a.test").username() == "u");
  CHECK(Parsed("http://u@a.test").password().empty());
  CHECK(Parsed("http://:p@a.test").username().empty());
  CHECK(Parsed("http://:p@a.test").password() == "p");
  CHECK(Parsed("http://:p@a.test").has_credentials());
  CHECK_FALSE(Parsed("http://:@a.test").has_credentials());
}

TEST_CASE("Url: the port is what was written, unless it is the default, and the effective port is always there") {
  CHECK(Parsed("http://a.test:80").port() == std::nullopt);
  CHECK(Parsed("http://a.test:80").effective_port() == 80);
  CHECK(Parsed("http://a.test:443").port() == 443);
  CHECK(Parsed("https://a.test").effective_port() == 443);
  CHECK(Parsed("wss://a.test").effective_port() == 443);
  CHECK(Parsed("ws://a.test").effective_port() == 80);
  CHECK(Parsed("ftp://a.test").effective_port() == 21);
  CHECK(Parsed("foo://a.test:7").effective_port() == 7);
  CHECK(Parsed("foo://a.test").effective_port() == 0);
  CHECK(Parsed("http://a.test:0").port() == 0);
  CHECK(Parsed("http://a.test:0").effective_port() == 0);
}

TEST_CASE("Url: only http and https are http") {
  CHECK(Parsed("http://a.test").is_http());
  CHECK(Parsed("https://a.test").is_http());
  for (const char* other : {"ftp://a.test", "file:///x", "ws://a.test", "wss://a.test", "httpx://a.test", "http+x:y"}) {
    CHECK_MESSAGE(!Parsed(other).is_http(), other);
  }
}

TEST_CASE("Url: IP literals are known as such in every spelling, names are not") {
  for (const char* literal : {"http://1.2.3.4", "http://0x7f.1", "http://2130706433", "http://[::1]", "foo://[1::]"}) {
    CHECK_MESSAGE(Parsed(literal).host_is_ip(), literal);
  }
  for (const char* name :
       {"http://1.2.3.4.test", "http://a.test", "foo://1.2.3.4", "file:///1.2.3.4", "mailto:1.2.3.4"}) {
    CHECK_MESSAGE(!Parsed(name).host_is_ip(), name);
  }
  CHECK(Resolve("/x", "http://[::1]:81/y")->host_is_ip());
  CHECK(Resolve("", "http://1.2.3.4/y")->host_is_ip());
}

TEST_CASE("Url: the host key is the name with a port that is not the default") {
  CHECK(Parsed("https://u:p@A.test:443/x").host_key_text() == "a.test");
  CHECK(Parsed("https://u:p@a.test:80/x").host_key_text() == "a.test:80");
  CHECK(Parsed("http://[::0:1]:8080/x").host_key_text() == "[::1]:8080");
}

TEST_CASE("Url: the origin is scheme, host and port alone") {
  CHECK(Parsed("https://u:p@A.test:443/x?y#z").origin() == "https://a.test");
  CHECK(Parsed("http://a.test:8080/x").origin() == "http://a.test:8080");
}

TEST_CASE("Url: without secrets, credentials and fragment are gone and all else stays") {
  const Url clean = Parsed("https://user:pass@a.test:8443/p/q?r=s#t").WithoutSecrets();
  CHECK(clean.href() == "https://a.test:8443/p/q?r=s");
  CHECK(ComponentsOf(clean) == ComponentsOf(Parsed("https://a.test:8443/p/q?r=s")));
  CHECK_FALSE(clean.has_credentials());
  CHECK(Parsed("http://u@a.test/").WithoutSecrets().href() == "http://a.test/");
  CHECK(Parsed("http://a.test/?x#y").WithoutSecrets().href() == "http://a.test/?x");
  CHECK(Parsed("http://a.test/?x").WithoutSecrets().href() == "http://a.test/?x");
  CHECK(Parsed("foo:/.//p#y").WithoutSecrets().href() == "foo:/.//p");
  CHECK(Parsed("foo:a  #y").WithoutSecrets().href() == "foo:a %20");
}

TEST_CASE("Url: what is resolved against a base does not look into it afterwards") {
  std::optional<Url> base = Url::Parse("http://user@a.test:81/dir/page?q#f");
  REQUIRE(base);
  const std::optional<Url> url = Url::Parse("", &*base);
  base.reset();
  REQUIRE(url);
  CHECK(ComponentsOf(*url) == Components{"http", "user", "", "a.test", 81, "/dir/page", "q", std::nullopt});
}

TEST_CASE("Url: malformed UTF-8 is read as one U+FFFD for each maximal part of a sequence") {
  const std::string fffd = "%EF%BF%BD";
  CHECK(Href("http://a.test/\xFF") == "http://a.test/" + fffd);
  CHECK(Href("http://a.test/\x80") == "http://a.test/" + fffd);
  CHECK(Href("http://a.test/\xC3/x") == "http://a.test/" + fffd + "/x");
  CHECK(Href("http://a.test/\xE2\x82/x") == "http://a.test/" + fffd + "/x");
  CHECK(Href("http://a.test/\xF0\x9F\x98") == "http://a.test/" + fffd);
  CHECK(Href("http://a.test/\xC0\xAF") == "http://a.test/" + fffd + fffd);
  CHECK(Href("http://a.test/\xE0\x80\x80") == "http://a.test/" + fffd + fffd + fffd);
  CHECK(Href("http://a.test/\xED\xA0\x80") == "http://a.test/" + fffd + fffd + fffd);
  CHECK(Href("http://a.test/\xF4\x90\x80\x80") == "http://a.test/" + fffd + fffd + fffd + fffd);
  CHECK(Href("http://a.test/?\xFFx#\xFFy") == "http://a.test/?" + fffd + "x#" + fffd + "y");
  CHECK(Href("http://\xFF.test/") == "failure");
  CHECK(Href("foo://\xFF/") == "foo://" + fffd + "/");
  CHECK(Href("http://a.test/\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF") ==
        "http://a.test/%ED%9F%BF%EE%80%80%F4%8F%BF%BF");
}

TEST_CASE("Url: a sequence is decoded before line feeds are removed, so one cannot join two halves") {
  CHECK(Href("http://a.test/\xC3\n\xA9") == "http://a.test/%EF%BF%BD%EF%BF%BD");
  CHECK(Href("http://a.test/\xC3\xA9\n") == "http://a.test/%C3%A9");
}

TEST_CASE("Url: a NUL is a character like others") {
  CHECK(Href(std::string_view("http://a.test/a\0b", 17)) == "http://a.test/a%00b");
  CHECK(Href(std::string_view("http://a\0b.test/", 16)) == "failure");
  CHECK(Href(std::string_view("\0http://a.test/\0", 16)) == "http://a.test/");
}

TEST_CASE("Url: hrefs are printable ASCII whatever the bytes of the input are") {
  std::string every_byte;
  for (int b = 1; b < 256; ++b) {
    every_byte.push_back(static_cast<char>(b));
  }
  for (const char* start : {"http://a.test/", "http://a.test/?", "http://a.test/#", "foo:", "foo:/", "foo://h/?"}) {
    const std::string href = Href(start + every_byte);
    REQUIRE(href != "failure");
    for (const char c : href) {
      CHECK_MESSAGE((c >= 0x20 && c < 0x7F), start);
    }
  }
  for (int b = 0; b < 256; ++b) {
    const std::optional<Url> url = Url::Parse("foo://u" + std::string(1, static_cast<char>(b)) + "@h" +
                                              std::string(1, static_cast<char>(b)) + "h/");
    if (url) {
      for (const char c : url->href()) {
        CHECK_MESSAGE((c > 0x20 && c < 0x7F), b);
      }
    }
  }
}

TEST_CASE("Url: the shortcut for plain paths agrees with reading them segment by segment") {
  // A file URL has no shortcut; its paths read the same where no drive letter is in play.
  const std::vector<std::string> pieces = {"a",  ".", "..", "%2e", "%2E", "%",   "a.b",
                                           ".a", "",  "~",  ":",   "@",   "%2f", "c-d"};
  for (const std::string& first : pieces) {
    for (const std::string& second : pieces) {
      for (const std::string& third : pieces) {
        const std::string path = "x/" + first + "/" + second + "/" + third;
        const std::optional<Url> plain = Url::Parse("ftp://h/" + path);
        const std::optional<Url> slow = Url::Parse("file://h/" + path);
        REQUIRE(plain);
        REQUIRE(slow);
        CHECK(plain->path() == slow->path());
      }
    }
  }
}

TEST_CASE("Url: megabytes of the same thing are parsed to their end") {
  const std::size_t count = 200'000;
  const auto repeat = [](std::string_view unit, std::size_t times) {
    std::string text;
    text.reserve(unit.size() * times);
    for (std::size_t i = 0; i < times; ++i) {
      text += unit;
    }
    return text;
  };
  CHECK(Href("http://a.test/" + repeat("a/../", count)) == "http://a.test/");
  CHECK(Href("http://a.test/" + repeat("a/", count) + repeat("../", count)) == "http://a.test/");
  CHECK(Href("http://a.test" + repeat("/", count)).size() == 13 + count);
  CHECK(Href("http://a.test/" + repeat("\xFF", count)).size() == 14 + 9 * count);
  CHECK(Href("http://" + repeat("@", count) + "a.test/").size() == 7 + 3 * (count - 1) + 1 + 7);
  CHECK(Href("http://" + repeat("a.", count) + "test/").size() == 7 + 2 * count + 5);
  CHECK(Href("http://" + repeat("9", count) + "/") == "failure");
  CHECK(Href("http://a.test:" + repeat("0", count) + "81/") == "http://a.test:81/");
  CHECK(Href("foo:/." + repeat("/", count)).size() == 6 + count);
  CHECK(Href(repeat("\\", count) + "a.test") == "failure");
  CHECK(Href("http:" + repeat("\\", count) + "a.test") == "http://a.test/");
}

TEST_CASE("Url: a domain that needs IDNA is refused above its limit, so that normalising stays cheap") {
  const auto domain_of = [](std::size_t bytes) {
    std::string domain;
    while (domain.size() + 3 <= bytes) {
      domain += "\xC3\xBC.";
    }
    return domain;
  };
  CHECK(Href("http://" + domain_of(kMaxIdnaDomainBytes) + "/") != "failure");
  CHECK(Href("http://" + domain_of(kMaxIdnaDomainBytes + 3) + "/") == "failure");
  CHECK(Href("http://" + std::string(2 * kMaxIdnaDomainBytes, 'a') + "/") != "failure");
}

TEST_CASE("Url: an IDNA label that grows beyond its first buffer is still written whole") {
  // U+3300 is a square of four katakana, and three times as long in Punycode.
  std::string domain;
  for (int i = 0; i < 100; ++i) {
    domain += "\xE3\x8C\x80.";
  }
  const Url url = Parsed("http://" + domain + "/x");
  CHECK(url.host().size() > 2 * domain.size());
  CHECK(url.path() == "/x");
  CHECK(Href(url.href()) == url.href());
}

TEST_CASE("Url: threads parse internationalised hosts at the same time") {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 200; ++i) {
        const std::optional<Url> url = Url::Parse(
            "http://b\xC3\xBC"
            "cher.example/" +
            std::to_string(i));
        CHECK((url && url->host() == "xn--bcher-kva.example"));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST_CASE("Url: a default one is empty in every component") {
  const Url url;
  CHECK(url.href().empty());
  CHECK(ComponentsOf(url) == Components{"", "", "", "", std::nullopt, "", std::nullopt, std::nullopt});
  CHECK_FALSE(url.is_http());
}
}  // TEST_SUITE("parser/url")

}  // namespace spinneret
