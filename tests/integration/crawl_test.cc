// Whole crawls of the generated site, held to what the generator says is there.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <openssl/sha.h>
#include <zstd.h>

#include "base/hex.h"
#include "simweb/page_server.h"
#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

std::unique_ptr<simweb::PageServer> StartPages(std::uint64_t pages, std::uint32_t hosts = 1, std::uint32_t links = 12) {
  simweb::PageServerOptions options;
  options.site.pages = pages;
  options.site.hosts = hosts;
  options.site.links = links;
  options.site.page_size = 4096;
  Result<std::unique_ptr<simweb::PageServer>> server = simweb::PageServer::Start(options);
  REQUIRE_MESSAGE(server.has_value(), (server ? std::string() : server.error().message));
  return std::move(server).value();
}

std::string Digest(const std::string& bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return HexOf({reinterpret_cast<const char*>(digest), sizeof digest});
}

// What a complete crawl of the site leaves, told by the generator alone.
EndState ExpectedOf(const simweb::Site& site) {
  EndState state;
  std::vector<std::pair<std::string, std::uint64_t>> pages;
  for (std::uint64_t page = 0; page < site.PageCount(); ++page) {
    pages.emplace_back(site.UrlOf(page), page);
  }
  std::sort(pages.begin(), pages.end());
  for (const auto& [url, page] : pages) {
    state.pages.push_back(url + "|200||||" + url + "|" + Digest(site.HtmlOf(page)) + "|");
    for (const simweb::SiteLink& link : site.LinksOf(page)) {
      state.links.push_back(url + "|" + link.url + "|" + std::string(link.tag) + "|" + std::string(link.rel) + "|" +
                            link.text + "|");
    }
  }
  std::sort(state.pages.begin(), state.pages.end());
  return state;
}

TEST_SUITE("integration/crawl") {
TEST_CASE("crawl: brings exactly the site's pages and links, whatever the number of workers") {
  const auto server = StartPages(SizeOf<std::uint64_t>(10'000, 600, 200));
  const EndState expected = ExpectedOf(server->site());
  for (const char* workers : {"1", "2", "8"}) {
    SUBCASE(workers) {
      Crawl crawl;
      crawl.Run({server->site().UrlOf(0), "-w", workers});
      CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
      CHECK_EQ(Difference(expected, crawl.End()), "");
      crawl.CheckWhole();
      // Each page was asked once, and robots.txt once.
      CHECK(server->log().total() == server->site().PageCount() + 1);
    }
  }
}

TEST_CASE("crawl: several hosts are crawled from one seed each, to the same end state") {
  const auto server = StartPages(SizeOf<std::uint64_t>(3'000, 300, 100), 5);
  Words arguments = {"-w", "2"};
  for (std::uint64_t host = 0; host < 5; ++host) {
    arguments.push_back(server->site().UrlOf(host));
  }
  Crawl crawl;
  crawl.Run(arguments);
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK_EQ(Difference(ExpectedOf(server->site()), crawl.End()), "");
  CHECK(crawl.Number("SELECT count(*) FROM v_hosts") == 5);
  CHECK(crawl.Number("SELECT sum(pages) FROM v_hosts") == static_cast<long long>(server->site().PageCount()));
}

TEST_CASE("crawl: afterwards the database is one plain file that an outside tool finds whole") {
  const auto server = StartPages(40);
  Crawl crawl;
  crawl.Run({server->site().UrlOf(0)});
  REQUIRE(crawl.exit_code() == 0);
  CHECK(crawl.Files() == std::set<std::string>{"crawl.db"});
  CHECK(AskShell(crawl.database(), "PRAGMA journal_mode") == "delete");
  CHECK(AskShell(crawl.database(), "SELECT count(*) FROM v_pages") == "40");
  crawl.CheckWhole();
}

TEST_CASE("crawl: a plain reader sees whole pages while the crawl runs, and does not disturb it") {
  const auto server = StartPages(60);
  Crawl crawl(Crawl::Polite());
  Process running = crawl.Start({server->site().UrlOf(0), "--host-delay", "60ms"});
  long long seen = 0;
  const bool some = running.WaitUntil([&] {
    if (crawl.Files().count("crawl.db") == 0) {
      return false;
    }
    seen = std::stoll(AskShell(crawl.database(), "SELECT count(*) FROM v_pages"));
    return seen > 0;
  });
  CHECK(some);
  CHECK(running.running());
  CHECK(seen < 60);
  // A page is visible only together with its links.
  CHECK(AskShell(crawl.database(), "SELECT count(*) FROM v_pages WHERE url NOT IN (SELECT from_url FROM v_links)") ==
        "0");
  CHECK(AskShell(crawl.database(), "PRAGMA integrity_check") == "ok");
  const ProcessResult end = running.Wait();
  CHECK_MESSAGE(end.exit_code == 0, end.err);
  CHECK_EQ(Difference(ExpectedOf(server->site()), crawl.End()), "");
  CHECK(crawl.Files() == std::set<std::string>{"crawl.db"});
}

TEST_CASE("crawl: bodies that are kept unpack to what the server sent") {
  const auto server = StartPages(25);
  Crawl crawl;
  crawl.Run({server->site().UrlOf(0), "--store-body", "zstd"});
  REQUIRE(crawl.exit_code() == 0);
  std::map<std::string, std::string> sent;
  for (std::uint64_t page = 0; page < 25; ++page) {
    const std::string html = server->site().HtmlOf(page);
    sent[Digest(html)] = html;
  }
  const Rows bodies = Query(crawl.database(), "SELECT lower(hex(digest)), size, zstd FROM bodies");
  CHECK(bodies.size() == sent.size());
  for (const Row& row : bodies) {
    std::string body(std::stoul(row[1]), '\0');
    const std::size_t size = ZSTD_decompress(body.data(), body.size(), row[2].data(), row[2].size());
    REQUIRE_FALSE(ZSTD_isError(size));
    CHECK(size == body.size());
    CHECK(Digest(body) == row[0]);
    CHECK(sent[row[0]] == body);
  }
}

TEST_CASE("crawl: without --store-body no body is kept") {
  const auto server = StartPages(5);
  Crawl crawl;
  crawl.Run({server->site().UrlOf(0)});
  CHECK(crawl.Number("SELECT count(*) FROM bodies") == 0);
  CHECK(crawl.PageCount() == 5);
}
}  // TEST_SUITE("integration/crawl")

}  // namespace
}  // namespace spinneret::testing
