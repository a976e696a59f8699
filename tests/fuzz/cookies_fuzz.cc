// Lines of a cookie file, in the jar that all workers share: whatever they are, a site gets its own cookies alone, each one
// once, and no more than its share.
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/check.h"
#include "crawler/cookie_book.h"

namespace {

using namespace spinneret;

constexpr std::int64_t kNow = 1'800'000'000;
constexpr std::size_t kMostOfASite = 200;
constexpr std::size_t kMostBytes = 4096;

void CheckOwn(const BatchCookies& cookies) {
  SPINNERET_CHECK(cookies.lines.size() + cookies.own.size() <= kMostOfASite, "more cookies than a site may have");
  std::set<std::string> keys;
  for (const auto* const lines : {&cookies.lines, &cookies.own}) {
    for (const std::string& line : *lines) {
      const Result<Cookie> cookie = ParseCookie(line);
      SPINNERET_CHECK(cookie.has_value(), "a line in the jar that is no cookie");
      SPINNERET_CHECK(keys.insert(cookie->key).second, "a cookie twice");
      SPINNERET_CHECK(line.find('\n') == std::string::npos, "a cookie of two lines");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  CookieBook book(kMostBytes);
  std::uint32_t worker = 0;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string line(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const std::string host(DomainOf(line));
    book.Take({SiteOf(host), {line, line, Expired(line)}}, worker);
    book.Take({SiteOf(host), {line}}, worker);
    CheckOwn(book.For(host + ":8080", worker));
    CheckOwn(book.For(host, ++worker % 3));
    SPINNERET_CHECK(book.For("other.example", worker).lines.empty() || SiteOf(host) == "other.example" || worker > 1,
                    "a cookie of another site");
  }
  for (const std::string& line : book.Lines(kNow)) {
    const Result<Cookie> cookie = ParseCookie(line);
    SPINNERET_CHECK(cookie && (cookie->expires == 0 || cookie->expires > kNow), "an expired cookie is kept");
  }
  return 0;
}
