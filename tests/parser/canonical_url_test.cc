#include "parser/canonical_url.h"

#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "parser/url.h"

namespace spinneret {
namespace {

std::string KeyOf(std::string_view input) {
  const std::optional<Url> url = Url::Parse(input);
  REQUIRE(url);
  return std::string(CanonicalKey(*url));
}

struct Pair {
  const char* one;
  const char* other;
};

}  // namespace

TEST_SUITE("parser/canonical_url") {
TEST_CASE("CanonicalKey: spellings that the URL standard serialises alike are one URL") {
  constexpr Pair kSame[] = {
      {"http://a.test/x#top", "http://a.test/x"},
      {"http://a.test/x#", "http://a.test/x"},
      {"HTTP://A.Test/x", "http://a.test/x"},
      {"http://a.test:80/x", "http://a.test/x"},
      {"http://a.test:/x", "http://a.test/x"},
      {"https://a.test:0443/x", "https://a.test/x"},
      {"http://a.test", "http://a.test/"},
      {"http://a.test?q", "http://a.test/?q"},
      {"http://a.test/a/./b/../c", "http://a.test/a/c"},
      {"http://a.test/a/%2e%2E/c", "http://a.test/c"},
      {"http:\\\\a.test\\x", "http://a.test/x"},
      {" http://a.test/\nx ", "http://a.test/x"},
      {"http://a.test/a b", "http://a.test/a%20b"},
      {"http://a.test/\xC3\xA9?\xC3\xA9", "http://a.test/%C3%A9?%C3%A9"},
      {"http://b\xC3\xBC"
       "cher.test/",
       "http://xn--bcher-kva.test/"},
      {"http://%61.test/", "http://a.test/"},
      {"http://0x7f.1/", "http://127.0.0.1/"},
      {"http://[0:0:0:0:0:0:0:1]/", "http://[::1]/"},
      {"http://@a.test/", "http://a.test/"},
  };
  for (const Pair& pair : kSame) {
    CHECK_MESSAGE(KeyOf(pair.one) == KeyOf(pair.other), pair.one);
  }
}

TEST_CASE("CanonicalKey: spellings that a server may tell apart are two URLs") {
  constexpr Pair kDifferent[] = {
      {"http://a.test/x", "https://a.test/x"},
      {"http://a.test/x", "http://www.a.test/x"},
      {"http://a.test/x", "http://a.test./x"},
      {"http://a.test/x", "http://a.test:8080/x"},
      {"http://a.test/x", "http://a.test/X"},
      {"http://a.test/x", "http://a.test/x/"},
      {"http://a.test/x", "http://a.test//x"},
      {"http://a.test/", "http://a.test/index.html"},
      {"http://a.test/x", "http://a.test/x?"},
      {"http://a.test/?a=1&b=2", "http://a.test/?b=2&a=1"},
      {"http://a.test/?a=1&a=1", "http://a.test/?a=1"},
      {"http://a.test/?a=", "http://a.test/?a"},
      {"http://a.test/?utm_source=x", "http://a.test/"},
      {"http://a.test/?a+b", "http://a.test/?a%20b"},
      {"http://a.test/~x", "http://a.test/%7Ex"},
      {"http://a.test/%7Ex", "http://a.test/%7ex"},
      {"http://a.test/a%2Fb", "http://a.test/a/b"},
      {"http://a.test/;jsessionid=1", "http://a.test/"},
      {"http://u@a.test/", "http://a.test/"},
  };
  for (const Pair& pair : kDifferent) {
    CHECK_MESSAGE(KeyOf(pair.one) != KeyOf(pair.other), pair.one);
  }
}

TEST_CASE("CanonicalKey: the key is itself a URL with the same key") {
  for (const char* input : {"http://u:p@A.test:81/a/../b?c#d", "foo:a  #x", "foo:/..//x#y", "mailto:x@y.test#z"}) {
    const std::string key = KeyOf(input);
    CHECK(KeyOf(key) == key);
  }
}

TEST_CASE("CanonicalKey: the key is a view into the URL's own href") {
  const std::optional<Url> url = Url::Parse("http://a.test/x#y");
  REQUIRE(url);
  CHECK(CanonicalKey(*url).data() == url->href().data());
  CHECK(CanonicalKey(*url) == "http://a.test/x");
}
}  // TEST_SUITE("parser/canonical_url")

}  // namespace spinneret
