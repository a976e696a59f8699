#include "parser/canonical_url.h"

#include <array>
#include <optional>
#include <random>
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

std::string KeyUnder(const CanonicalOptions& options, std::string_view input) {
  const std::optional<Url> url = Url::Parse(input);
  REQUIRE(url);
  std::string scratch;
  return std::string(CanonicalRules(options).KeyOf(*url, scratch));
}

// The key of "http://a.test/p?QUERY", from its path on.
std::string QueryKey(const CanonicalOptions& options, const std::string& query) {
  const std::string key = KeyUnder(options, "http://a.test/p?" + query);
  REQUIRE(key.starts_with("http://a.test/p"));
  return key.substr(15);
}

CanonicalOptions Strip(std::vector<std::string> names) {
  CanonicalOptions options;
  options.strip_params = std::move(names);
  return options;
}
CanonicalOptions Keep(std::vector<std::string> names) {
  CanonicalOptions options;
  options.keep_params = std::move(names);
  return options;
}
CanonicalOptions Sort() {
  CanonicalOptions options;
  options.sort_params = true;
  return options;
}
CanonicalOptions IgnoreSlash() {
  CanonicalOptions options;
  options.trailing_slash = TrailingSlash::kIgnore;
  return options;
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

TEST_CASE("CanonicalRules: without options the key is the default one, and no copy") {
  const CanonicalRules rules{CanonicalOptions()};
  CHECK(rules.is_default());
  const std::optional<Url> url = Url::Parse("http://a.test/x/?b&a#y");
  REQUIRE(url);
  std::string scratch;
  CHECK(rules.KeyOf(*url, scratch).data() == url->href().data());
  CHECK(rules.KeyOf(*url, scratch) == CanonicalKey(*url));
}

TEST_CASE("--strip-params: named parameters do not count, the others stay as they are written") {
  const CanonicalOptions options = Strip({"utm_*", "sid"});
  CHECK(QueryKey(options, "a=1&utm_source=x&b=2") == "?a=1&b=2");
  CHECK(QueryKey(options, "utm_source=x&sid=1") == "");
  CHECK(QueryKey(options, "sid&a") == "?a");
  CHECK(QueryKey(options, "sid=&a=") == "?a=");
  CHECK(QueryKey(options, "Sid=1&xsid=2&utm=3") == "?Sid=1&xsid=2&utm=3");
  CHECK(QueryKey(options, "a=%41+%2f&sid=1&a=%41") == "?a=%41+%2f&a=%41");
  CHECK(QueryKey(options, "q=utm_source=x") == "?q=utm_source=x");
}

TEST_CASE("--strip-params: a name is compared as a form decodes it") {
  CHECK(QueryKey(Strip({"sid"}), "%73id=1&a=2") == "?a=2");
  CHECK(QueryKey(Strip({"my sid"}), "my+sid=1&my%20sid=2&a=2") == "?a=2");
  CHECK(QueryKey(Strip({"my%20sid"}), "my+sid=1&a=2") == "?a=2");
  CHECK(QueryKey(Strip({"\xC3\xBC"}), "%C3%BC=1&a=2") == "?a=2");
  CHECK(QueryKey(Strip({"a%26b"}), "a%26b=1&a=2") == "?a=2");
  CHECK(QueryKey(Strip({"100%"}), "100%=1&a=2") == "?a=2");
}

TEST_CASE("--strip-params: a star stands for any text, and %2A for itself") {
  CHECK(QueryKey(Strip({"*"}), "a&b=1") == "");
  CHECK(QueryKey(Strip({"a*b*c"}), "abc=1&axbyc=2&ac=3&ab=4") == "?ac=3&ab=4");
  CHECK(QueryKey(Strip({"*_id"}), "user_id=1&_id=2&id=3&_idx=4") == "?id=3&_idx=4");
  CHECK(QueryKey(Strip({"ab*ba"}), "aba=1&abba=2") == "?aba=1");
  CHECK(QueryKey(Strip({"%2A"}), "*=1&a=2") == "?a=2");
}

TEST_CASE("--keep-params: only the named parameters count") {
  CHECK(QueryKey(Keep({"id", "p*"}), "x=1&page=2&id=3&id=4") == "?page=2&id=3&id=4");
  CHECK(QueryKey(Keep({"id"}), "x=1") == "");
  CanonicalOptions both = Keep({"p*"});
  both.strip_params = {"pid"};
  CHECK(QueryKey(both, "pid=1&page=2&x=3") == "?page=2");
}

TEST_CASE("--sort-params: the order of names does not count, the order within one name does") {
  CHECK(QueryKey(Sort(), "b=2&a=1") == "?a=1&b=2");
  CHECK(QueryKey(Sort(), "b=2&a=3&a=1&b=0") == "?a=3&a=1&b=2&b=0");
  CHECK(QueryKey(Sort(), "b=1&%61=2&a=3&a%3D=4") == "?%61=2&a=3&a%3D=4&b=1");
  CHECK(QueryKey(Sort(), "a=&a&a=1") == "?a=&a&a=1");
}

TEST_CASE("canonical rules: where parameters are read, empty ones are none") {
  CHECK(QueryKey(Sort(), "b&&a&") == "?a&b");
  CHECK(QueryKey(Strip({"x"}), "") == "");
  CHECK(QueryKey(Strip({"x"}), "&") == "");
  CHECK(QueryKey(IgnoreSlash(), "b&&a&") == "?b&&a&");
}

TEST_CASE("canonical rules: a semicolon separates parameters only before something with an equals sign") {
  CHECK(QueryKey(Strip({"sid"}), "p=x.git;a=tree;sid=1;h=2") == "?p=x.git;a=tree;h=2");
  CHECK(QueryKey(Strip({"sid"}), "sid=1;a=2") == "?a=2");
  CHECK(QueryKey(Sort(), "p=x;a=tree&h=1") == "?a=tree;h=1&p=x");
  CHECK(QueryKey(Keep({"filter"}), "filter=red;blue&x=1") == "?filter=red;blue");
  CHECK(QueryKey(Strip({"blue"}), "filter=red;blue") == "?filter=red;blue");
}

TEST_CASE("--trailing-slash ignore: slashes at the end of a path do not count, but for the root's") {
  const CanonicalOptions options = IgnoreSlash();
  CHECK(KeyUnder(options, "http://a.test/a/") == "http://a.test/a");
  CHECK(KeyUnder(options, "http://a.test/a//?q=/") == "http://a.test/a?q=/");
  CHECK(KeyUnder(options, "http://a.test/") == "http://a.test/");
  CHECK(KeyUnder(options, "http://a.test//") == "http://a.test/");
  CHECK(KeyUnder(options, "http://u:p@a.test:81/a/?") == "http://u:p@a.test:81/a?");
  CHECK(KeyUnder(options, "http://a.test/a/%2F") == "http://a.test/a/%2F");
}

TEST_CASE("canonical rules: URLs that are not http or https keep their default key") {
  CanonicalOptions options = Strip({"*"});
  options.trailing_slash = TrailingSlash::kIgnore;
  options.sort_params = true;
  for (const char* input : {"mailto:a@b.test?subject=x", "ftp://a.test/a/?b&a", "foo://a.test/a/", "data:,b&a/"}) {
    CHECK(KeyUnder(options, input) == KeyOf(input));
  }
}

TEST_CASE("canonical rules: a key is its own key, parses to itself, and stays on its origin") {
  std::mt19937 random(7);
  const auto pick = [&random](auto& from) { return from[random() % from.size()]; };
  constexpr std::array<std::string_view, 22> kParts = {"a",   "b",   "=", "&",   ";",   "/",     "//",  "?",
                                                       "%61", "%26", "+", "utm", "sid", "utm_x", "%3B", "%3d",
                                                       "*",   "%2F", ".", "..",  "%",   "a=1"};
  const std::array<std::string, 6> patterns = {"a", "utm*", "sid", "*", "%3B", "a=1"};
  for (int round = 0; round < 20'000; ++round) {
    CanonicalOptions options;
    options.sort_params = random() % 2 == 0;
    options.trailing_slash = random() % 2 == 0 ? TrailingSlash::kKeep : TrailingSlash::kIgnore;
    if (random() % 2 == 0) {
      options.strip_params = {pick(patterns), pick(patterns)};
    }
    if (random() % 3 == 0) {
      options.keep_params = {pick(patterns), pick(patterns)};
    }
    std::string input = "http://a.test/";
    for (auto parts = random() % 12; parts > 0; --parts) {
      input += pick(kParts);
    }
    const std::string key = KeyUnder(options, input);
    CHECK_MESSAGE(KeyUnder(options, key) == key, input);
    CHECK_MESSAGE(KeyOf(key) == key, input);
    CHECK_MESSAGE(key.starts_with("http://a.test/"), input);
  }
}
}  // TEST_SUITE("parser/canonical_url")

}  // namespace spinneret
