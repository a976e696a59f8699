#include "storage/url_history.h"

#include <string>

#include "storage/named_queries.h"
#include "tests/storage/fixture.h"

namespace spinneret::testing {
namespace {

std::unique_ptr<Reader> Open(const std::string& db) {
  Result<std::unique_ptr<Reader>> reader = Reader::Open(db);
  REQUIRE(reader.has_value());
  return std::move(reader).value();
}

UrlHistory HistoryOf(Reader& reader, const std::string& url) {
  const Result<std::optional<std::int64_t>> id = FindUrlId(reader, url);
  REQUIRE(id.has_value());
  REQUIRE(id->has_value());
  Result<UrlHistory> history = LoadUrlHistory(reader, **id);
  REQUIRE_MESSAGE(history.has_value(), (history ? "" : history.error().message));
  return std::move(history).value();
}

TEST_SUITE("storage/url_history") {
TEST_CASE("url history: says how a URL became known, what was tried and how it ended") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  const UrlHandle seed = crawl.Url("http://shop.example/", {.via = Via::kSeed, .tag = "mine"});
  const UrlHandle moved = crawl.Url("http://shop.example/old", {.depth = 1, .hops_left = 2, .parent = seed});
  const UrlHandle page =
      crawl.Url("http://shop.example/new", {.depth = 1, .parent = moved, .via = Via::kRedirect, .redirect_hops = 1});
  const UrlHandle leaf = crawl.Url(
      "http://else.example/", {.depth = 2, .parent = page, .admission = AdmissionCode::kExclude, .detail = "else"});
  crawl.Fetched(seed);
  crawl.Redirected(moved, page);
  crawl->AddFetch({.url = page, .at_ms = kNewYear, .error = "timeout", .error_detail = "too slow", .total_ms = 1.5});
  crawl.Fetched(page, {.attempt = 2, .status = 404});
  crawl.Finish();
  CHECK(leaf.value == 4);

  const auto reader = Open(db);
  const UrlHistory refused = HistoryOf(*reader, "http://else.example/");
  CHECK(refused.admission == AdmissionCode::kExclude);
  CHECK(refused.detail == "else");
  CHECK(refused.depth == 2);
  CHECK_FALSE(refused.hops_left.has_value());
  CHECK_FALSE(refused.outcome.has_value());
  REQUIRE(refused.parents.size() == 3);
  CHECK(refused.parents[0].url == "http://shop.example/new");
  CHECK(refused.parents[0].via == Via::kRedirect);
  CHECK(refused.parents[1].url == "http://shop.example/old");
  CHECK(refused.parents[2].url == "http://shop.example/");
  CHECK(refused.parents[2].via == Via::kSeed);
  CHECK(refused.parents[2].tag == "mine");

  const UrlHistory redirect = HistoryOf(*reader, "http://shop.example/old");
  REQUIRE(redirect.outcome.has_value());
  CHECK(redirect.outcome->kind == OutcomeKind::kRedirected);
  CHECK(redirect.outcome->redirect_to == "http://shop.example/new");
  CHECK(redirect.hops_left == 2);

  const UrlHistory tried = HistoryOf(*reader, "http://shop.example/new");
  REQUIRE(tried.attempts.size() == 2);
  CHECK(tried.attempts[0].error == "timeout");
  CHECK(tried.attempts[0].error_detail == "too slow");
  CHECK(tried.attempts[0].total_ms == doctest::Approx(1.5));
  CHECK(tried.attempts[0].at == "2026-01-02T03:04:05.678Z");
  CHECK(tried.attempts[1].attempt == 2);
  CHECK(tried.attempts[1].status == 404);

  const Result<std::optional<std::int64_t>> unknown = FindUrlId(*reader, "http://shop.example/none");
  REQUIRE(unknown.has_value());
  CHECK_FALSE(unknown->has_value());
}

TEST_CASE("url history: seeds come with the end of their redirects, also where these go in circles") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  const UrlHandle straight = crawl.Url("http://shop.example/a", {.via = Via::kSeed});
  const UrlHandle moved = crawl.Url("http://shop.example/b", {.via = Via::kSeed});
  const UrlHandle end = crawl.Url("http://shop.example/c", {.parent = moved, .via = Via::kRedirect});
  const UrlHandle round = crawl.Url("http://shop.example/d", {.via = Via::kSeed});
  crawl.Fetched(straight);
  crawl.Redirected(moved, end);
  crawl.Redirected(round, round);
  crawl.Finish();
  Lines seeds;
  const auto reader = Open(db);
  REQUIRE(VisitSeeds(*reader, [&seeds](const std::string& seed, const std::string& to) {
            seeds.push_back(seed + " " + to);
          }).has_value());
  CHECK_EQ(seeds, Lines{"http://shop.example/a http://shop.example/a", "http://shop.example/b http://shop.example/c",
                        "http://shop.example/d http://shop.example/d"});
}

TEST_CASE("url history: the newest robots.txt of an origin, the URLs of a host and the last run's settings") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  crawl.Url("http://shop.example/a");
  crawl.Url("http://shop.example/b");
  crawl->SaveRobots(
      {.host = kShop, .origin = "http://shop.example", .fetched_at_ms = kNewYear, .state = "unreachable"});
  crawl->SaveRobots({.host = kShop,
                     .origin = "http://shop.example",
                     .fetched_at_ms = kNewYear,
                     .status = 200,
                     .state = "ok",
                     .body = "Disallow: /"});
  crawl.Finish("limit");
  const auto reader = Open(db);
  const Result<std::optional<StoredRobots>> robots = LoadRobotsOf(*reader, "shop.example", "http://shop.example");
  REQUIRE(robots.has_value());
  REQUIRE(robots->has_value());
  CHECK((*robots)->state == "ok");
  CHECK((*robots)->body == "Disallow: /");
  const Result<std::optional<StoredRobots>> none = LoadRobotsOf(*reader, "shop.example", "https://shop.example");
  REQUIRE(none.has_value());
  CHECK_FALSE(none->has_value());
  Lines urls;
  REQUIRE(VisitUrlsOfHost(*reader, "shop.example", [&urls](std::int64_t id, const std::string& url) {
            urls.push_back(std::to_string(id) + " " + url);
            return true;
          }).has_value());
  CHECK_EQ(urls, Lines{"1 http://shop.example/a", "2 http://shop.example/b"});
  const Result<LastRun> run = LoadLastRun(*reader);
  REQUIRE(run.has_value());
  CHECK(run->settings == "{}");
  CHECK(run->end_reason == "limit");
}

TEST_CASE("statistics: each has a title, is found by its name, and answers for an empty database") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  crawl.Finish();
  Lines names;
  for (const NamedQuery& statistic : Statistics()) {
    names.emplace_back(statistic.name);
    CHECK_FALSE(statistic.description.empty());
    CHECK(&GetStatistic(statistic.name) == &statistic);
    for (const std::string& row : Ask(db, statistic.sql)) {
      CHECK_FALSE(row.starts_with("error"));
    }
  }
  CHECK_EQ(names, Lines{"totals", "statuses", "errors", "skipped", "traps", "types", "readers", "depths", "hosts",
                        "times", "runs"});
}
}

}  // namespace
}  // namespace spinneret::testing
