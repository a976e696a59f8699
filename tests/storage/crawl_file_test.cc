// The life of the file: birth, lock, kill, resume, end.
#include <csignal>
#include <fstream>
#include <string>

#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/storage/fixture.h"

namespace spinneret::testing {
namespace {

ErrorCode CreateError(const std::string& path) {
  const Result<std::unique_ptr<SqliteStore>> store = SqliteStore::Create(path, "{}");
  return store ? ErrorCode::kInternal : store.error().code;
}

ErrorCode OpenError(const std::string& path) {
  const Result<std::unique_ptr<SqliteStore>> store = SqliteStore::Open(path);
  return store ? ErrorCode::kInternal : store.error().code;
}

// Runs `child` in a process of its own, which must end by exit(0) or by the signal given.
template <class Child>
void InChild(int expected_signal, const Child& child) {
  const pid_t pid = ::fork();
  REQUIRE_GE(pid, 0);
  if (pid == 0) {
    child();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE_EQ(::waitpid(pid, &status, 0), pid);
  if (expected_signal == 0) {
    CHECK(WIFEXITED(status));
    CHECK_EQ(WEXITSTATUS(status), 0);
  } else {
    CHECK(WIFSIGNALED(status));
    CHECK_EQ(WTERMSIG(status), expected_signal);
  }
}

TEST_SUITE("storage/crawl_file") {
TEST_CASE("Create: the name appears with Publish, and then names a database that can be resumed") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Result<std::unique_ptr<SqliteStore>> made = SqliteStore::Create(db, R"({"depth":3})");
  REQUIRE(made.has_value());
  CHECK_EQ(OpenError(db), ErrorCode::kNotFound);
  CHECK_EQ(FilesIn(folder), Lines{"crawl.db-lock", "crawl.db.new"});
  (*made)->AddHost(kShop, "shop.example");
  const UrlHandle seed = (*made)->AddUrl({.host = kShop, .url = "http://shop.example/", .via = Via::kSeed});
  CHECK_EQ(seed.value, 1);
  REQUIRE((*made)->Publish().has_value());
  CHECK_EQ(Ask(db, "SELECT url FROM urls"), Lines{"http://shop.example/"});
  CHECK_EQ(FilesIn(folder).front(), "crawl.db");
  CHECK_FALSE(std::filesystem::exists(db + ".new"));
}

TEST_CASE("Create: a store that is dropped before Publish leaves nothing") {
  const TempDir folder;
  { CHECK(SqliteStore::Create(folder / "crawl.db", "{}").has_value()); }
  CHECK_EQ(FilesIn(folder), Lines{});
}

TEST_CASE("Create: an existing file is never touched, whatever it is") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  std::ofstream(db) << "precious";
  CHECK_EQ(CreateError(db), ErrorCode::kAlreadyExists);
  std::string text;
  std::ifstream(db) >> text;
  CHECK_EQ(text, "precious");
  CHECK_EQ(FilesIn(folder), Lines{"crawl.db"});
  std::filesystem::create_symlink(folder / "nowhere", folder / "dangling.db");
  CHECK_EQ(CreateError(folder / "dangling.db"), ErrorCode::kAlreadyExists);
  CHECK_EQ(CreateError(folder.path().string()), ErrorCode::kAlreadyExists);
  CHECK_EQ(CreateError(folder / "none/crawl.db"), ErrorCode::kNotFound);
  CHECK_EQ(CreateError(""), ErrorCode::kInvalidArgument);
  CHECK_EQ(CreateError(folder / ""), ErrorCode::kInvalidArgument);
}

TEST_CASE("Publish: a file that took the name meanwhile is not overwritten") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Result<std::unique_ptr<SqliteStore>> made = SqliteStore::Create(db, "{}");
  REQUIRE(made.has_value());
  std::ofstream(db) << "precious";
  const Result<void> published = (*made)->Publish();
  REQUIRE_FALSE(published.has_value());
  CHECK_EQ(published.error().code, ErrorCode::kAlreadyExists);
  made->reset();
  CHECK_EQ(FilesIn(folder), Lines{"crawl.db"});
  CHECK_EQ(std::filesystem::file_size(db), 8);
}

TEST_CASE("Create: what a killed process left is replaced, also a journal of a database that is gone") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  InChild(SIGKILL, [&db] {
    const Result<std::unique_ptr<SqliteStore>> made = SqliteStore::Create(db, "{}");
    (*made)->AddHost(kShop, "shop.example");
    ::kill(::getpid(), SIGKILL);
  });
  CHECK_EQ(FilesIn(folder).front(), "crawl.db-lock");
  CHECK(std::filesystem::exists(db + ".new"));
  std::ofstream(db + "-wal") << std::string(10000, 'w');
  std::ofstream(db + "-journal") << std::string(10000, 'j');
  std::ofstream(db + ".new-journal") << std::string(10000, 'j');
  Crawl crawl(db);
  CHECK_EQ(crawl.Url("http://shop.example/").value, 1);
  crawl.Commit();
  CHECK_EQ(Ask(db, "SELECT count(*) FROM hosts"), Lines{"1"});
  crawl.Finish();
  CHECK_EQ(FilesIn(folder), Lines{"crawl.db"});
}

