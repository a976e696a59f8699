#include "storage/named_queries.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/storage/fixture.h"

namespace spinneret::testing {
namespace {

Lines Named(const std::string& db, std::string_view name) {
  const NamedQuery* const query = FindNamedQuery(name);
  REQUIRE(query != nullptr);
  return Ask(db, query->sql);
}

std::string FormatPage() {
  std::ifstream file(SPINNERET_TEST_DATA "/../../docs/storage_format.md");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  REQUIRE_FALSE(text.empty());
  return text;
}

TEST_SUITE("storage/named_queries") {
TEST_CASE("named queries: the list is sorted, described, and can be searched") {
  Lines names;
  for (const NamedQuery& query : NamedQueries()) {
    names.emplace_back(query.name);
    CHECK_FALSE(query.description.empty());
    CHECK_FALSE(query.description.starts_with("--"));
    CHECK_EQ(FindNamedQuery(query.name), &query);
  }
  CHECK_EQ(names, Lines{"broken-links",
                        "canonical-mismatch",
                        "coverage",
                        "duplicates",
                        "errors",
                        "external-domains",
                        "hosts",
                        "hreflang",
                        "inlinks",
                        "large",
                        "links",
                        "missing-description",
                        "missing-title",
                        "mixed-content",
                        "near-duplicates",
                        "noindex",
                        "orphans",
                        "outlinks",
                        "pages",
                        "records",
                        "redirect-chains",
                        "redirects",
                        "skipped",
                        "slow",
                        "traps"});
  CHECK_EQ(FindNamedQuery("no-such-query"), nullptr);
  CHECK_EQ(FindNamedQuery(""), nullptr);
}

TEST_CASE("named queries: an empty database has an answer without rows to each") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Result<std::unique_ptr<SqliteStore>> made = SqliteStore::Create(db, "{}");
  REQUIRE(made.has_value());
  REQUIRE((*made)->Finish("done", kNewYear, Store::Indexes::kBuild).has_value());
  for (const NamedQuery& query : NamedQueries()) {
    CHECK_EQ(Ask(db, query.sql), Lines{});
  }
}

TEST_CASE("named queries: a small site has the answers that a person expects, with and without indexes") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  const std::string same(32, 's');
  const UrlHandle home = crawl.Url("http://shop.example/");
  const UrlHandle copy = crawl.Url("http://shop.example/copy", {.parent = home});
  const UrlHandle gone = crawl.Url("http://shop.example/gone", {.parent = home});
  const UrlHandle dead = crawl.Url("http://shop.example/dead", {.parent = home});
  const UrlHandle moved = crawl.Url("http://shop.example/moved", {.parent = home});
  const UrlHandle again = crawl.Url("http://shop.example/again", {.parent = home});
  const UrlHandle other = crawl.Url("http://other.example/", {.parent = home, .admission = AdmissionCode::kScope});
  crawl.Fetched(home, {.status = 200, .total_ms = 5, .bytes_body = 10, .digest = same});
  const std::array links{
      LinkRow{.to = copy, .text = "Copy", .tag = "a"},   LinkRow{.to = gone, .text = "Gone", .tag = "a"},
      LinkRow{.to = dead, .text = "Dead", .tag = "a"},   LinkRow{.to = moved, .text = "Moved", .tag = "a"},
      LinkRow{.to = other, .text = "Other", .tag = "a"}, LinkRow{.to = other, .text = "Other", .tag = "a"}};
  crawl->AddPage(
      {.url = home, .title = "Home", .canonical = "http://shop.example/copy", .robots = "noindex, nofollow"});
  crawl->AddLinks(home, links);
  crawl.Fetched(copy, {.status = 200, .total_ms = 7, .bytes_body = 10, .digest = same});
  crawl.Fetched(gone, {.status = 404, .total_ms = 3, .bytes_body = 0, .digest = std::string(32, 'e')});
  crawl.Failed(dead, "timeout");
  crawl->AddPage({.url = copy, .description = "A copy", .robots = "none"});
  crawl->AddLinks(copy, {});
  crawl.Redirected(moved, gone);
  crawl.Redirected(again, moved);
  crawl.Commit();

