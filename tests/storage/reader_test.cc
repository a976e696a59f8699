#include "storage/sqlite/reader.h"

#include <fstream>
#include <string>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/storage/fixture.h"

namespace spinneret::testing {
namespace {

ErrorCode OpenError(const std::string& path) {
  const Result<std::unique_ptr<Reader>> reader = Reader::Open(path);
  return reader ? ErrorCode::kInternal : reader.error().code;
}

std::string FinishedDatabase(const TempDir& folder) {
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  crawl.Fetched(crawl.Url("http://shop.example/"));
  crawl.Finish();
  return db;
}

TEST_SUITE("storage/reader") {
TEST_CASE("Reader: what is not there is not found, and not made") {
  const TempDir folder;
  CHECK_EQ(OpenError(folder / "none.db"), ErrorCode::kNotFound);
  CHECK_EQ(OpenError(folder / "none/none.db"), ErrorCode::kNotFound);
  CHECK_EQ(FilesIn(folder), Lines{});
}

TEST_CASE("Reader: a file that is no crawl database is refused, whatever it is") {
  const TempDir folder;
  std::ofstream(folder / "empty.db").flush();
  std::ofstream(folder / "text.db") << std::string(5000, 'x');
  CHECK_EQ(Plain(folder / "empty.db", "SELECT 1"), "1");
  CHECK_EQ(OpenError(folder / "empty.db"), ErrorCode::kStorageCorrupt);
  CHECK_EQ(OpenError(folder / "text.db"), ErrorCode::kStorageCorrupt);
  CHECK_EQ(OpenError(folder.path().string()), ErrorCode::kStorageCorrupt);
  std::ofstream(folder / "other.db").flush();
  CHECK_EQ(Plain(folder / "other.db", "CREATE TABLE t(x); SELECT 1"), "1");
  CHECK_EQ(OpenError(folder / "other.db"), ErrorCode::kStorageCorrupt);
}

TEST_CASE("Reader: a database of a newer version says which") {
  const TempDir folder;
  const std::string db = FinishedDatabase(folder);
  CHECK_EQ(Plain(db, "PRAGMA user_version = 99; SELECT 1"), "1");
  CHECK_EQ(OpenError(db), ErrorCode::kStorageVersion);
  CHECK_NE(Ask(db, "SELECT 1").front().find("version 99"), std::string::npos);
}

TEST_CASE("Reader: it takes one statement, with comments and empty statements around it") {
  const TempDir folder;
  const std::string db = FinishedDatabase(folder);
  CHECK_EQ(Ask(db, "-- before\n ; SELECT 1, NULL, 'x', x'00' ; /* after */ ;; -- end"), Lines{"1|NULL|x|blob"});
  for (const char* const bad : {"", "  ", "-- only a comment", "SELECT 1; SELECT 2", "SELECT 1; nonsense", "SELEC 1",
                                "SELECT * FROM no_such_table"}) {
    CHECK(Ask(db, bad).front().starts_with("error: "));
  }
  CHECK(Ask(db, std::string_view("SELECT 1\0; SELECT 2", 19)).front().starts_with("error: "));
  CHECK_NE(Ask(db, "SELECT * FROM no_such_table").front().find("no such table: no_such_table"), std::string::npos);
}

TEST_CASE("Reader: nothing but reading is allowed, and the file stays as it was") {
  const TempDir folder;
  const std::string db = FinishedDatabase(folder);
  const std::string other = folder / "other.db";
  for (const std::string& sql : {std::string("DELETE FROM urls"),
                                 std::string("INSERT INTO state VALUES('a', 'b')"),
                                 std::string("UPDATE urls SET depth = 9"),
                                 std::string("UPDATE sqlite_master SET name = 'x'"),
                                 std::string("CREATE TABLE t(x)"),
                                 std::string("CREATE TEMP TABLE t(x)"),
                                 std::string("DROP VIEW v_pages"),
                                 "ATTACH '" + other + "' AS o",
                                 "VACUUM INTO '" + other + "'",
                                 std::string("VACUUM"),
                                 std::string("REINDEX"),
                                 std::string("ANALYZE"),
                                 std::string("BEGIN IMMEDIATE"),
                                 std::string("SAVEPOINT s"),
                                 std::string("PRAGMA query_only = 0"),
                                 std::string("PRAGMA journal_mode = WAL"),
                                 std::string("PRAGMA user_version = 7"),
                                 std::string("PRAGMA writable_schema = 1"),
                                 std::string("PRAGMA temp_store_directory = '/'"),
                                 std::string("SELECT load_extension('x')"),
                                 std::string("SELECT LOAD_EXTENSION('x')"),
                                 std::string("CREATE TRIGGER t AFTER INSERT ON urls BEGIN SELECT 1; END")}) {
    CHECK_MESSAGE(Ask(db, sql).front().starts_with("error: "), sql);
  }
  CHECK_EQ(FilesIn(folder), Lines{"crawl.db"});
  CHECK_EQ(Ask(db, "SELECT count(*), max(depth) FROM urls"), Lines{"1|0"});
  CHECK_EQ(Ask(db, "PRAGMA user_version"), Lines{"3"});
  CHECK_EQ(Ask(db, "PRAGMA integrity_check"), Lines{"ok"});
  CHECK_EQ(Ask(db, "SELECT name FROM pragma_table_info('state')"), Lines{"key", "value"});
}

TEST_CASE("Reader: columns are told once, also when there are no rows, and a query can be stopped") {
  const TempDir folder;
  Result<std::unique_ptr<Reader>> reader = Reader::Open(FinishedDatabase(folder));
  REQUIRE(reader.has_value());
  int told = 0;
  int rows = 0;
  const auto columns = [&told](const std::vector<std::string>& names) {
    ++told;
    CHECK_EQ(names, Lines{"a", "b"});
  };
  const auto stop = [&rows](const std::vector<Cell>&) { return ++rows < 3; };
  CHECK((*reader)->Query("SELECT 1 AS a, 2 AS b WHERE 0", columns, stop).has_value());
  CHECK_EQ(told, 1);
  CHECK_EQ(rows, 0);
  CHECK((*reader)
            ->Query("WITH RECURSIVE n(a, b) AS (SELECT 1, 1 UNION ALL SELECT a + 1, b FROM n) SELECT a, b FROM n",
                    columns, stop)
            .has_value());
  CHECK_EQ(rows, 3);
  CHECK_EQ(Ask(**reader, "SELECT 1"), Lines{"1"});
}

TEST_CASE("Reader: a query that makes huge values or reaches too deep is an error, not a dead process") {
  const TempDir folder;
  const std::string db = FinishedDatabase(folder);
  CHECK(Ask(db, "SELECT length(zeroblob(1000000000))").front().starts_with("error: "));
  CHECK(Ask(db, "SELECT " + std::string(2000, '(') + "1" + std::string(2000, ')')).front().starts_with("error: "));
  CHECK(Ask(db, "SELECT '" + std::string(2 << 20, 'x') + "'").front().starts_with("error: "));
}

TEST_CASE("Reader: a finished database can be read where nothing can be written") {
  const TempDir folder;
  const std::string db = FinishedDatabase(folder);
  REQUIRE_EQ(::chmod(db.c_str(), 0444), 0);
  REQUIRE_EQ(::chmod(folder.path().c_str(), 0555), 0);
  CHECK_EQ(Ask(db, "SELECT url FROM v_pages"), Lines{"http://shop.example/"});
  CHECK_EQ(FilesIn(folder), Lines{"crawl.db"});
  REQUIRE_EQ(::chmod(folder.path().c_str(), 0755), 0);
}

TEST_CASE("Reader: names that SQLite would take for something else are files") {
  const TempDir folder;
  for (const char* const name : {":memory:", "file:x?mode=memory", "with space & 100%.db", "?", "#"}) {
    const std::string db = folder / name;
    Crawl crawl(db);
    crawl.Fetched(crawl.Url("http://shop.example/"));
    crawl.Commit();
    CHECK_EQ(Ask(db, "SELECT status FROM v_pages"), Lines{"200"});
    crawl.Finish();
    CHECK_EQ(Ask(db, "SELECT status FROM v_pages"), Lines{"200"});
    CHECK(std::filesystem::exists(db));
  }
}

TEST_CASE("Reader: it sees each commit of a running crawl, and one state throughout a query") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  Result<std::unique_ptr<Reader>> reader = Reader::Open(db);
  REQUIRE(reader.has_value());
  for (int i = 1; i <= 20; ++i) {
    crawl.Fetched(crawl.Url("http://shop.example/" + std::to_string(i)));
    CHECK_EQ(Ask(**reader, "SELECT count(*) FROM v_pages"), Lines{std::to_string(i - 1)});
    crawl.Commit();
    CHECK_EQ(Ask(**reader, "SELECT count(*) FROM v_pages"), Lines{std::to_string(i)});
  }
  int rows = 0;
  CHECK((*reader)
            ->Query(
                "SELECT url FROM v_pages", [](const auto&) {},
                [&](const auto&) {
                  crawl.Fetched(crawl.Url("http://shop.example/more"));
                  crawl.Commit();
                  return ++rows < 100;
                })
            .has_value());
  CHECK_EQ(rows, 20);
  CHECK_EQ(Ask(**reader, "SELECT count(*) FROM v_pages"), Lines{"40"});
}

TEST_CASE("BuildIndexes: a stopped crawl gets the indexes, again without harm, and stays one file") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  const std::string count = "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
  {
    Crawl crawl(db);
    crawl.Fetched(crawl.Url("http://shop.example/"));
    crawl.Finish("stopped", Store::Indexes::kLeave);
  }
  CHECK_EQ(Ask(db, count), Lines{"0"});
  REQUIRE(BuildIndexes(db).has_value());
  const Lines indexes = Ask(db, count);
  CHECK_NE(indexes, Lines{"0"});
  REQUIRE(BuildIndexes(db).has_value());
  CHECK_EQ(Ask(db, count), indexes);
  CHECK_EQ(FilesIn(folder), Lines{"crawl.db"});
  Crawl again(db);
  again.Commit();
  CHECK_EQ(Ask(db, count), Lines{"0"});
  const Result<void> refused = BuildIndexes(db);
  REQUIRE_FALSE(refused.has_value());
  CHECK_EQ(refused.error().code, ErrorCode::kInUse);
}

TEST_CASE("BuildIndexes: what is not a crawl database is left alone") {
  const TempDir folder;
  CHECK_EQ(BuildIndexes(folder / "none.db").error().code, ErrorCode::kNotFound);
  std::ofstream(folder / "text.db") << std::string(5000, 'x');
  CHECK_EQ(BuildIndexes(folder / "text.db").error().code, ErrorCode::kStorageCorrupt);
  CHECK_EQ(FilesIn(folder), Lines{"text.db"});
}

TEST_CASE("Reader: what a killed process had not finished outside of the WAL is taken back, not read") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  {
    Crawl crawl(db);
    for (int i = 0; i < 200; ++i) {
      crawl.Fetched(crawl.Url("http://shop.example/" + std::to_string(i)));
    }
    crawl.Finish();
  }
  const pid_t child = ::fork();
  REQUIRE_GE(child, 0);
  if (child == 0) {
    // So little cache that the changed pages stand in the file before there is a commit, and no end.
    sqlite3* killed = nullptr;
    sqlite3_open_v2(db.c_str(), &killed, SQLITE_OPEN_READWRITE, nullptr);
    sqlite3_exec(killed,
                 "PRAGMA cache_size = 1; BEGIN; UPDATE urls SET url = 'http://x.example/' || hex(zeroblob(500))",
                 nullptr, nullptr, nullptr);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE_EQ(::waitpid(child, &status, 0), child);
  REQUIRE_EQ(FilesIn(folder), Lines{"crawl.db", "crawl.db-journal"});
  CHECK_EQ(Ask(db, "SELECT count(*) FROM v_pages WHERE url LIKE 'http://shop.example/%'"), Lines{"200"});
  CHECK_EQ(FilesIn(folder), Lines{"crawl.db"});
  CHECK_EQ(Plain(db, "PRAGMA integrity_check"), "ok");
}
}  // TEST_SUITE("storage/reader")

}  // namespace
}  // namespace spinneret::testing
