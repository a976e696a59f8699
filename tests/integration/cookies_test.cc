// Cookies: kept while the crawl runs, shared by all workers, read from and written to files, and never in the database.
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

constexpr int kPages = 40;

// "/" sets a cookie and links to pages that are only there with it.
void AddGate(simweb::RoughServer& server, const std::string& cookie = "session=abc; Path=/") {
  Words links;
  for (int i = 0; i < kPages; ++i) {
    const std::string path = "/in/" + std::to_string(i);
    links.push_back(path);
    server.OnRequest(path, [](const simweb::RoughRequest& request) {
      const bool known = request.Header("Cookie").value_or("").find("session=abc") != std::string_view::npos;
      return simweb::RawResponse(known ? 200 : 403, "page");
    });
  }
  server.AddPage("/", LinkPage(links), "text/html", {{"Set-Cookie", cookie}});
}

std::string PortOf(const simweb::RoughServer& server) {
  return std::to_string(server.port());
}

TEST_SUITE("integration/cookies") {
TEST_CASE("cookies: what one page sets goes with the requests of every worker") {
  const auto server = StartRough();
  AddGate(*server);
  Crawl crawl;
  crawl.Run({server->Url("/"), "-w", "4"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths("status = 200").size() == kPages + 1);
}

TEST_CASE("cookies: off means none is sent, and a Cookie header of the user's still is") {
  const auto server = StartRough();
  AddGate(*server);
  Crawl crawl;
  crawl.Run({server->Url("/"), "--cookies", "off"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths("status = 403").size() == kPages);
  Crawl by_hand;
  by_hand.Run({server->Url("/"), "--cookies", "off", "-H", "Cookie: session=abc"});
  CHECK(by_hand.Paths("status = 200").size() == kPages + 1);
}

TEST_CASE(
    "cookies: a file goes in, what the crawl ends with comes out, for the owner alone, and resume goes on with it") {
  const auto server = StartRough();
  AddGate(*server, "extra=1; Path=/; HttpOnly; Max-Age=3600");
  server->AddPage("/in/0", "bye", "text/html", {{"Set-Cookie", "gone=; Path=/; Max-Age=0"}});
  Crawl crawl;
  const std::string in = crawl.folder() / "in.txt";
  const std::string out = crawl.folder() / "out.txt";
  WriteFile(in,
            "127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tabc\n127.0.0.1\tFALSE\t/\tFALSE\t0\tgone\tx\n"
            "other.example\tFALSE\t/\tFALSE\t4000000000\tkept\ty\n");
  crawl.Run({server->Url("/"), "-w", "3", "--load-cookies", in, "--save-cookies", out, "--limit", "20"});
  CHECK(crawl.exit_code() == 16);
  CHECK(crawl.Paths("status = 403").empty());
  const std::string saved = ReadFile(out);
  CHECK(saved.find("127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tabc\n") != std::string::npos);
  CHECK(saved.find("#HttpOnly_127.0.0.1\tFALSE\t/\tFALSE\t") != std::string::npos);
  CHECK(saved.find("other.example\tFALSE\t/\tFALSE\t4000000000\tkept\ty\n") != std::string::npos);
  struct stat status {};
  REQUIRE(::stat(out.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600);

  crawl.Resume({"--limit", "1000"});
  CHECK(crawl.exit_code() == 2);
  CHECK(crawl.result().err.find("--load-cookies") != std::string::npos);
  crawl.Resume({"--limit", "1000", "--load-cookies", out});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths("status = 200").size() == kPages + 1);
  CHECK(ReadFile(out).find("\tgone\t") == std::string::npos);
  CHECK(crawl.Number("SELECT count(*) FROM runs WHERE settings LIKE '%abc%' OR settings LIKE '%in.txt%'") == 0);
}

TEST_CASE("cookies: go to their own hosts and paths alone, across subdomains only where they say so") {
  const auto server = StartRough();
  const std::string resolve = ":" + PortOf(*server) + ":127.0.0.1";
  server->AddPage("/", LinkPage({"/private", server->Url("/b", "api.shop.example"), server->Url("/c", "evil.example")}),
                  "text/html",
                  {{"Set-Cookie", "wide=1; Domain=shop.example"},
                   {"Set-Cookie", "narrow=1"},
                   {"Set-Cookie", "deep=1; Path=/private"},
                   {"Set-Cookie", "all=1; Domain=example"},
                   {"Set-Cookie", "foreign=1; Domain=evil.example"},
                   {"Set-Cookie", "safe=1; Secure"}});
  for (const char* path : {"/private", "/b", "/c"}) {
    server->AddPage(path, "page");
  }
  Crawl crawl;
  crawl.Run({server->Url("/", "www.shop.example"), "--scope", "any", "--resolve", "www.shop.example" + resolve,
             "--resolve", "api.shop.example" + resolve, "--resolve", "evil.example" + resolve});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  const auto sent = [&](const std::string& target) {
    const auto entries = server->log().EntriesOf(target);
    REQUIRE(entries.size() == 1);
    const std::size_t at = entries[0].head.find("Cookie: ");
    return at == std::string::npos ? "" : entries[0].head.substr(at + 8, entries[0].head.find("\r\n", at) - at - 8);
  };
  CHECK(sent("/private") == "deep=1; narrow=1; wide=1");
  CHECK(sent("/b") == "wide=1");
  CHECK(sent("/c").empty());
}

TEST_CASE("cookies: files that cannot be used are refused before anything is fetched, with the place named") {
  Crawl crawl;
  const std::string in = crawl.folder() / "in.txt";
  WriteFile(in, "# jar\nshop.example TRUE / FALSE 0 id hush\n");
  const auto refused = [&](const Words& flags) {
    Words words = {"http://shop.test/"};
    words.insert(words.end(), flags.begin(), flags.end());
    crawl.Run(words);
    CHECK(crawl.exit_code() == 2);
    CHECK(crawl.Files() == std::set<std::string>{"in.txt"});
    return crawl.result().err;
  };
  const std::string message = refused({"--load-cookies", in});
  CHECK(message.find(in + ":2: ") != std::string::npos);
  CHECK(message.find("hush") == std::string::npos);
  CHECK(refused({"--load-cookies", crawl.folder() / "none.txt"}).find("none.txt") != std::string::npos);
  CHECK(refused({"--save-cookies", crawl.folder() / "none/out.txt"}).find("--save-cookies") != std::string::npos);
  CHECK(refused({"--save-cookies", crawl.folder().path().string()}).find("folder") != std::string::npos);
  CHECK(refused({"--cookies", "off", "--save-cookies", crawl.folder() / "out.txt"}).find("contradicts") !=
        std::string::npos);
}
}  // TEST_SUITE("integration/cookies")

}  // namespace
}  // namespace spinneret::testing