  const auto check = [&db] {
    CHECK_EQ(Named(db, "broken-links"), Lines{"http://shop.example/gone|404|NULL|http://shop.example/|Gone|a",
                                              "http://shop.example/dead|NULL|timeout|http://shop.example/|Dead|a"});
    std::string hex;
    for (int i = 0; i < 32; ++i) {
      hex += "73";
    }
    CHECK_EQ(Named(db, "duplicates"),
             Lines{"2|10|http://shop.example/|" + hex, "2|10|http://shop.example/copy|" + hex});
    CHECK_EQ(Named(db, "errors"), Lines{"http://shop.example/gone|404|NULL|2026-01-02T03:04:05.678Z|3.0",
                                        "http://shop.example/dead|NULL|timeout|2026-01-02T03:04:05.678Z|NULL"});
    CHECK_EQ(Named(db, "redirects"),
             Lines{"http://shop.example/moved|301|http://shop.example/gone|http://shop.example/gone|404|NULL",
                   "http://shop.example/again|301|http://shop.example/moved|http://shop.example/gone|404|NULL"});
    CHECK_EQ(Named(db, "slow"), Lines{"http://shop.example/copy|200|7.0|NULL|NULL|NULL|NULL|0",
                                      "http://shop.example/|200|5.0|NULL|NULL|NULL|NULL|0",
                                      "http://shop.example/gone|404|3.0|NULL|NULL|NULL|NULL|0"});
    CHECK_EQ(Named(db, "hosts"), Lines{"shop.example|4|0|1|NULL|NULL"});
    CHECK_EQ(Named(db, "skipped"), Lines{"http://other.example/|scope|NULL|http://shop.example/"});
    CHECK_EQ(Named(db, "pages").size(), 6);
    CHECK_EQ(Named(db, "links").size(), 6);
    CHECK_EQ(Named(db, "canonical-mismatch"), Lines{"http://shop.example/|http://shop.example/copy|200"});
    CHECK_EQ(Named(db, "external-domains"), Lines{"shop.example|2|1|http://other.example/"});
    CHECK_EQ(Named(db, "large"),
             Lines{"http://shop.example/|10|0|NULL|NULL", "http://shop.example/copy|10|0|NULL|NULL"});
    CHECK_EQ(Named(db, "missing-title"), Lines{"http://shop.example/copy|200|0"});
    CHECK_EQ(Named(db, "missing-description"), Lines{"http://shop.example/|200|0"});
    CHECK_EQ(Named(db, "noindex"), Lines{"http://shop.example/|noindex, nofollow", "http://shop.example/copy|none"});
    CHECK_EQ(Named(db, "orphans"), Lines{"http://shop.example/|link|200"});
    CHECK_EQ(Named(db, "redirect-chains"), Lines{"http://shop.example/again|2|http://shop.example/gone"});
  };
  check();
  crawl.Finish();
  check();
}

TEST_CASE(
    "mixed-content and hreflang: what a secure page loads by http, and translations that do not name each other") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  const UrlHandle home = crawl.Url("https://shop.example/");
  const UrlHandle style = crawl.Url("http://shop.example/style.css");
  const UrlHandle frame = crawl.Url("http://shop.example/frame");
  const UrlHandle german = crawl.Url("https://shop.example/de");
  crawl.Fetched(home);
  const std::array links{LinkRow{.to = style, .rel = "stylesheet", .tag = "link"},
                         LinkRow{.to = style, .rel = "canonical", .tag = "link"}, LinkRow{.to = frame, .tag = "iframe"},
                         LinkRow{.to = frame, .tag = "a"}, LinkRow{.to = german, .tag = "iframe"}};
  crawl->AddPage({.url = home});
  crawl->AddLinks(home, links);
  crawl->AddExtract(home, "translations",
                    R"([{"href":"https://shop.example/de","hreflang":"de"},)"
                    R"({"href":"https://shop.example/fr","hreflang":"fr"}])");
  crawl.Fetched(german);
  crawl->AddPage({.url = german});
  crawl->AddLinks(german, {});
  crawl->AddExtract(german, "translations", R"([{"href":"https://shop.example/","hreflang":"en"}])");
  crawl.Commit();
  CHECK_EQ(Named(db, "mixed-content"), Lines{"https://shop.example/|http://shop.example/style.css|link|stylesheet",
                                             "https://shop.example/|http://shop.example/frame|iframe|"});
  CHECK_EQ(Named(db, "hreflang"), Lines{"https://shop.example/|de|https://shop.example/de|200|1",
                                        "https://shop.example/|fr|https://shop.example/fr|NULL|0",
                                        "https://shop.example/de|en|https://shop.example/|200|1"});
}

TEST_CASE("near-duplicates: every pair of values up to 3 bits apart is found, and none that is over 6") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  std::vector<std::uint64_t> values;
  std::mt19937_64 random(7);
  const auto add = [&](std::uint64_t value) {
    const UrlHandle page = crawl.Url("http://shop.example/" + std::to_string(values.size()));
    crawl.Fetched(page);
    crawl->AddPage({.url = page, .sim_hash = value});
    crawl->AddLinks(page, {});
    values.push_back(value);
  };
  for (int group = 0; group < 60; ++group) {
    const std::uint64_t value = random() | 1U;
    add(value);
    for (int bits = 0; bits < 4; ++bits) {  // bits of the sign, too
      std::uint64_t near = value;
      for (int i = 0; i < bits; ++i) {
        near ^= std::uint64_t{1} << (group % 2 == 0 ? 63 - i : random() % 64);
      }
      add(near);
    }
  }
  const UrlHandle without = crawl.Url("http://shop.example/short");
  crawl.Fetched(without);
  crawl->AddPage({.url = without});
  crawl->AddLinks(without, {});
  crawl.Commit();
  std::set<std::string> told;
  for (const std::string& row : Named(db, "near-duplicates")) {
    told.insert(row.substr(0, row.find("|NULL")));
  }
  std::set<std::string> must;
  std::set<std::string> may;
  for (std::size_t a = 0; a < values.size(); ++a) {
    for (std::size_t b = a + 1; b < values.size(); ++b) {
      const int bits = std::popcount(values[a] ^ values[b]);
      const std::string row = std::to_string(bits) + "|http://shop.example/" + std::to_string(a) +
                              "|http://shop.example/" + std::to_string(b);
      // Of equal values each is shown beside the first alone.
      const auto first = [&](std::size_t i) { return std::ranges::find(values, values[i]) - values.begin(); };
      const bool firsts =
          first(a) == static_cast<std::ptrdiff_t>(a) && (bits == 0 || first(b) == static_cast<std::ptrdiff_t>(b));
      if (bits <= 3 && firsts) {
        must.insert(row);
      }
      if (bits <= 6 && firsts) {
        may.insert(row);
      }
    }
  }
  CHECK_GT(must.size(), 200);
  CHECK(std::ranges::includes(told, must));
  CHECK(std::ranges::includes(may, told));
}

TEST_CASE("docs/storage_format.md: every question to paste is one that the database answers") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  crawl.Commit();
  const std::string page = FormatPage();
  const std::size_t begin = page.find("```sql\n");
  REQUIRE_NE(begin, std::string::npos);
  std::string questions = page.substr(begin + 7, page.find("```", begin + 7) - begin - 7);
  int asked = 0;
  for (std::size_t end = questions.find(";\n"); end != std::string::npos; end = questions.find(";\n")) {
    const Lines rows = Ask(db, questions.substr(0, end));
    CHECK_MESSAGE((rows.empty() || !rows.front().starts_with("error: ")), questions.substr(0, end));
    questions.erase(0, end + 2);
    ++asked;
  }
  CHECK_GE(asked, 9);
}

TEST_CASE("docs/storage_format.md: every table and column is explained") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  crawl.Commit();
  const std::string page = FormatPage();
  const Lines columns =
      Ask(db, "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'");
  CHECK_GT(columns.size(), 100);
  for (const std::string& column : columns) {
    const std::size_t bar = column.find('|');
    const std::size_t row = page.find("\n| `" + column.substr(0, bar) + "` |");
    CHECK_MESSAGE(row != std::string::npos, column);
    if (row != std::string::npos) {
      const std::string line = page.substr(row, page.find('\n', row + 1) - row);
      CHECK_MESSAGE(line.find("`" + column.substr(bar + 1) + "`", 3) != std::string::npos, column);
    }
  }
}
}  // TEST_SUITE("storage/named_queries")

}  // namespace
}  // namespace spinneret::testing