TEST_CASE("secret: each database draws its own and keeps it, with its settings, over runs") {
  const TempDir folder;
  HashSecret first{};
  {
    Crawl crawl(folder / "crawl.db");
    first = crawl->secret();
    CHECK_EQ(crawl->settings(), R"({"depth":3})");
    crawl.Commit();
  }
  Crawl again(folder / "crawl.db");
  CHECK(again->secret() == first);
  CHECK_EQ(again->settings(), R"({"depth":3})");
  Crawl other(folder / "other.db");
  CHECK_FALSE(other->secret() == first);
  CHECK_FALSE(first == HashSecret{});
}

TEST_CASE("lock: a second store is told who holds the database, until the first one ends") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  {
    Crawl crawl(db);
    crawl.Commit();
    std::filesystem::create_symlink(db, folder / "alias.db");
    for (const std::string& name : {db, folder / "alias.db"}) {
      const Result<std::unique_ptr<SqliteStore>> second = SqliteStore::Open(name);
      REQUIRE_FALSE(second.has_value());
      CHECK_EQ(second.error().code, ErrorCode::kInUse);
      CHECK_NE(second.error().message.find("process " + std::to_string(::getpid())), std::string::npos);
    }
  }
  CHECK_FALSE(std::filesystem::exists(db + "-lock"));
  CHECK(SqliteStore::Open(db).has_value());
}

TEST_CASE("lock: two that make the same database at once do not both get it") {
  const TempDir folder;
  const Result<std::unique_ptr<SqliteStore>> first = SqliteStore::Create(folder / "crawl.db", "{}");
  REQUIRE(first.has_value());
  CHECK_EQ(CreateError(folder / "crawl.db"), ErrorCode::kInUse);
  CHECK(std::filesystem::exists(folder / "crawl.db.new"));
}

TEST_CASE("lock: a lock file that a dead process left locks nothing") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  InChild(SIGKILL, [&db] {
    Crawl crawl(db);
    ::kill(::getpid(), SIGKILL);
  });
  CHECK(std::filesystem::exists(db + "-lock"));
  CHECK(SqliteStore::Open(db).has_value());
  CHECK_FALSE(std::filesystem::exists(db + "-lock"));
}

TEST_CASE("kill: a process killed in mid-transaction leaves exactly what it had committed") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  InChild(SIGKILL, [&db] {
    Crawl crawl(db);
    for (int i = 0; i < 500; ++i) {
      crawl.Fetched(crawl.Url("http://shop.example/" + std::to_string(i)));
    }
    crawl.Commit();
    // Far more than SQLite's cache holds, so that uncommitted pages stand in the log.
    const std::string text(100'000, 't');
    for (int i = 500; i < 1500; ++i) {
      const UrlHandle url = crawl.Url("http://shop.example/" + std::to_string(i));
      crawl.Fetched(url);
      crawl->AddPage({.url = url, .title = text});
    }
    ::kill(::getpid(), SIGKILL);
  });
  CHECK_EQ(Ask(db, "SELECT count(*) FROM v_pages"), Lines{"500"});
  Crawl crawl(db);
  CHECK_EQ(crawl.Url("http://shop.example/next").value, 501);
  crawl.Commit();
  CHECK_EQ(Plain(db, "PRAGMA integrity_check"), "ok");
  CHECK_EQ(Plain(db, "PRAGMA foreign_key_check"), "nothing");
  crawl.Finish();
  CHECK_EQ(FilesIn(folder), Lines{"crawl.db"});
}

