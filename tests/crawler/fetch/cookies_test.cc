#include "crawler/fetch/cookies.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace spinneret {
namespace {

using testing::ReadFile;
using testing::TempDir;
using testing::WriteFile;

constexpr std::int64_t kNow = 1'800'000'000;

// "" for a cookie, else what is wrong with the line.
std::string Fault(const std::string& line) {
  const Result<Cookie> cookie = ParseCookie(line);
  return cookie ? std::string() : cookie.error().message;
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_SUITE("fetch/cookies") {
TEST_CASE("Cookies: a site is the registrable domain, and an address or a single label stands for itself") {
  for (const char* host : {"127.0.0.1", "10.0.0.1", "::1", "localhost", "co.uk", "shop.example"}) {
    CHECK(SiteOf(host) == host);
  }
  CHECK(SiteOf("[2001:db8::1]") == "2001:db8::1");
  CHECK(SiteOf("www.shop.co.uk") == "shop.co.uk");
  CHECK(SiteOf("a.b.c.example") == "c.example");
}

TEST_CASE("Cookies: lines of a cookie file are read with their flags, odd values and missing value") {
  CHECK(Fault(".shop.example\tTRUE\t/\tFALSE\t0\tid\t1").empty());
  CHECK(Fault("#HttpOnly_shop.example\tFALSE\t/cart\tTRUE\t1900000000\tid\ta=b; c\td").empty());
  CHECK(Fault("127.0.0.1\tFALSE\t/\tFALSE\t1900000000.5\tid\t").empty());
  CHECK(Fault("shop.example\tFALSE\t/\tFALSE\t0\tid").empty());
  // The dot and the flag do not make another cookie; path, name and reach do.
  const auto key = [](const std::string& line) { return ParseCookie(line)->key; };
  const std::string one = key("shop.example\tTRUE\t/\tFALSE\t0\tid\t1");
  CHECK(key("#HttpOnly_.shop.example\tTRUE\t/\tTRUE\t9\tid\t2") == one);
  CHECK(key("shop.example\tFALSE\t/\tFALSE\t0\tid\t1") != one);
  CHECK(key("shop.example\tTRUE\t/a\tFALSE\t0\tid\t1") != one);
  CHECK(key("shop.example\tTRUE\t/\tFALSE\t0\tID\t1") != one);
}

TEST_CASE("Cookies: a line that is none is named without its value") {
  CHECK(Has(Fault("shop.example TRUE / FALSE 0 id hush"), "tabs"));
  CHECK(Has(Fault("shop.example\tTRUE\t/\tFALSE\t0"), "5 fields"));
  CHECK(Has(Fault("shop.example\tyes\t/\tFALSE\t0\tid\thush"), "TRUE or FALSE"));
  CHECK(Has(Fault("shop.example\tTRUE\tcart\tFALSE\t0\tid\thush"), "path"));
  CHECK(Has(Fault("shop.example\tTRUE\t/\tFALSE\tsoon\tid\thush"), "expiry"));
  CHECK(Has(Fault("shop.example\tTRUE\t/\tFALSE\t\tid\thush"), "expiry"));
  CHECK(Has(Fault("shop.example\tTRUE\t/\tFALSE\t0\t\thush"), "no name"));
  CHECK(Has(Fault("https://shop.example/\tTRUE\t/\tFALSE\t0\tid\thush"), "host name"));
  CHECK(Has(Fault("\tTRUE\t/\tFALSE\t0\tid\thush"), "host name"));
  CHECK(Has(Fault("shop.example\tTRUE\t/\tFALSE\t0\tid\thu\x01sh"), "control"));
  CHECK(Has(Fault("shop.example\tTRUE\t/\tFALSE\t0\tid\t" + std::string(9000, 'h')), "longer"));
  CHECK(Has(Fault(".co.uk\tTRUE\t/\tFALSE\t0\tid\thush"), "suffix"));
  CHECK(Fault("co.uk\tFALSE\t/\tFALSE\t0\tid\t1").empty());
  for (const char* line : {"a\tTRUE\t/\tFALSE\tx\tid\thush", "a b\tTRUE\t/\tFALSE\t0\tid\thush"}) {
    CHECK_FALSE(Has(Fault(line), "hush"));
  }
}

TEST_CASE("Cookies: a file is read by site, comments and expired ones left out, and its faults have a place") {
  const TempDir folder;
  const std::string path = folder / "jar.txt";
  WriteFile(path,
            "# Netscape HTTP Cookie File\r\n\r\n"
            ".shop.example\tTRUE\t/\tFALSE\t0\tone\t1\r\n"
            "#HttpOnly_www.shop.example\tFALSE\t/\tFALSE\t1900000000\ttwo\t2\n"
            "gone.example\tFALSE\t/\tFALSE\t1700000000\tthree\t3\n"
            "127.0.0.1\tFALSE\t/\tFALSE\t0\tfour\t4");
  const Result<std::vector<SiteCookies>> sites = LoadCookies(path, kNow);
  REQUIRE(sites.has_value());
  REQUIRE(sites->size() == 2);
  CHECK((*sites)[0].site == "127.0.0.1");
  CHECK((*sites)[1].site == "shop.example");
  CHECK((*sites)[1].lines ==
        std::vector<std::string>{".shop.example\tTRUE\t/\tFALSE\t0\tone\t1",
                                 "#HttpOnly_www.shop.example\tFALSE\t/\tFALSE\t1900000000\ttwo\t2"});
  WriteFile(path, "# a comment\n\nshop.example\tTRUE\n");
  const Result<std::vector<SiteCookies>> broken = LoadCookies(path, kNow);
  REQUIRE_FALSE(broken.has_value());
  CHECK(broken.error().code == ErrorCode::kInvalidArgument);
  CHECK(broken.error().message.starts_with(path + ":3: "));
  CHECK_FALSE(LoadCookies(folder / "nowhere.txt", kNow).has_value());
}

TEST_CASE("Cookies: a file is written for its owner alone, in one step, and read back") {
  const TempDir folder;
  const std::string path = folder / "jar.txt";
  WriteFile(path, "what was there before");
  const std::vector<std::string> lines = {"a.example\tFALSE\t/\tFALSE\t0\tid\t1",
                                          "b.example\tFALSE\t/\tTRUE\t0\tid\t2"};
  REQUIRE(SaveCookies(path, lines).has_value());
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600);
  const Result<std::vector<SiteCookies>> back = LoadCookies(path, kNow);
  REQUIRE(back.has_value());
  CHECK(back->size() == 2);
  const Result<void> failed = SaveCookies(folder / "nowhere/jar.txt", lines);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code == ErrorCode::kStorage);
}

TEST_CASE("Cookies: one that is gone is the same cookie with an expiry that has passed") {
  const std::string line = "#HttpOnly_.shop.example\tTRUE\t/a\tTRUE\t0\tid\tvalue";
  const Result<Cookie> gone = ParseCookie(Expired(line));
  REQUIRE(gone.has_value());
  CHECK(gone->key == ParseCookie(line)->key);
  CHECK(gone->expires == 1);
  CHECK(gone->line.find("value") == std::string::npos);
}
}  // TEST_SUITE("fetch/cookies")

}  // namespace
}  // namespace spinneret
