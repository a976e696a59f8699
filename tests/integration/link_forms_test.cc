// Every way of writing a link, held to what the standards say it leads to (tests/data/site).
#include <algorithm>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

std::string SiteFile(const std::string& name, const simweb::RoughServer& server) {
  std::string text = ReadFile(std::string(SPINNERET_TEST_DATA) + "/site/" + name);
  REQUIRE_MESSAGE(!text.empty(), name, " is missing or empty");
  const std::string placeholder = "{port}";
  const std::string port = std::to_string(server.port());
  for (std::size_t at = 0; (at = text.find(placeholder, at)) != std::string::npos; at += port.size()) {
    text.replace(at, placeholder.size(), port);
  }
  return text;
}

Words ExpectedLinks(const std::string& name, const simweb::RoughServer& server) {
  std::istringstream lines(SiteFile(name, server));
  Words rows;
  std::string line;
  while (std::getline(lines, line)) {
    if (!line.starts_with('#')) {
      rows.push_back(line);
    }
  }
  REQUIRE_FALSE(rows.empty());
  return rows;
}

Words FoundLinks(const Crawl& crawl, const std::string& page) {
  Words rows;
  for (const Row& row :
       Query(crawl.database(), "SELECT to_url, tag, rel, text FROM v_links WHERE from_url = '" + page + "'")) {
    std::string& line = rows.emplace_back();
    for (const std::string& field : row) {
      line += (&field == &row.front() ? "" : "\t") + (field == "NULL" ? std::string() : field);
    }
  }
  return rows;
}

TEST_SUITE("integration/link_forms") {
TEST_CASE("links: every way of writing one gives the row that the standards give") {
  const auto server = StartRough();
  Words arguments = {"--scope", "page", "--resolve", "site.example:" + std::to_string(server->port()) + ":127.0.0.1"};
  const Words names = {"forms", "elements", "based", "frames"};
  for (const std::string& name : names) {
    const std::string path = "/dir/" + name + ".html";
    server->AddPage(path, SiteFile(name + ".html", *server));
    arguments.push_back(server->Url(path, "site.example"));
  }
  Crawl crawl;
  crawl.Run(arguments);
  REQUIRE_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.PageCount() == 4);
  for (const std::string& name : names) {
    CAPTURE(name);
    CHECK_EQ(Difference(ExpectedLinks(name + ".tsv", *server),
                        FoundLinks(crawl, server->Url("/dir/" + name + ".html", "site.example"))),
             "");
  }
  CHECK(crawl.Pages("true", "title") == Words{"A base", "Elements", "Forms of links", "Frames"});
}

TEST_CASE("links: the same page is asked once, however its URL is written") {
  const auto server = StartRough();
  const std::string port = std::to_string(server->port());
  server->AddPage(
      "/", LinkPage({"/page", "/page#a", "/./page", "/x/../page", "//127.0.0.1:" + port + "/page",
                     "HTTP://127.0.0.1:" + port + "/page", " /page\t", "http://127.1:" + port + "/page", "/pa\nge"}));
  server->AddPage("/page", "once");
  Crawl crawl;
  crawl.Run({server->Url("/")});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(Asked(server->log()) == Words{"/", "/page"});
  CHECK(crawl.Number("SELECT count(*) FROM v_links WHERE to_url LIKE '%/page'") == 9);
}

TEST_CASE("links: what differs after serialisation is another page") {
  const auto server = StartRough();
  const Words targets = {"/page",         "/page?",  "/page/",  "/Page", "/page?a=1&b=2",
                         "/page?b=2&a=1", "/%70age", "/page;x", "//page"};
  server->AddPage("/", LinkPage({"/page", "/page?", "/page/", "/Page", "/page?a=1&amp;b=2", "/page?b=2&amp;a=1",
                                 "/%70age", "/page;x", server->Url("//page")}));
  Crawl crawl;
  crawl.Run({server->Url("/")});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  Words expected = targets;
  expected.push_back("/");
  std::sort(expected.begin(), expected.end());
  CHECK_EQ(Difference(expected, Asked(server->log())), "");
  CHECK_EQ(Difference(expected, crawl.Paths()), "");
}

TEST_CASE("links: the URL that is requested is the one that was written, not a canonical form") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/%7euser/%2F?q=%7E&amp;empty="}));
  Crawl crawl;
  crawl.Run({server->Url("/")});
  CHECK(Asked(server->log()) == Words{"/", "/%7euser/%2F?q=%7E&empty="});
}

TEST_CASE("links: a legacy encoding is decoded") {
  const auto server = StartRough();
  server->AddPage("/", "<title>caf\xe9</title><a href='/p\xe9'>th\xe9</a>", "text/html; charset=iso-8859-1");
  Crawl crawl;
  crawl.Run({server->Url("/")});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Value("SELECT title FROM v_pages WHERE status = 200") == "caf\xc3\xa9");
  CHECK(QueryColumn(crawl.database(), "SELECT text FROM v_links") == Words{"th\xc3\xa9"});
  CHECK(Asked(server->log()) == Words{"/", "/p%C3%A9"});
}
}  // TEST_SUITE("integration/link_forms")

}  // namespace
}  // namespace spinneret::testing