TEST_CASE("kill: at whatever moment of its birth, the name is either free or names a database that can be resumed") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  int published = 0;
  for (int round = 0; round < 24; ++round) {
    const pid_t pid = ::fork();
    REQUIRE_GE(pid, 0);
    if (pid == 0) {
      Result<std::unique_ptr<SqliteStore>> made = SqliteStore::Create(db, "{}");
      if (made) {
        (*made)->AddHost(kShop, "shop.example");
        (*made)->AddUrl({.host = kShop, .url = "http://shop.example/", .via = Via::kSeed});
        (void)(*made)->Publish();
      }
      ::pause();
    }
    // The first rounds end at some moment of the birth, the last ones just after it, however slow the machine is.
    for (int looks = 0; round >= 20 && looks < 60'000 && !std::filesystem::exists(db); ++looks) {
      ::usleep(1000);
    }
    ::usleep(static_cast<useconds_t>(round % 20 * round * 200));
    ::kill(pid, SIGKILL);
    REQUIRE_EQ(::waitpid(pid, nullptr, 0), pid);
    if (std::filesystem::exists(db)) {
      ++published;
      {
        Crawl crawl(db);
        CHECK_EQ(crawl.Url("http://shop.example/next").value, 2);
        crawl.Commit();
        CHECK_EQ(Plain(db, "PRAGMA integrity_check"), "ok");
      }
      std::filesystem::remove(db);
    }
  }
  CHECK_GE(published, 4);
  // Whatever the rounds left, the next crawl begins.
  Crawl crawl(db);
  crawl.Finish();
  CHECK_EQ(FilesIn(folder), Lines{"crawl.db"});
}

TEST_CASE("Open: other files and other versions are refused and left as they are") {
  const TempDir folder;
  std::ofstream(folder / "text.db") << std::string(5000, 'x');
  std::ofstream(folder / "empty.db").flush();
  CHECK_EQ(OpenError(folder / "none.db"), ErrorCode::kNotFound);
  CHECK_EQ(OpenError(folder / "text.db"), ErrorCode::kStorageCorrupt);
  CHECK_EQ(OpenError(folder / "empty.db"), ErrorCode::kStorageCorrupt);
  CHECK_EQ(OpenError(folder.path().string()), ErrorCode::kStorageCorrupt);
  CHECK_EQ(std::filesystem::file_size(folder / "empty.db"), 0);
  { Crawl crawl(folder / "newer.db"); }
  CHECK_EQ(Plain(folder / "newer.db", "PRAGMA user_version = 99; SELECT 1"), "1");
  CHECK_EQ(OpenError(folder / "newer.db"), ErrorCode::kStorageVersion);
  CHECK_EQ(FilesIn(folder), Lines{"empty.db", "newer.db", "text.db"});
}

