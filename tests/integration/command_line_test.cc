// The command line as a person or a script meets it: exit status, standard output, and the rows that are left.
#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

TEST_SUITE("integration/command_line") {
TEST_CASE("crawl: a database that is there already is exit 2, names resume, and stays as it is") {
  const auto server = StartRough();
  server->AddPage("/", "a page");
  Crawl crawl;
  crawl.Run({server->Url("/")});
  REQUIRE(crawl.exit_code() == 0);
  const std::string before = ReadFile(crawl.database());
  crawl.Run({server->Url("/")});
  CHECK(crawl.exit_code() == 2);
  CHECK(crawl.result().err.find("spinneret resume") != std::string::npos);
  CHECK(ReadFile(crawl.database()) == before);
  CHECK(server->log().EntriesOf("/").size() == 1);
}

TEST_CASE("crawl: without -o the database is crawl.db in the folder it runs in") {
  const auto server = StartRough();
  server->AddPage("/", "a page");
  const TempDir folder;
  ProcessOptions options;
  options.folder = folder.path().string();
  const ProcessResult result =
      Spinneret({"crawl", server->Url("/"), "--allow-private", "--host-delay", "0", "--progress", "none"}, options);
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  CHECK(QueryValue(folder / "crawl.db", "SELECT count(*) FROM v_pages") == "1");
  CHECK(result.out.empty());  // results go to stdout, and a crawl's result is its database
}

TEST_CASE("crawl: what cannot be meant is exit 2, before anything is fetched and without a database") {
  const auto server = StartRough();
  server->AddPage("/", "a page");
  const std::string seed = server->Url("/");
  const std::vector<Words> cases = {
      {},
      {seed, "--no-such-option"},
      {seed, "--host-delay", "5"},
      {seed, "--host-delay", "-1s"},
      {seed, "--timeout", "soon"},
      {seed, "--max-body", "12q"},
      {seed, "--scope", "galaxy"},
      {seed, "--include", "("},
      {seed, "--exclude", "[a"},
      {seed, "--limit", "many"},
      {seed, "-w", "-3"},
      {seed, "--store-body", "brick"},
      {seed, "--progress", "loud"},
      {seed, "--resolve", "nonsense"},
      {seed, "-H", "no colon"},
      {seed, "-i", "/no/such/file"},
      {"ftp://files.example/"},
      {"http://[broken/"},
      {"mailto:someone@shop.example"},
  };
  for (const Words& arguments : cases) {
    Crawl crawl;
    crawl.Run(arguments);
    CAPTURE(arguments.empty() ? "(no seed)" : arguments.back());
    CHECK(crawl.exit_code() == 2);
    CHECK_FALSE(crawl.result().err.empty());
    CHECK(crawl.Files().empty());
  }
  CHECK(server->log().total() == 0);
}

TEST_CASE("commands: help and version are exit 0, an unknown command is exit 2 and the nearest one is named") {
  CHECK(Spinneret({"--help"}).exit_code == 0);
  CHECK(Spinneret({"crawl", "--help"}).exit_code == 0);
  CHECK(Spinneret({"version"}).exit_code == 0);
  const ProcessResult unknown = Spinneret({"crwal"});
  CHECK(unknown.exit_code == 2);
  CHECK(unknown.err.find("crawl") != std::string::npos);
  CHECK(Spinneret({}).exit_code == 2);
}

TEST_CASE("resume: a file that is not there or no crawl database is exit 2") {
  const TempDir folder;
  CHECK(Spinneret({"resume", folder / "none.db"}).exit_code == 2);
  WriteFile(folder / "notes.txt", "these are notes, not a database\n");
  CHECK(Spinneret({"resume", folder / "notes.txt"}).exit_code == 2);
  CHECK(ReadFile(folder / "notes.txt") == "these are notes, not a database\n");
}

TEST_CASE("seed file: bad lines are counted and named, the others are crawled") {
  const auto server = StartRough();
  server->AddPage("/a", LinkPage({"/c"}));
  server->AddPage("/b", "b");
  server->AddPage("/c", "c");
  Crawl crawl;
  const std::string list = crawl.folder() / "seeds.txt";
  WriteFile(list, "# the first line says why\n\n" + server->Url("/a") + "\nhttp://[broken/\n  " + server->Url("/b") +
                      "  \r\nmailto:x@shop.example\n" + server->Url("/a") + "\n");
  SUBCASE("as -i") {
    crawl.Run({"-i", list});
  }
  SUBCASE("as SEED") {
    crawl.Run({list});
  }
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/a", "/b", "/c"});
  CHECK(crawl.result().err.find("[broken") != std::string::npos);
  CHECK(crawl.result().err.find("mailto:x@shop.example") != std::string::npos);
}

TEST_CASE("seed file: depth= holds for the pages that are reached from that seed") {
  const auto server = StartRough();
  server->AddPage("/flat", LinkPage({"/flat-child"}));
  server->AddPage("/deep", LinkPage({"/deep-child"}));
  server->AddPage("/deep-child", LinkPage({"/deep-grandchild"}));
  server->AddPage("/flat-child", "no");
  server->AddPage("/deep-grandchild", "no");
  Crawl crawl;
  WriteFile(crawl.folder() / "seeds.txt",
            server->Url("/flat") + "\tdepth=0\ttag=one\n" + server->Url("/deep") + "\ttag=two\tdepth=1\n");
  crawl.Run({"-i", crawl.folder() / "seeds.txt"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/deep", "/deep-child", "/flat"});
  CHECK(crawl.Skipped() == Words{"/deep-grandchild depth", "/flat-child depth"});
}

TEST_CASE("seeds from stdin, a file and arguments are one list") {
  const auto server = StartRough();
  for (const char* path : {"/one", "/two", "/three"}) {
    server->AddPage(path, "page");
  }
  Crawl crawl;
  WriteFile(crawl.folder() / "seeds.txt", server->Url("/two") + "\n");
  crawl.Run({server->Url("/one"), "-i", crawl.folder() / "seeds.txt", "-i", "-"}, server->Url("/three") + "\n");
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/one", "/three", "/two"});
}

TEST_CASE("stdin is kept whole before the first fetch: a stopped crawl needs it no more") {
  const auto server = StartRough();
  std::string seeds;
  for (int i = 0; i < 50; ++i) {
    server->AddPage("/s" + std::to_string(i), "page");
    seeds += server->Url("/s" + std::to_string(i)) + "\n";
  }
  Crawl crawl;
  crawl.Run({"-i", "-", "--limit", "5"}, seeds);
  CHECK(crawl.exit_code() == 16);
  crawl.Resume({"--limit", "100"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.PageCount() == 50);
}

TEST_CASE("query: SQL and named queries on stdout, errors are exit 2, and nothing can be written") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/gone"}));
  Crawl crawl;
  crawl.Run({server->Url("/")});
  const std::string database = crawl.database();
  const ProcessResult csv = Spinneret(
      {"query", database, "SELECT status, count(*) AS n FROM v_pages GROUP BY 1 ORDER BY 1", "--format", "csv"});
  CHECK(csv.exit_code == 0);
  CHECK(csv.out == "status,n\r\n200,1\r\n404,1\r\n");
  const ProcessResult named = Spinneret({"query", database, "broken-links", "--format", "jsonl"});
  CHECK_MESSAGE(named.exit_code == 0, named.err);
  CHECK(named.out.find("/gone") != std::string::npos);
  CHECK(Spinneret({"query", database, "SELECT FROM"}).exit_code == 2);
  CHECK(Spinneret({"query", database, "no-such-query"}).exit_code == 2);
  CHECK(Spinneret({"query", database, "DELETE FROM outcomes"}).exit_code != 0);
  CHECK(crawl.Number("SELECT count(*) FROM v_pages") == 2);
  CHECK(Spinneret({"query", crawl.folder() / "none.db", "SELECT 1"}).exit_code == 2);
  CHECK(crawl.Files() == std::set<std::string>{"crawl.db"});
}

TEST_CASE("secrets: headers and passwords are sent, are in no file, and resume asks for them again") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/a", "/b"}));
  server->AddPage("/a", "a");
  server->AddPage("/b", "b");
  Crawl crawl;
  crawl.Run({server->Url("/"), "-H", "X-Key: open-sesame", "--user", "ali:baba-secret", "--limit", "1"});
  CHECK(crawl.exit_code() == 16);
  const auto pages = server->log().EntriesOf("/");
  REQUIRE(pages.size() == 1);
  CHECK(pages.front().head.find("open-sesame") != std::string::npos);
  const std::string bytes = ReadFile(crawl.database());
  CHECK(bytes.find("open-sesame") == std::string::npos);
  CHECK(bytes.find("baba-secret") == std::string::npos);
  CHECK(crawl.result().err.find("baba-secret") == std::string::npos);
  crawl.Resume({"--limit", "10"});
  CHECK(crawl.exit_code() == 2);
  CHECK(crawl.PageCount() == 1);
  crawl.Resume({"--limit", "10", "-H", "X-Key: open-sesame", "--user", "ali:baba-secret"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.PageCount() == 3);
}
}  // TEST_SUITE("integration/command_line")

}  // namespace
}  // namespace spinneret::testing
