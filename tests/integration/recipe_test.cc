// Recipes: a crawl brings back exactly the records that a site has published, whatever happens to it on the way.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "simweb/page_server.h"
#include "simweb/record_sites.h"
#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

using simweb::RecordKind;
using std::chrono::milliseconds;

constexpr std::array<std::string_view, 3> kNames = {"shop", "blog", "jobs"};
std::string NameOf(RecordKind kind) {
  return std::string(kNames[static_cast<std::size_t>(kind)]);
}
std::string RecipeFile(RecordKind kind) {
  return std::string(SPINNERET_RECIPES) + "/" + NameOf(kind) + ".toml";
}
Words AllRecipes() {
  Words flags;
  for (const RecordKind kind : simweb::kRecordKinds) {
    flags.insert(flags.end(), {"--recipe", RecipeFile(kind)});
  }
  return flags;
}

std::uint32_t RecordCount() {
  return IsLong() ? 2'000 : 150;
}

std::unique_ptr<simweb::PageServer> StartSites(std::uint32_t records, milliseconds latency = milliseconds(0)) {
  simweb::PageServerOptions options;
  options.site.pages = 1;
  options.records = records;
  options.latency = latency;
  Result<std::unique_ptr<simweb::PageServer>> server = simweb::PageServer::Start(options);
  REQUIRE_MESSAGE(server.has_value(), (server ? std::string() : server.error().message));
  return std::move(server).value();
}

std::string OriginOf(const simweb::PageServer& server) {
  return "http://" + server.site().HostName(0);
}