TEST_CASE(
    "Open: a database of the first version is brought up to date with all that is in it, and readers take it as it "
    "is") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  {
    Crawl crawl(db);
    const UrlHandle home = crawl.Url("http://shop.example/");
    crawl.Fetched(home);
    crawl->AddPage({.url = home, .title = "Home", .sim_hash = 7});
    crawl->AddLinks(home, {});
    crawl.Finish();
  }
  CHECK_EQ(Plain(db,
                 "ALTER TABLE pages DROP COLUMN simhash; ALTER TABLE pages DROP COLUMN by_tree; "
                 "ALTER TABLE samples DROP COLUMN workers; ALTER TABLE samples DROP COLUMN connections; "
                 "ALTER TABLE samples DROP COLUMN decision; DROP VIEW v_revisits; "
                 "DROP VIEW v_hosts; DROP VIEW v_pages; CREATE VIEW v_pages AS SELECT u.url, p.title FROM pages AS p "
                 "JOIN urls AS u ON u.id = p.url_id; DROP TABLE revisits; PRAGMA user_version = 1; SELECT 1"),
           "1");
  CHECK_EQ(Ask(db, "SELECT url, title FROM v_pages"), Lines{"http://shop.example/|Home"});
  {
    Crawl crawl(db);
    const UrlHandle more = crawl.Url("http://shop.example/more");
    crawl.Fetched(more);
    crawl->AddPage({.url = more, .title = "More", .sim_hash = 9});
    crawl->AddLinks(more, {});
    crawl.Finish();
  }
  CHECK_EQ(Ask(db, "SELECT title, simhash FROM pages"), Lines{"Home|NULL", "More|9"});
  CHECK_EQ(Ask(db, "SELECT url, status, title FROM v_pages"),
           Lines{"http://shop.example/|200|Home", "http://shop.example/more|200|More"});
  CHECK_EQ(Ask(db, "SELECT count(*) FROM v_revisits"), Lines{"0"});
  CHECK_EQ(Ask(db, "SELECT pages, pending FROM v_hosts"), Lines{"2|0"});
  CHECK_EQ(Ask(db, "SELECT count(decision) FROM samples"), Lines{"0"});
  CHECK_EQ(Ask(db, "PRAGMA user_version"), Lines{"3"});
}

TEST_CASE("Open: a database that has lost its secret is damaged, not a crash") {
  const TempDir folder;
  { Crawl crawl(folder / "crawl.db"); }
  CHECK_EQ(Plain(folder / "crawl.db", "UPDATE meta SET value = x'00' WHERE key = 'secret'; SELECT 1"), "1");
  CHECK_EQ(OpenError(folder / "crawl.db"), ErrorCode::kStorageCorrupt);
}

TEST_CASE("Open: the readers' indexes go, an index that a person made stays") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  {
    Crawl crawl(db);
    crawl.Finish();
  }
  CHECK_EQ(Plain(db, "CREATE INDEX my_own ON urls(depth); SELECT 1"), "1");
  const Crawl crawl(db);
  CHECK_EQ(Plain(db, "SELECT group_concat(name) FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"),
           "my_own");
}

TEST_CASE("Finish: one plain file in journal_mode DELETE, with statistics for the planner") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  crawl.Fetched(crawl.Url("http://shop.example/"));
  CHECK_EQ(Plain(db, "PRAGMA journal_mode"), "wal");
  crawl.Finish("stopped");
  CHECK_EQ(crawl->TakeWarning(), "");
  CHECK_EQ(FilesIn(folder), Lines{"crawl.db"});
  CHECK_EQ(Plain(db, "PRAGMA journal_mode"), "delete");
  CHECK_EQ(Plain(db, "SELECT count(*) > 0 FROM sqlite_stat1"), "1");
  CHECK_EQ(Ask(db, "SELECT end_reason, started_at_ms, ended_at_ms FROM runs"),
           Lines{"stopped|" + std::to_string(kNewYear) + "|" + std::to_string(kNewYear + 1000)});
}

TEST_CASE("Finish: without Publish the file is published all the same") {
  const TempDir folder;
  Result<std::unique_ptr<SqliteStore>> made = SqliteStore::Create(folder / "crawl.db", "{}");
  REQUIRE(made.has_value());
  (*made)->BeginRun("{}", kNewYear);
  REQUIRE((*made)->Finish("done", kNewYear, Store::Indexes::kLeave).has_value());
  CHECK_EQ(FilesIn(folder), Lines{"crawl.db"});
  CHECK_EQ(Ask(folder / "crawl.db", "SELECT end_reason FROM runs"), Lines{"done"});
}

TEST_CASE("Finish: another program in the middle of a query costs no data, and the warning says what stays") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  crawl.Fetched(crawl.Url("http://shop.example/"));
  crawl.Commit();
  {
    Result<std::unique_ptr<Reader>> reader = Reader::Open(db);
    REQUIRE(reader.has_value());
    const Result<void> read = (*reader)->Query(
        "SELECT url FROM urls", [](const auto&) {},
        [&crawl](const auto&) {
          crawl.Fetched(crawl.Url("http://shop.example/2"));
          crawl.Finish("done");
          return true;
        });
    CHECK(read.has_value());
    CHECK_NE(crawl->TakeWarning().find("crawl.db-wal"), std::string::npos);
    CHECK_EQ(crawl->TakeWarning(), "");
    CHECK_EQ(Ask(**reader, "SELECT count(*) FROM v_pages"), Lines{"2"});
  }
  CHECK_EQ(Plain(db, "SELECT count(*) FROM v_pages"), "2");
  CHECK_EQ(FilesIn(folder), Lines{"crawl.db"});
  Crawl again(db);
  again.Finish();
  CHECK_EQ(Plain(db, "PRAGMA journal_mode"), "delete");
}

