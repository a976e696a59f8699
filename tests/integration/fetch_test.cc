// spinneret fetch: what it shows of one URL, and that it is what a crawl does.
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

using Json = nlohmann::json;

struct Fetched {
  int exit_code = 0;
  Json json;
};

Fetched Fetch(Words arguments) {
  arguments.insert(arguments.begin(), {"fetch", "--json", "--allow-private"});
  const ProcessResult result = Spinneret(arguments);
  Fetched fetched{result.exit_code, Json::parse(result.out, nullptr, false)};
  CHECK_MESSAGE(fetched.json.is_object(), result.err);
  return fetched;
}

}  // namespace

TEST_SUITE("integration/fetch") {
TEST_CASE("fetch: every redirect is a hop with its headers, and the page is read as a crawl reads it") {
  const auto server = StartRough();
  server->AddPage("/a", "", "text/html", {{"Location", "/b#x"}, {"X-Note", "one"}}, {}, 301);
  server->AddPage("/b",
                  "<!DOCTYPE html><html lang=en><meta charset=latin1><title>T\xE9</title><link rel=canonical href=/c>"
                  "<a href=/in>one</a><a href='http://else.test/'>two</a>",
                  "text/html", {}, {}, 404);
  const Fetched fetched = Fetch({server->Url("/a#top")});
  CHECK(fetched.exit_code == 0);
  CHECK(fetched.json["end"] == "fetched");
  const Json& hops = fetched.json["hops"];
  REQUIRE(hops.size() == 2);
  CHECK(hops[0]["url"] == server->Url("/a"));
  CHECK(hops[0]["status"] == 301);
  CHECK(hops[0]["redirect_to"] == server->Url("/b"));
  CHECK(hops[0]["request"] == "GET /a HTTP/1.1");
  CHECK(hops[0]["headers"].dump().find("X-Note: one") != std::string::npos);
  CHECK(hops[0]["robots"]["requests"].size() == 1);
  CHECK(hops[1]["robots"]["requests"].empty());
  CHECK(hops[1]["status"] == 404);
  const Json& page = fetched.json["page"];
  CHECK(page["title"] == "T\u00E9");
  CHECK(page["charset"] == "windows-1252");
  CHECK(page["charset_source"] == "meta");
  CHECK(page["canonical"] == server->Url("/c"));
  CHECK(Asked(server->log()) == Words{"/a", "/b"});
}

TEST_CASE("fetch: links are judged as the crawl would") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/in", "http://else.test/", "/out?sort=1"}));
  const Fetched fetched = Fetch({server->Url("/"), "--exclude", "sort", "--links", "2"});
  const Json& page = fetched.json["page"];
  CHECK(page["link_count"] == 3);
  CHECK(page["links_refused"] == Json{{"exclude", 1}, {"scope", 1}});
  REQUIRE(page["links"].size() == 2);
  CHECK(page["links"][0]["admission"] == "admitted");
  CHECK(page["links"][1]["admission"] == "scope");

  server->AddPage("/n", "<meta name=robots content=nofollow><a href=/in>one</a>");
  CHECK(Fetch({server->Url("/n")}).json["page"]["links_refused"] == Json{{"robots", 1}});
  CHECK(Fetch({server->Url("/n"), "--nofollow", "ignore"}).json["page"]["links_refused"].empty());
}

TEST_CASE("fetch: robots.txt forbids, and says by which line") {
  const auto server = StartRough();
  server->AddPage("/robots.txt", "User-agent: *\nAllow: /open\nDisallow: /\nCrawl-delay: 2\n", "text/plain");
  server->AddPage("/open", "open");
  const Fetched closed = Fetch({server->Url("/closed")});
  CHECK(closed.exit_code == 1);
  CHECK(closed.json["end"] == "robots");
  CHECK(closed.json["hops"][0]["robots"]["line"] == 3);
  CHECK(closed.json["hops"][0]["robots"]["rule"] == "Disallow: /");
  CHECK(closed.json["hops"][0]["robots"]["crawl_delay"] == 2.0);
  CHECK(Asked(server->log()).empty());
  CHECK(Fetch({server->Url("/open")}).exit_code == 0);
  CHECK(Fetch({server->Url("/open"), "--robots", "ignore"}).json["hops"][0]["robots"].is_null());
}

TEST_CASE("fetch: what cannot be had is exit 1 and says why, what cannot be meant is exit 2") {
  const auto server = StartRough();
  server->AddPage("/x", "", "text/html", {{"Location", "/y"}}, {}, 302);
  server->AddPage("/y", "", "text/html", {{"Location", "/x"}}, {}, 302);
  const Fetched circle = Fetch({server->Url("/x")});
  CHECK(circle.exit_code == 1);
  CHECK(circle.json["end"] == "too_many_redirects");
  CHECK(circle.json["hops"].size() == 2);
  CHECK(Fetch({server->Url("/x"), "--max-redirects", "0"}).json["hops"].size() == 1);
  const ProcessResult refused = Spinneret({"fetch", server->Url("/x")});
  CHECK(refused.exit_code == 1);
  CHECK(refused.out.find("private_address") != std::string::npos);
  CHECK(Spinneret({"fetch"}).exit_code == 2);
  CHECK(Spinneret({"fetch", "mailto:a@b.test"}).exit_code == 2);
  CHECK(Spinneret({"fetch", "a.test", "--exclude", "("}).exit_code == 2);
}

TEST_CASE("fetch: -o writes the body as it is after decoding, to a file or to stdout") {
  const auto server = StartRough();
  const std::string body("line\r\n\0\xFF", 8);
  server->AddPage("/b", body, "application/octet-stream");
  const TempDir folder;
  CHECK(Spinneret({"fetch", server->Url("/b"), "--allow-private", "-o", folder / "b"}).exit_code == 0);
  CHECK(ReadFile(folder / "b") == body);
  const ProcessResult piped = Spinneret({"fetch", server->Url("/b"), "--allow-private", "-o", "-"});
  CHECK(piped.out == body);
  CHECK(piped.err.find("status") != std::string::npos);
}

TEST_CASE("fetch: a redirect to another spelling of its own key is followed, as the crawl does") {
  const auto server = StartRough();
  server->AddPage("/a", "", "text/html", {{"Location", "/a/"}}, {}, 301);
  server->AddPage("/a/", "here");
  const Fetched fetched = Fetch({server->Url("/a"), "--trailing-slash", "ignore"});
  CHECK(fetched.json["end"] == "fetched");
  CHECK(fetched.json["hops"][1]["canonical"] == server->Url("/a"));
}
}  // TEST_SUITE("integration/fetch")

}  // namespace spinneret::testing
