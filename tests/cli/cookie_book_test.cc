#include "crawler/cookie_book.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

using Lines = std::vector<std::string>;

std::string Line(const std::string& name, const std::string& value, const std::string& expiry = "0") {
  return "shop.example\tTRUE\t/\tFALSE\t" + expiry + "\t" + name + "\t" + value;
}

TEST_SUITE("crawler/cookie_book") {
TEST_CASE("CookieBook: what one worker tells reaches the others, and comes back to it as its own") {
  CookieBook book;
  CHECK(book.For("shop.example", 0).site.empty());
  book.Take({"shop.example", {Line("id", "1")}}, 0);
  const BatchCookies other = book.For("www.shop.example:8080", 1);
  CHECK(other.site == "shop.example");
  CHECK(other.lines == Lines{Line("id", "1")});
  CHECK(other.own.empty());
  CHECK(book.For("shop.example", 0).own == Lines{Line("id", "1")});
  CHECK(book.For("else.example", 1).lines.empty());
}

TEST_CASE("CookieBook: the last word counts, and one that is gone is told to the others but not saved") {
  CookieBook book;
  book.Take({"shop.example", {Line("id", "file"), Line("old", "x", "1700000000")}}, CookieBook::kFile);
  book.Take({"shop.example", {Line("id", "2", "1900000000")}}, 1);
  CHECK(book.For("shop.example", 0).lines.size() == 2);
  CHECK(book.Lines(1'800'000'000) == Lines{Line("id", "2", "1900000000")});
  book.Take({"shop.example", {Line("id", "", "1")}}, 2);
  CHECK(book.For("shop.example", 1).lines.size() == 2);
  CHECK(book.Lines(1'800'000'000).empty());
}

TEST_CASE("CookieBook: an address in brackets is its own site, and a line that is no cookie is passed over") {
  CookieBook book;
  book.Take({"::1", {"::1\tFALSE\t/\tFALSE\t0\tid\t1", "[::1]\tFALSE\t/\tFALSE\t0\tid\t1", "nonsense"}}, 0);
  CHECK(book.For("[::1]:8080", 1).site == "::1");
}

TEST_CASE("CookieBook: a site keeps 200 cookies, and over the bound the site used least recently is forgotten") {
  CookieBook book(20'000);
  Lines many;
  for (int i = 0; i < 250; ++i) {
    many.push_back(Line("n" + std::to_string(i), "v"));
  }
  book.Take({"shop.example", many}, 0);
  CHECK(book.Lines(0).size() == 200);
  for (int i = 0; i < 5; ++i) {
    const std::string site = "s" + std::to_string(i) + ".example";
    book.Take({site, {site + "\tFALSE\t/\tFALSE\t0\tid\t" + std::string(3000, 'v')}}, 0);
  }
  CHECK(book.For("shop.example", 1).lines.empty());
  CHECK(book.For("s4.example", 1).lines.size() == 1);
  CHECK(book.Lines(0).size() == 5);
}
}  // TEST_SUITE("crawler/cookie_book")

}  // namespace
}  // namespace spinneret