TEST_CASE("Reader: a database in WAL mode can be read by a user who may not write beside it") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  {
    Crawl crawl(db);
    crawl.Fetched(crawl.Url("http://shop.example/"));
    crawl.Commit();
  }
  CHECK_EQ(FilesIn(folder), Lines{"crawl.db"});
  REQUIRE_EQ(::chmod(folder.path().c_str(), 0555), 0);
  REQUIRE_EQ(::chmod(db.c_str(), 0444), 0);
  const int self = ::setfsuid(static_cast<uid_t>(-1));
  ::setfsuid(self == 0 ? 65534 : static_cast<uid_t>(self));  // root may write anywhere
  const Lines rows = Ask(db, "SELECT url FROM v_pages");
  ::setfsuid(static_cast<uid_t>(self));
  CHECK_EQ(rows, Lines{"http://shop.example/"});
  REQUIRE_EQ(::chmod(folder.path().c_str(), 0755), 0);
}

TEST_CASE("disk full: Commit says so, the last commit stays, and nothing is written after it") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  InChild(0, [&db] {
    Crawl crawl(db);
    crawl.Fetched(crawl.Url("http://shop.example/1"));
    crawl.Commit();
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1 << 20, 1 << 20};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string text(100'000, 't');
    for (int i = 0; i < 100; ++i) {
      const UrlHandle url = crawl.Url("http://shop.example/big");
      crawl.Fetched(url);
      crawl->AddPage({.url = url, .title = text});
    }
    const Result<void> full = crawl.TryCommit();
    const bool told = !full && full.error().code == ErrorCode::kStorageFull;
    crawl.Fetched(crawl.Url("http://shop.example/after"));
    const Result<void> still = crawl.TryCommit();
    const bool kept = !still && still.error().message == full.error().message;
    const Result<void> finished = crawl->Finish("storage", kNewYear, Store::Indexes::kBuild);
    ::_exit(told && kept && !finished ? 0 : 1);
  });
  CHECK_EQ(Plain(db, "PRAGMA integrity_check"), "ok");
  CHECK_EQ(Ask(db, "SELECT url FROM v_pages"), Lines{"http://shop.example/1"});
  Crawl crawl(db);
  crawl.Fetched(crawl.Url("http://shop.example/2"));
  crawl.Finish();
  CHECK_EQ(Ask(db, "SELECT url FROM v_pages"), Lines{"http://shop.example/1", "http://shop.example/2"});
}

TEST_CASE("TakeWarning: a log that has grown is named, and again only when it has doubled") {
  const TempDir folder;
  const std::string db = folder / "crawl.db";
  Crawl crawl(db);
  crawl.Commit();
  CHECK_EQ(crawl->TakeWarning(), "");
  // Zeros after the last frame: SQLite takes them for no frames.
  const auto grow = [&db](std::uintmax_t megabytes) { std::filesystem::resize_file(db + "-wal", megabytes << 20); };
  grow(300);
  CHECK_NE(crawl->TakeWarning().find("300 MB"), std::string::npos);
  CHECK_EQ(crawl->TakeWarning(), "");
  grow(599);
  CHECK_EQ(crawl->TakeWarning(), "");
  grow(600);
  CHECK_NE(crawl->TakeWarning().find("600 MB"), std::string::npos);
  grow(1);
  CHECK_EQ(crawl->TakeWarning(), "");
  grow(256);
  CHECK_NE(crawl->TakeWarning().find("256 MB"), std::string::npos);
}
}  // TEST_SUITE("storage/crawl_file")

}  // namespace
}  // namespace spinneret::testing
