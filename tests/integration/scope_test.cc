// Which of the URLs that are found are fetched: scopes, patterns, and what a seed's own redirect changes.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

// A web of four names on one server. Every page leads to all the others.
class Names {
 public:
  Names() : server_(StartRough()) {
    const Words hosts = {"www.shop.example", "blog.shop.example", "shop.example", "other.example"};
    const Words paths = {"/", "/a/", "/a/one", "/a/deep/two", "/b"};
    Words all;
    for (const std::string& host : hosts) {
      flags_.insert(flags_.end(), {"--resolve", host + ":" + std::to_string(server_->port()) + ":127.0.0.1"});
      for (const std::string& path : paths) {
        all.push_back(Url(host, path));
      }
    }
    for (const std::string& path : paths) {
      server_->AddPage(path, LinkPage(all));
    }
  }

  std::string Url(const std::string& host, const std::string& path) const { return server_->Url(path, host); }

  // Fetched pages as "host/path", sorted.
  Words Fetched(Words arguments) const {
    arguments.insert(arguments.end(), flags_.begin(), flags_.end());
    Crawl crawl;
    crawl.Run(arguments);
    CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
    crawl.CheckWhole();
    Words pages;
    for (const std::string& url : crawl.Pages()) {
      const std::string host = url.substr(7, url.find(':', 7) - 7);
      pages.push_back(host + PathOf(url));
    }
    std::sort(pages.begin(), pages.end());
    // What was not fetched is there with its reason: nothing is dropped without a word.
    CHECK(crawl.Number("SELECT count(*) FROM v_pages") + crawl.Number("SELECT count(*) FROM v_skipped") == 20);
    return pages;
  }

  simweb::RoughServer& server() { return *server_; }
  const Words& flags() const { return flags_; }

 private:
  std::unique_ptr<simweb::RoughServer> server_;
  Words flags_;
};

Words Under(const std::string& host) {
  return {host + "/", host + "/a/", host + "/a/deep/two", host + "/a/one", host + "/b"};
}

Words Together(const std::vector<Words>& lists) {
  Words all;
  for (const Words& list : lists) {
    all.insert(all.end(), list.begin(), list.end());
  }
  std::sort(all.begin(), all.end());
  return all;
}

TEST_SUITE("integration/scope") {
TEST_CASE("--scope: page, prefix, host, domain and any take what they say") {
  const Names names;
  const std::string seed = names.Url("www.shop.example", "/a/one");
  CHECK_EQ(Difference({"www.shop.example/a/one"}, names.Fetched({seed, "--scope", "page"})), "");
  CHECK_EQ(Difference({"www.shop.example/a/", "www.shop.example/a/deep/two", "www.shop.example/a/one"},
                      names.Fetched({seed, "--scope", "prefix"})),
           "");
  CHECK_EQ(Difference(Under("www.shop.example"), names.Fetched({seed, "--scope", "host"})), "");
  CHECK_EQ(Difference(Under("www.shop.example"), names.Fetched({seed})), "");
  CHECK_EQ(Difference(Together({Under("www.shop.example"), Under("blog.shop.example"), Under("shop.example")}),
                      names.Fetched({seed, "--scope", "domain"})),
           "");
  CHECK_EQ(Difference(Together({Under("www.shop.example"), Under("blog.shop.example"), Under("shop.example"),
                                Under("other.example")}),
                      names.Fetched({seed, "--scope", "any"})),
           "");
}

TEST_CASE("--scope: several seeds have one scope together") {
  const Names names;
  CHECK_EQ(Difference(Together({Under("www.shop.example"), Under("other.example")}),
                      names.Fetched({names.Url("www.shop.example", "/b"), names.Url("other.example", "/b")})),
           "");
}

TEST_CASE("--include and --exclude: patterns over the URL, exclude wins, repeated ones add up") {
  const Names names;
  const std::string seed = names.Url("shop.example", "/a/one");
  CHECK_EQ(Difference({"shop.example/a/", "shop.example/a/deep/two", "shop.example/a/one"},
                      names.Fetched({seed, "--include", "/a/"})),
           "");
  CHECK_EQ(Difference({"shop.example/", "shop.example/a/", "shop.example/a/one", "shop.example/b"},
                      names.Fetched({seed, "--exclude", "deep"})),
           "");
  CHECK_EQ(Difference({"shop.example/a/", "shop.example/a/one"},
                      names.Fetched({seed, "--include", "/a/", "--exclude", "deep"})),
           "");
  CHECK_EQ(Difference({"shop.example/a/deep/two", "shop.example/a/one", "shop.example/b"},
                      names.Fetched({seed, "--include", "/b$", "--include", "two|one"})),
           "");
}

TEST_CASE("--scope host: a port of its own is a host of its own") {
  const auto one = StartRough();
  const auto two = StartRough();
  one->AddPage("/", LinkPage({two->Url("/"), "/a"}));
  one->AddPage("/a", "end");
  two->AddPage("/", "never");
  Crawl crawl;
  crawl.Run({one->Url("/")});
  CHECK(crawl.Paths() == Words{"/", "/a"});
  CHECK(two->log().total() == 0);
  CHECK(crawl.Skipped() == Words{"/ scope"});
}

TEST_CASE("a seed's own redirect widens the scope to where it ends, another page's does not") {
  const auto server = StartRough();
  server->AddPage("/", "", "text/html", {{"Location", server->Url("/home", "127.0.0.2")}}, "127.0.0.1", 301);
  server->AddPage("/home", LinkPage({"/inside", server->Url("/outside", "127.0.0.3"), "/away"}), "text/html", {},
                  "127.0.0.2");
  server->AddPage("/inside", LinkPage({server->Url("/back", "127.0.0.1")}), "text/html", {}, "127.0.0.2");
  server->AddPage("/away", "", "text/html", {{"Location", server->Url("/gone", "127.0.0.3")}}, "127.0.0.2", 302);
  server->AddPage("/back", "end", "text/html", {}, "127.0.0.1");
  Crawl crawl;
  crawl.Run({server->Url("/")});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/", "/away", "/back", "/home", "/inside"});
  CHECK(crawl.Skipped() == Words{"/gone scope", "/outside scope"});
  CHECK(crawl.result().err.find("127.0.0.2") != std::string::npos);  // said in the summary
  for (const auto& entry : server->log().Snapshot()) {
    CHECK(entry.host.find("127.0.0.3") == std::string::npos);
  }
}
}  // TEST_SUITE("integration/scope")

}  // namespace
}  // namespace spinneret::testing
