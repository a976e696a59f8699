#include "parser/robots_txt.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

bool Allows(std::string_view robots, std::string_view path, std::string_view agent = "spinneret") {
  return RobotsTxt::Parse(robots, agent).Check(path).allowed;
}

std::string Repeat(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

TEST_SUITE("parser/robots_txt") {
TEST_CASE("RobotsTxt: without rules everything is allowed") {
  CHECK(RobotsTxt().Check("/x").allowed);
  CHECK(Allows("", "/x"));
  CHECK(Allows("User-agent: *\nDisallow:\n", "/x"));
  CHECK(Allows("<!doctype html><title>Not found</title>\n<p>Disallow: /\n", "/x"));
}

TEST_CASE("RobotsTxt: a rule refuses the paths that begin with it") {
  const char* robots = "User-agent: *\nDisallow: /private\n";
  CHECK_FALSE(Allows(robots, "/private"));
  CHECK_FALSE(Allows(robots, "/private/x"));
  CHECK_FALSE(Allows(robots, "/private.html?q"));
  CHECK(Allows(robots, "/Private"));
  CHECK(Allows(robots, "/public/private"));
}

TEST_CASE("RobotsTxt: the longest match wins over order (RFC 9309 section 2.2.2)") {
  CHECK(Allows("User-agent: *\nDisallow: /a\nAllow: /a/b\n", "/a/b/c"));
  CHECK(Allows("User-agent: *\nAllow: /a/b\nDisallow: /a\n", "/a/b/c"));
  CHECK_FALSE(Allows("User-agent: *\nAllow: /a\nDisallow: /a/b\n", "/a/b/c"));
}

TEST_CASE("RobotsTxt: allow wins over an equally long disallow") {
  CHECK(Allows("User-agent: *\nDisallow: /a\nAllow: /a\n", "/a"));
  CHECK(Allows("User-agent: *\nAllow: /a\nDisallow: /a\n", "/a"));
}

TEST_CASE("RobotsTxt: the verdict names the rule that decided and its line") {
  const RobotsTxt robots =
      RobotsTxt::Parse("# about\r\nUser-agent: *\r\n\r\n Disallow:  /a  # why\r\nAllow: /a/b\r\n", "x");
  const RobotsVerdict refused = robots.Check("/a/c");
  CHECK_FALSE(refused.allowed);
  CHECK(refused.line == 4);
  CHECK(refused.rule == "Disallow:  /a");
  const RobotsVerdict allowed = robots.Check("/a/b");
  CHECK(allowed.allowed);
  CHECK(allowed.line == 5);
  CHECK(robots.Check("/z").line == 0);
  CHECK(robots.Check("/z").rule.empty());
}

TEST_CASE("RobotsTxt: robots.txt itself is always allowed") {
  CHECK(Allows("User-agent: *\nDisallow: /\n", "/robots.txt"));
}

TEST_CASE("RobotsTxt: the group that names the agent is taken instead of the one for all") {
  const char* robots = "User-agent: *\nDisallow: /\n\nUser-agent: Spinneret\nDisallow: /own\n";
  CHECK(Allows(robots, "/x"));
  CHECK_FALSE(Allows(robots, "/own"));
  CHECK_FALSE(Allows(robots, "/x", "other"));
}

TEST_CASE("RobotsTxt: an agent whose group has no rules may go anywhere") {
  CHECK(Allows("User-agent: *\nDisallow: /\n\nUser-agent: spinneret\n", "/x"));
}

TEST_CASE("RobotsTxt: groups for the same agent are merged") {
  const char* robots =
      "User-agent: spinneret\nDisallow: /a\nUser-agent: x\nDisallow: /b\nUser-agent: SPINNERET\nDisallow: /c\n";
  CHECK_FALSE(Allows(robots, "/a"));
  CHECK(Allows(robots, "/b"));
  CHECK_FALSE(Allows(robots, "/c"));
}

TEST_CASE("RobotsTxt: agents in a row share the rules that follow, other lines between them notwithstanding") {
  const char* robots = "User-agent: a\nSitemap: http://s.example/\nCrawl-delay: 3\n\nUser-agent: b\nDisallow: /x\n";
  CHECK_FALSE(Allows(robots, "/x", "a"));
  CHECK_FALSE(Allows(robots, "/x", "b"));
  CHECK(Allows(robots, "/x", "c"));
}

TEST_CASE("RobotsTxt: a user-agent line is read as far as it is a product token") {
  CHECK_FALSE(Allows("User-agent: spinneret/1.0 (+http://x.example)\nDisallow: /\n", "/x"));
  CHECK(Allows("User-agent: spinneretbot\nDisallow: /\n", "/x"));
  CHECK(Allows("User-agent: spin\nDisallow: /\n", "/x"));
  CHECK_FALSE(Allows("User-agent: * and all others\nDisallow: /\n", "/x"));
  CHECK(Allows("User-agent: *bot\nDisallow: /\n", "/x"));
}

TEST_CASE("RobotsTxt: agents whose names differ in a digit are different agents") {
  const char* robots = "User-agent: crawler1\nDisallow: /one\nUser-agent: crawler2/2.0\nDisallow: /two\n";
  CHECK(Allows(robots, "/one", "crawler2"));
  CHECK_FALSE(Allows(robots, "/two", "crawler2"));
}

TEST_CASE("RobotsTxt: rules before the first user-agent line are ignored") {
  CHECK(Allows("Disallow: /\nUser-agent: *\nDisallow: /a\n", "/x"));
}

TEST_CASE("RobotsTxt: a star stands for any characters, a dollar for the end") {
  const char* robots = "User-agent: *\nDisallow: /*.pdf$\nDisallow: /a*b*c\nDisallow: */deep/\n";
  CHECK_FALSE(Allows(robots, "/x/y.pdf"));
  CHECK(Allows(robots, "/x/y.pdf?page=1"));
  CHECK_FALSE(Allows(robots, "/a/b/c/d"));
  CHECK_FALSE(Allows(robots, "/abc"));
  CHECK(Allows(robots, "/acb"));
  CHECK_FALSE(Allows(robots, "/1/2/deep/3"));
  CHECK(Allows("User-agent: *\nDisallow: /ab*ab$\n", "/ab"));
  CHECK_FALSE(Allows("User-agent: *\nDisallow: /ab*ab$\n", "/abab"));
}

TEST_CASE("RobotsTxt: a star and a dollar that are meant as such are written in percent-encoding") {
  CHECK_FALSE(Allows("User-agent: *\nDisallow: /a%2Ab\n", "/a*b"));
  CHECK(Allows("User-agent: *\nDisallow: /a%2Ab\n", "/axb"));
  CHECK_FALSE(Allows("User-agent: *\nDisallow: /a%24\n", "/a$/x"));
  CHECK_FALSE(Allows("User-agent: *\nDisallow: /a$b\n", "/a$bc"));
}

TEST_CASE("RobotsTxt: percent-encoding does not make a difference, except of reserved characters") {
  CHECK_FALSE(Allows("User-agent: *\nDisallow: /%7Ejoe\n", "/~joe"));
  CHECK_FALSE(Allows("User-agent: *\nDisallow: /~joe\n", "/%7ejoe"));
  CHECK_FALSE(Allows("User-agent: *\nDisallow: /\xC3\xA4\n", "/%c3%a4"));
  CHECK_FALSE(Allows("User-agent: *\nDisallow: /a b\n", "/a%20b"));
  CHECK(Allows("User-agent: *\nDisallow: /a%2Fb\n", "/a/b"));
  CHECK_FALSE(Allows("User-agent: *\nDisallow: /100%\n", "/100%"));
}

TEST_CASE("RobotsTxt: the length of a match is counted in characters after percent-encoding is evened out") {
  // Twelve bytes as written, five when evened out, against six.
  CHECK(Allows("User-agent: *\nDisallow: /%61%62%63d\nAllow: /abcde\n", "/abcdef"));
}

TEST_CASE("RobotsTxt: an allowed index page allows its directory, as Google has it") {
  const char* robots = "User-agent: *\nDisallow: /\nAllow: /a/index.html\n";
  CHECK(Allows(robots, "/a/"));
  CHECK(Allows(robots, "/a/index.html"));
  CHECK_FALSE(Allows(robots, "/a/b"));
  CHECK_FALSE(Allows(robots, "/a"));
  CHECK(Allows("User-agent: *\nDisallow: /index.html\n", "/"));
}

TEST_CASE("RobotsTxt: misspelt and oddly spaced directives are understood") {
  CHECK_FALSE(Allows("useragent: *\ndisalow: /a\n", "/a"));
  CHECK_FALSE(Allows("USER AGENT : *\n  DISSALLOW\t:\t/a\n", "/a"));
  CHECK_FALSE(Allows("user-agent *\ndisallow /a\n", "/a"));
  CHECK(Allows("user-agent *\ndisallow /a and more\n", "/a"));
}

TEST_CASE("RobotsTxt: lines end with LF, CR or CRLF") {
  for (const char* end : {"\n", "\r", "\r\n"}) {
    const std::string robots = std::string("User-agent: *") + end + "Allow: /b" + end + "Disallow: /a";
    const RobotsVerdict verdict = RobotsTxt::Parse(robots, "x").Check("/a");
    CHECK_FALSE(verdict.allowed);
    CHECK(verdict.line == 3);
  }
}

TEST_CASE("RobotsTxt: a byte order mark, also a broken one, is skipped") {
  CHECK_FALSE(Allows("\xEF\xBB\xBFUser-agent: *\nDisallow: /\n", "/x"));
  CHECK_FALSE(Allows("\xEF\xBBUser-agent: *\nDisallow: /\n", "/x"));
}

TEST_CASE("RobotsTxt: sitemaps are collected from anywhere, in order and as written") {
  const RobotsTxt robots = RobotsTxt::Parse(
      "Sitemap: http://a.example/1.xml\nUser-agent: other\nDisallow: /\nsite-map: "
      "/2.xml\nSitemap:\nSITEMAP:http://a.example/3#4\n",
      "x");
  CHECK(robots.sitemaps() == std::vector<std::string>{"http://a.example/1.xml", "/2.xml", "http://a.example/3"});
}

TEST_CASE("RobotsTxt: a line that is nothing but a sitemap's URL counts as one") {
  const RobotsTxt robots = RobotsTxt::Parse(
      "User-agent: *\nhttp://a.example/my-Sitemap.xml\nhttps://a.example/page\nsee https://a.example/sitemap.xml\n"
      "https://a.example/sitemap.xml # the other\nhttps://a.example/sitemap.xml and more\nDisallow: /x\n",
      "x");
  CHECK(robots.sitemaps() ==
        std::vector<std::string>{"http://a.example/my-Sitemap.xml", "https://a.example/sitemap.xml"});
  CHECK_FALSE(robots.Check("/x").allowed);
}

TEST_CASE("RobotsTxt: the group that holds is named by its first user-agent line") {
  const char* robots = "# x\nUser-agent: *\nDisallow: /\nUser-Agent: Spinneret/1\nAllow: /\nuser-agent: spinneret\n";
  const RobotsTxt own = RobotsTxt::Parse(robots, "spinneret");
  CHECK(own.group().line == 4);
  CHECK(own.group().text == "User-Agent: Spinneret/1");
  CHECK(RobotsTxt::Parse(robots, "other").group().text == "User-agent: *");
  CHECK(RobotsTxt::Parse("User-agent: a\nDisallow: /\n", "b").group().line == 0);
}

TEST_CASE("RobotsTxt: Crawl-delay is that of the agent's group, and the first of it") {
  const char* robots =
      "User-agent: *\nCrawl-delay: 10\nDisallow: /x\nUser-agent: spinneret\nCrawl-delay: 0.25\nCrawl-delay: "
      "9\nDisallow:\n";
  CHECK(RobotsTxt::Parse(robots, "spinneret").crawl_delay() == std::chrono::milliseconds(250));
  CHECK(RobotsTxt::Parse(robots, "other").crawl_delay() == std::chrono::milliseconds(10'000));
  CHECK_FALSE(RobotsTxt::Parse("User-agent: *\nCrawl-delay: 10\n\nUser-agent: x\nDisallow: /\n", "x").crawl_delay());
}

TEST_CASE("RobotsTxt: a Crawl-delay that is no number from 0 up is none, and a huge one is a day") {
  const auto delay = [](std::string_view value) {
    return RobotsTxt::Parse("User-agent: *\nCrawl-delay: " + std::string(value), "x").crawl_delay();
  };
  CHECK_FALSE(delay("soon"));
  CHECK_FALSE(delay("-1"));
  CHECK_FALSE(delay("nan"));
  CHECK_FALSE(delay("inf"));
  CHECK_FALSE(delay("5s"));
  CHECK(delay("0") == std::chrono::milliseconds(0));
  CHECK(delay("1e9") != std::chrono::hours(24));
  CHECK(delay("999999999") == std::chrono::hours(24));
  CHECK(delay(std::string(400, '9')) == std::chrono::hours(24));
}

TEST_CASE("RobotsTxt: what lies beyond 500 KiB is not read") {
  const std::string filler = Repeat("# 0123456\n", 51'200);
  REQUIRE(filler.size() == 500U * 1024U);
  CHECK(Allows(filler + "User-agent: *\nDisallow: /\n", "/x"));
  CHECK_FALSE(Allows("User-agent: *\nDisallow: /\n" + filler, "/x"));
}

TEST_CASE("RobotsTxt: NUL bytes and lines of hundreds of kilobytes are taken for what they are") {
  using std::string_literals::operator""s;
  CHECK_FALSE(Allows("User-agent: *\nDisallow: /a\nX\0: y\nDisallow: /b\0c\n"s, "/a"));
  CHECK_FALSE(Allows("User-agent: *\nDisallow: /" + std::string(400'000, 'a') + "\nDisallow: /b\n", "/b"));
  CHECK(Allows("User-agent: *\nDisallow: /" + std::string(400'000, 'a') + "\n", "/a"));
}

TEST_CASE("RobotsTxt: patterns made to be slow are matched without going back") {
  // A matcher that tries every place for each star takes 2^n steps here, one that searches naively n^2 for each rule.
  const std::string path = "/" + std::string(8'000, 'a');
  CHECK(Allows("User-agent: *\nDisallow: /" + Repeat("a*", 4'000) + "b\n", path));
  CHECK(Allows("User-agent: *\n" + Repeat("Disallow: *" + std::string(7'000, 'a') + "b\n", 70), path));
  CHECK(Allows("User-agent: *\n" + Repeat("Disallow: *b\n", 35'000), path));
  CHECK_FALSE(Allows("User-agent: *\nDisallow: /" + std::string(10'000, '*') + "a$\n", path));
}
}  // TEST_SUITE("parser/robots_txt")

}  // namespace
}  // namespace spinneret
