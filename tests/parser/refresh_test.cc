#include "parser/refresh.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

// "5 /a", or "none".
std::string Parsed(std::string_view value) {
  const std::optional<Refresh> refresh = ParseRefresh(value);
  return refresh ? std::to_string(refresh->delay_seconds) + " " + std::string(refresh->url) : "none";
}

TEST_SUITE("parser/refresh") {
TEST_CASE("Refresh: a delay and a URL in each spelling that browsers read") {
  CHECK(Parsed("0;url=/a") == "0 /a");
  CHECK(Parsed("5; URL=/a") == "5 /a");
  CHECK(Parsed(" \t5 , uRl =\n /a") == "5 /a");
  CHECK(Parsed("5 url=/a") == "5 /a");
  CHECK(Parsed("5 ;/a") == "5 /a");
  CHECK(Parsed("5 /a") == "5 /a");
  CHECK(Parsed("1.5;/a") == "1 /a");
  CHECK(Parsed("1.2.3;/a") == "1 /a");
  CHECK(Parsed(".5;/a") == "0 /a");
  CHECK(Parsed("; /a") == "none");
}

TEST_CASE("Refresh: quotes end the URL, also where the closing one or url= is missing") {
  CHECK(Parsed("0;url='/a' and more") == "0 /a");
  CHECK(Parsed("0;url=\"/a'b\"") == "0 /a'b");
  CHECK(Parsed("0;url='/a") == "0 /a");
  CHECK(Parsed("0;'/a'x") == "0 /a");
  CHECK(Parsed("0;url=") == "0 ");
  CHECK(Parsed("0;url=''") == "0 ");
}

TEST_CASE("Refresh: what only begins like url= is the URL itself") {
  CHECK(Parsed("0;urls/1") == "0 urls/1");
  CHECK(Parsed("0;u") == "0 u");
  CHECK(Parsed("0;url") == "0 url");
  CHECK(Parsed("0;url /a") == "0 url /a");
  CHECK(Parsed("0;up=\"x\"") == "0 up=\"x\"");
}

TEST_CASE("Refresh: without a URL the page is loaded again") {
  CHECK(Parsed("30") == "30 ");
  CHECK(Parsed("30;") == "30 ");
  CHECK(Parsed("30 , ") == "30 ");
}

TEST_CASE("Refresh: what browsers do not act on is none") {
  for (const std::string_view value : {"", " ", "url=/a", "-1;/a", "5x;/a", "5/a", "five",
                                       "\xC2\xA0"
                                       "5;/a"}) {
    CAPTURE(value);
    CHECK(Parsed(value) == "none");
  }
}

TEST_CASE("Refresh: a delay beyond all numbers is the longest") {
  CHECK(Parsed("4294967295;/a") == "4294967295 /a");
  CHECK(Parsed("4294967296;/a") == "4294967295 /a");
  CHECK(Parsed("99999999999999999999999999;/a") == "4294967295 /a");
}
}  // TEST_SUITE("parser/refresh")

}  // namespace
}  // namespace spinneret