// "URL JSON", in the order of the alphabet; a record that is there twice is there twice.
Words Published(const simweb::PageServer& server, RecordKind kind, std::uint32_t records) {
  Words lines;
  for (const simweb::PublishedRecord& record : simweb::PublishedRecords(kind, records, OriginOf(server))) {
    lines.push_back(record.url + " " + record.json);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}
Words Stored(const Crawl& crawl, RecordKind kind) {
  Words lines =
      QueryColumn(crawl.database(), "SELECT url || ' ' || json FROM v_records WHERE recipe = '" + NameOf(kind) + "'");
  std::sort(lines.begin(), lines.end());
  return lines;
}

void CheckRecords(const Crawl& crawl, const simweb::PageServer& server, RecordKind kind, std::uint32_t records) {
  CAPTURE(NameOf(kind));
  CHECK_EQ(Difference(Published(server, kind, records), Stored(crawl, kind)), "");
  // The view shows the same, value for value.
  const std::string view = "v_" + NameOf(kind);
  CHECK(crawl.Number("SELECT count(*) FROM " + view) == records);
  Words columns = QueryColumn(crawl.database(), "SELECT name FROM pragma_table_info('" + view + "')");
  REQUIRE(!columns.empty());
  CHECK(columns.front() == "page_url");
  std::string object = "json_object(";
  for (std::size_t i = 1; i < columns.size(); ++i) {
    object += (i == 1 ? "'" : ", '") + columns[i] + "', " + view + "." + columns[i];
  }
  const std::string extract = "(SELECT group_concat(coalesce(value, 'null'), '|') FROM json_each(";
  CHECK(AskShell(crawl.database(), "SELECT count(*) FROM (SELECT page_url AS u, " + extract + object +
                                       "))) AS v FROM " + view + " EXCEPT SELECT url, " + extract +
                                       "v_records.json)) FROM v_records)") == "0");
}

TEST_SUITE("integration/recipes") {
TEST_CASE("recipes: a shop, a blog and a job board give exactly the records they published, with 1 worker and with 4") {
  const std::uint32_t records = SizeOf(2'000U, 150U, 40U);
  const auto server = StartSites(records);
  for (const char* workers : {"1", "4"}) {
    CAPTURE(workers);
    for (const RecordKind kind : simweb::kRecordKinds) {
      Crawl crawl;
      crawl.Run({OriginOf(*server) + std::string(RecordHome(kind)), "--recipe", RecipeFile(kind), "-w", workers});
      CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
      CheckRecords(crawl, *server, kind, records);
      CHECK(crawl.Paths("status <> 200") == Words{});
      crawl.CheckWhole();
    }
    Crawl all;
    Words arguments = AllRecipes();
    arguments.insert(arguments.end(),
                     {OriginOf(*server) + std::string(simweb::kRecordRoot), "-w", workers, "--store-body", "zstd"});
    all.Run(arguments);
    CHECK_MESSAGE(all.exit_code() == 0, all.result().err);
    for (const RecordKind kind : simweb::kRecordKinds) {
      CheckRecords(all, *server, kind, records);
    }
    // The stored pages give the same records again, in the same order.
    const std::string rows =
        "SELECT group_concat(url_id || recipe || json) FROM (SELECT * FROM records ORDER BY recipe, url_id, id)";
    const std::string stored = AskShell(all.database(), rows);
    Words again{"extract", all.database(), "-w", workers};
    const Words recipes = AllRecipes();
    again.insert(again.end(), recipes.begin(), recipes.end());
    const ProcessResult extracted = Spinneret(again);
    CHECK_MESSAGE(extracted.exit_code == 0, extracted.err);
    CHECK(AskShell(all.database(), rows) == stored);
    for (const RecordKind kind : simweb::kRecordKinds) {
      CheckRecords(all, *server, kind, records);
    }
  }
}

TEST_CASE("recipes: killed again and again, a crawl ends with exactly the records that were published") {
  const std::uint32_t records = RecordCount();
  // 4 connections get 130 pages a second, and a second brings a commit.
  const auto server = StartSites(records, milliseconds(30));
  const std::string count = "SELECT count(*) FROM v_records";
  for (const int kills : {1, 4}) {
    CAPTURE(kills);
    Crawl crawl;
    long long before = 0;
    for (int i = 0; i < kills; ++i) {
      Words arguments = AllRecipes();
      arguments.insert(arguments.end(), {OriginOf(*server) + std::string(simweb::kRecordRoot), "--connections", "4"});
      Process running = i == 0 ? crawl.Start(arguments) : crawl.StartResume({"-w", std::to_string(1 + i % 4)});
      CHECK(running.WaitUntil([&] {
        return crawl.Files().count("crawl.db") > 0 && std::stoll(AskShell(crawl.database(), count)) > before;
      }));
      running.Signal(SIGKILL);
      CHECK(running.Wait().signal == SIGKILL);
      crawl.CheckWhole();
      before = crawl.Number(count);
      CHECK(before < 3LL * records);
    }
    crawl.Resume({"-w", "3"});
    CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
    for (const RecordKind kind : simweb::kRecordKinds) {
      CheckRecords(crawl, *server, kind, records);
    }
    crawl.CheckWhole();
  }
}

TEST_CASE("recipes: stopped at a limit and resumed, the records are those of an undisturbed crawl") {
  const auto server = StartSites(60);
  Crawl crawl;
  crawl.Run({OriginOf(*server) + "/records/shop/", "--recipe", RecipeFile(RecordKind::kShop), "--limit", "40"});
  CHECK(crawl.exit_code() == 16);
  CHECK(crawl.Number("SELECT count(*) FROM v_shop") < 60);
  crawl.Resume({"--limit", "1000"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CheckRecords(crawl, *server, RecordKind::kShop, 60);
}

TEST_CASE("recipes: the view has a column for each field in the recipe's order, with numbers that are numbers") {
  const auto server = StartSites(40);
  Crawl crawl;
  Words arguments = AllRecipes();
  arguments.push_back(OriginOf(*server) + std::string(simweb::kRecordRoot));
  crawl.Run(arguments);
  REQUIRE_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  const auto columns = [&](const std::string& view) {
    return crawl.Value("SELECT group_concat(name, ' ') FROM pragma_table_info('" + view + "')");
  };
  CHECK(columns("v_shop") ==
        "page_url id sku title price currency brand image in_stock rating released tags sizes offers");
  CHECK(columns("v_blog") == "page_url title language published author summary body tags comments translations");
  CHECK(columns("v_jobs") == "page_url id title link company location remote salary posted skills");
  CHECK(crawl.Number(
            "SELECT count(*) FROM v_shop WHERE price > 5 AND typeof(price) <> 'text' AND in_stock IN (0, 1)") == 40);
  CHECK(crawl.Number("SELECT count(*) FROM v_shop WHERE date(released) IS NULL") == 0);
  CHECK(crawl.Number("SELECT count(*) FROM v_shop, json_each(v_shop.offers)") > 10);
  CHECK(crawl.Number("SELECT count(*) FROM v_jobs WHERE json_extract(salary, '$.min') >= 40000") > 5);
  CHECK(crawl.Number("SELECT count(*) FROM v_jobs WHERE salary IS NULL") > 0);
}

TEST_CASE("recipes: a page or an element without a required field is no record") {
  const auto server = StartSites(40);
  Crawl crawl;
  Words arguments = AllRecipes();
  arguments.push_back(OriginOf(*server) + std::string(simweb::kRecordRoot));
  crawl.Run(arguments);
  REQUIRE_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  // 40 products have a price, and 6 are on request.
  CHECK(crawl.Pages("url LIKE '%/product/%'").size() == 46);
  CHECK(crawl.Number("SELECT count(*) FROM v_pages WHERE url LIKE '%/product/%' AND url NOT IN (SELECT page_url FROM "
                     "v_shop)") == 6);
  // Each page of jobs has an advertisement, with a salary, but without a title.
  CHECK(crawl.Number("SELECT count(*) FROM v_jobs WHERE id = 0 OR title IS NULL") == 0);
}

TEST_CASE("recipes: what `follow` names is crawled, although it is no link") {
  const auto server = StartSites(100);
  const std::string home = OriginOf(*server) + "/records/blog/";
  Crawl without;
  without.Run({home});
  CHECK(without.exit_code() == 0);
  CHECK(without.Paths("url LIKE '%?before=%'") == Words{});
  Crawl with;
  with.Run({home, "--recipe", RecipeFile(RecordKind::kBlog)});
  CHECK(with.Paths("url LIKE '%?before=%'").size() == 19);
  CHECK(with.PageCount() > without.PageCount());
  // It is found on that page, and is no link of it.
  CHECK(with.Number("SELECT count(*) FROM v_links WHERE to_url LIKE '%?before=%'") == 0);
  // It goes no further than links do.
  Crawl near;
  near.Run({home, "--recipe", RecipeFile(RecordKind::kBlog), "-d", "2"});
  CHECK(near.Paths("url LIKE '%?before=%'").size() == 2);
}

TEST_CASE("recipes: what they follow is enough to find every record, and asks for less") {
  const std::uint32_t records = 100;
  const auto server = StartSites(records);
  for (const RecordKind kind : simweb::kRecordKinds) {
    Crawl crawl;
    crawl.Run({OriginOf(*server) + std::string(RecordHome(kind)), "--recipe", RecipeFile(kind), "--follow", "recipes"});
    CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
    CheckRecords(crawl, *server, kind, records);
    CHECK(crawl.Pages("url LIKE '%/category/%' OR url LIKE '%/archive/%' OR url LIKE '%/jobs/job/%'").empty());
  }
}

TEST_CASE("recipes: a recipe with mistakes ends with exit 2 that names each line, before anything is fetched") {
  const auto server = StartSites(5);
  Crawl crawl;
  const std::string file = crawl.folder() / "bad.toml";
  WriteFile(file,
            "match.url = '('\n[fields]\ntitle = \"h1:contains(x)\"\nprice = { css = \".p\", typ = \"number\" }\n");
  crawl.Run({OriginOf(*server) + "/records/shop/", "--recipe", RecipeFile(RecordKind::kShop), "--recipe", file});
  CHECK(crawl.exit_code() == 2);
  for (const char* place : {":1:", ":3:", ":4:"}) {
    CHECK_MESSAGE(crawl.result().err.find(file + place) != std::string::npos, crawl.result().err);
  }
  crawl.Run({OriginOf(*server) + "/records/shop/", "--recipe", crawl.folder() / "none.toml"});
  CHECK(crawl.exit_code() == 2);
  CHECK(crawl.result().err.find("none.toml") != std::string::npos);
  // Two recipes of one name would mix their records.
  crawl.Run({OriginOf(*server) + "/records/shop/", "--recipe", RecipeFile(RecordKind::kShop), "--recipe",
             RecipeFile(RecordKind::kShop)});
  CHECK(crawl.exit_code() == 2);
  CHECK(crawl.Files() == std::set<std::string>{"bad.toml"});
  CHECK(server->log().total() == 0);

  const ProcessResult checked = Spinneret({"check", file, RecipeFile(RecordKind::kShop)});
  CHECK(checked.exit_code == 2);
  CHECK(checked.err.find(file + ":4:") != std::string::npos);
}

TEST_CASE("recipes: those of seeds/recipes and the one that init writes are good") {
  const TempDir folder;
  const std::string file = folder / "mine.toml";
  CHECK(Spinneret({"init", file}).exit_code == 0);
  Words arguments = {"check", file};
  for (const auto& entry : std::filesystem::directory_iterator(SPINNERET_RECIPES)) {
    arguments.push_back(entry.path().string());
  }
  CHECK(arguments.size() >= 5);
  CHECK(Spinneret(arguments).exit_code == 0);
  CHECK(Spinneret({"init", file}).exit_code == 2);
}

TEST_CASE("recipes: --select takes fields without a file, from every page") {
  const auto server = StartSites(5);
  Crawl crawl;
  crawl.Run({OriginOf(*server) + "/records/jobs/", "--select", "heading=h1", "--select", "ids=.job::attr(data-id)"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Value("SELECT json FROM v_records WHERE url LIKE '%/list?page=1'") ==
        R"({"heading":["Openings"],"ids":["1","0","2","3","4","5"]})");
  CHECK(crawl.Value("SELECT heading || ids FROM v_selected WHERE page_url LIKE '%/records/jobs/'") ==
        R"(["A job board"][])");
  CHECK(crawl.Number("SELECT count(*) FROM v_selected") == crawl.PageCount());

  Crawl wrong;
  server->log().Clear();
  wrong.Run({OriginOf(*server) + "/records/jobs/", "--select", "heading=h1:contains(x)"});
  CHECK(wrong.exit_code() == 2);
  wrong.Run({OriginOf(*server) + "/records/jobs/", "--select", "h1"});
  CHECK(wrong.exit_code() == 2);
  CHECK(wrong.Files().empty());
  CHECK(Asked(server->log()).empty());
}
}  // TEST_SUITE("integration/recipes")

}  // namespace
}  // namespace spinneret::testing
