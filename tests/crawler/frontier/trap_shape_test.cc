#include "crawler/frontier/trap_shape.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "crawler/frontier/text_hash.h"

namespace spinneret {
namespace {

std::string Shape(const std::string& target) {
  return ShapeText("http://a.test" + target);
}
UrlShape Of(const std::string& target) {
  return ShapeOf("http://a.test" + target);
}

}  // namespace

TEST_SUITE("crawler/frontier/trap_shape") {
TEST_CASE("TrapShape: what varies is replaced by its class") {
  struct Row {
    std::string target, shape;
  };
  const std::vector<Row> rows = {
      {"/about", "/about"},
      {"/page/17.html", "/page/{n}.html"},
      {"/page17.html", "/page{n}.html"},
      {"/blog/my-first-post/", "/blog/{text}/"},
      {"/caf%C3%A9/3", "/{text}/{n}"},
      {"/calendar/2031/05/", "/calendar/{date}/"},
      {"/calendar/2031/may/9", "/calendar/{date}"},
      {"/on/2031-05-09.html", "/on/{date}.html"},
      {"/on/20310509", "/on/{date}"},
      {"/on?date=2031-05", "/on?date={date}"},
      {"/item/3f2a9c0d1e4b5a69", "/item/{id}"},
      {"/item/123e4567-e89b-12d3-a456-426614174000.html", "/item/{id}.html"},
      {"/list?b=x&a=1", "/list?a={n}&b={text}"},
      {"/list?f[0]=a&f[1]=b", "/list?f[{n}]={text}"},
      {"/a/b/a/b/a/b", "/(a|b)+"},
      {"/room/3?sid=0123456789abcdef", "*?sid={session}"},
      {"/shop/cart;jsessionid=A1B2C3?x=1", "*;jsessionid={session}"},
      {"/s/3f2a9c0d1e4b5a69/about", "/s/{id}/*"},
      {"/story?sid=17", "/story?sid={n}"},
      {"/2031/99", "/{n}/{n}"},
      {"/1234/5", "/{n}/{n}"},
      {"/30001231", "/{n}"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.target);
    CHECK(Shape(row.target) == row.shape);
  }
}

TEST_CASE("TrapShape: URLs of one shape have one key, and nothing that varies has none") {
  CHECK(Of("/p/1").key == Of("/p/22").key);
  CHECK(Of("/p/1").key != Of("/q/1").key);
  CHECK(Of("/about").key == 0);
  CHECK(ShapeOf("mailto:a@a.test").key == 0);
  CHECK(Of("/l?a=1&b=2").family_key == Of("/l?c=x&d=y").family_key);
  CHECK(Of("/l?a=1").family_key == 0);
}

TEST_CASE("TrapShape: a session's residue is the URL without it") {
  const UrlShape one = Of("/room/3?sid=0123456789abcdef&x=1");
  CHECK(one.named_session);
  CHECK(one.residue == Of("/room/3?sid=fedcba9876543210&x=1").residue);
  CHECK(one.residue != Of("/room/4?sid=0123456789abcdef&x=1").residue);
  CHECK(one.key == Of("/other?sid=fedcba9876543210").key);
}

TEST_CASE("TrapShape: repeats are counted in the path and in the query") {
  CHECK(Of("/a/b/a/b/a/").repeats == 3);
  CHECK(Of("/a/b/c/").repeats == 0);
  CHECK(Of("/a?x=1&x=2&x=3&x=4").query_repeats == 3);
}

TEST_CASE("TrapShape: dates are read to the month") {
  CHECK(Of("/2031/05/").month == 12 * 2031 + 4);
  CHECK(Of("/cal?year=2031&month=5").month == 12 * 2031 + 4);
  CHECK(Of("/cal?y=2031").month == 12 * 2031);
  CHECK_FALSE(Of("/cal?y=20310").has_date());
}

TEST_CASE("TrapShape: hostile URLs have a bounded shape") {
  for (const char* const part : {"/a", "/1", "/%41", "/a;b=", "/2031/05", "?a=1&", "/x-y-z"}) {
    std::string target;
    while (target.size() < 8000) {
      target += part;
    }
    CHECK(Shape("/" + target).size() <= 400);
  }
  CHECK(ShapeText("http://a.test").empty());
  CHECK(ShapeText("http:").empty());
  CHECK(ShapeText("").empty());
}
}

TEST_SUITE("crawler/frontier/text_hash") {
TEST_CASE("TextHash: pages that differ in their links alone have one hash") {
  CHECK(TextHash("<p>Four <a href='/r?sid=1'>doors</a>") == TextHash("<p>Four <a href='/r?sid=2'>doors</a>"));
  CHECK(TextHash("<p>Four doors") != TextHash("<p>Five doors"));
}

TEST_CASE("TextHash: scripts, styles and comments do not count") {
  CHECK(TextHash("a<script>var s = '1';</script>b") == TextHash("a<SCRIPT>if (x < 2) {}</script>b"));
  CHECK(TextHash("a<style>p{}</style>b") == TextHash("a<style></style>b"));
  CHECK(TextHash("a<!-- 1 > 2 -->b") == TextHash("a<!-- 3 -->b"));
}

TEST_CASE("TextHash: what never ends ends with the page") {
  CHECK(TextHash("a<script>") == TextHash("a<script>b</p>"));
  CHECK(TextHash("a<!-- b") == TextHash("a<!--"));
  CHECK(TextHash("a<p") == TextHash("a"));
  CHECK(TextHash("") != 0);
}
}

}  // namespace spinneret
