#include "crawler/fetch/internal/site_sessions.h"

#include <string>

#include <doctest/doctest.h>

#include "crawler/fetch/curl_fetcher.h"

namespace spinneret {
namespace {

int Cookies(CURL* easy) {
  curl_slist* list = nullptr;
  REQUIRE(curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &list) == CURLE_OK);
  int count = 0;
  for (const curl_slist* at = list; at != nullptr; at = at->next) {
    ++count;
  }
  curl_slist_free_all(list);
  return count;
}

void SetCookie(CURL* easy, const std::string& name, std::size_t size = 1) {
  const std::string line = "Set-Cookie: " + name + "=" + std::string(size, 'v') + "; Domain=a.example";
  REQUIRE(curl_easy_setopt(easy, CURLOPT_COOKIELIST, line.c_str()) == CURLE_OK);
}

int CookiesOf(SiteSessions& sessions, const std::string& host) {
  const CurlEasy easy(curl_easy_init());
  SiteSessions::Site* const site = sessions.Attach(host, easy.get());
  REQUIRE(site != nullptr);
  const int count = Cookies(easy.get());
  sessions.Detach(site, easy.get(), 0);
  return count;
}

}  // namespace

TEST_SUITE("fetch/site_sessions") {
TEST_CASE("hosts of one registrable domain share their sessions, others do not") {
  REQUIRE(InitFetching().has_value());
  SiteSessions sessions(10);
  const CurlEasy one(curl_easy_init());
  SiteSessions::Site* const a = sessions.Attach("www.a.co.uk", one.get());
  const CurlEasy two(curl_easy_init());
  CHECK(sessions.Attach("api.a.co.uk", two.get()) == a);
  const CurlEasy three(curl_easy_init());
  SiteSessions::Site* const b = sessions.Attach("www.b.co.uk", three.get());
  CHECK(b != a);
  CHECK(sessions.size() == 2);
  sessions.Detach(a, one.get(), 0);
  sessions.Detach(a, two.get(), 0);
  sessions.Detach(b, three.get(), 0);
}

TEST_CASE("a host without a registrable domain stands for itself") {
  REQUIRE(InitFetching().has_value());
  SiteSessions sessions(10);
  for (const char* host : {"127.0.0.1", "127.0.0.2", "[::1]", "localhost", "co.uk"}) {
    CookiesOf(sessions, host);
  }
  CHECK(sessions.size() == 5);
}

TEST_CASE("the site used least recently goes first, but none that is in use") {
  REQUIRE(InitFetching().has_value());
  SiteSessions sessions(2);
  const CurlEasy used(curl_easy_init());
  SiteSessions::Site* const a = sessions.Attach("a.example", used.get());
  SetCookie(used.get(), "kept");
  CookiesOf(sessions, "b.example");
  CookiesOf(sessions, "c.example");
  CookiesOf(sessions, "d.example");
  CHECK(sessions.size() == 2);
  CHECK(Cookies(used.get()) == 1);
  sessions.Detach(a, used.get(), 0);
  CHECK(CookiesOf(sessions, "a.example") == 1);
  CookiesOf(sessions, "b.example");
  CookiesOf(sessions, "c.example");
  CHECK(CookiesOf(sessions, "a.example") == 0);
}

TEST_CASE("a site that piles up cookies, or large ones, loses them all") {
  REQUIRE(InitFetching().has_value());
  for (const auto& row : {std::pair(160, 1), std::pair(40, 2000)}) {
    const int count = row.first;
    const int size = row.second;
    CAPTURE(count);
    SiteSessions sessions(10);
    for (int from = 0; from < count; from += 40) {  // libcurl takes 50 from one response
      const CurlEasy easy(curl_easy_init());
      SiteSessions::Site* const site = sessions.Attach("a.example", easy.get());
      for (int i = from; i < from + 40; ++i) {
        SetCookie(easy.get(), "n" + std::to_string(i), static_cast<std::size_t>(size));
      }
      CHECK(Cookies(easy.get()) == from + 40);
      sessions.Detach(site, easy.get(), from + 40 < count ? 0 : 1U << 20U);
    }
    CHECK(CookiesOf(sessions, "a.example") == 0);
  }
}

TEST_CASE("a site that renews a few cookies for ever keeps them") {
  REQUIRE(InitFetching().has_value());
  SiteSessions sessions(10);
  const CurlEasy easy(curl_easy_init());
  for (int i = 0; i < 20; ++i) {
    SiteSessions::Site* const site = sessions.Attach("a.example", easy.get());
    SetCookie(easy.get(), "session", 1000);
    sessions.Detach(site, easy.get(), 10'000);
  }
  CHECK(CookiesOf(sessions, "a.example") == 1);
}
}  // TEST_SUITE("fetch/site_sessions")

}  // namespace spinneret
