// A disk that fails at any one operation, or from there on: what was committed stays, the error says what happened, and
// going on afterwards gives the database that an undisturbed run gives.
#include <filesystem>
#include <optional>
#include <string>

#include "tests/storage/fixture.h"
#include "tests/support/faulty_vfs.h"
#include "tests/support/size.h"

namespace spinneret::testing {
namespace {

constexpr int kSteps = 5;

// One transaction of a crawl: a page, its links, the URLs they bring, its body and a record. The database counts them.
void AddStep(SqliteStore& store, int step) {
  const std::string name = "http://shop.example/" + std::to_string(step);
  const UrlHandle url = store.AddUrl({.host = kShop, .url = name});
  const UrlHandle found = store.AddUrl({.host = kShop, .url = name + "/found", .depth = 1, .parent = url});
  const std::string digest(32, static_cast<char>('a' + step));
  store.AddFetch({.url = url, .at_ms = kNewYear, .status = 200, .digest = digest});
  store.AddOutcome({.url = url, .kind = OutcomeKind::kFetched, .has_fetch = true});
  store.AddPage({.url = url, .title = std::string(9000, 't')});
  const LinkRow links[] = {{.to = found, .rel = "", .text = "a", .tag = "a"},
                           {.to = url, .rel = "", .text = "b", .tag = "a"}};
  store.AddLinks(url, links);
  store.AddBody({.digest = digest, .zstd = std::string(5000, 'z'), .size = 20});
  store.AddRecord(url, "shop", R"({"step":1})");
  store.AddFetch({.url = found, .at_ms = kNewYear, .error = "timeout"});
  store.AddOutcome({.url = found, .kind = OutcomeKind::kFailed, .has_fetch = true, .reason = "timeout"});
  store.SetState("step", std::to_string(step + 1));
}

struct Progress {
  int committed = 0;           // steps whose commit was said to be done
  bool finished = false;       // Finish was said to be done
  std::optional<Error> error;  // what stopped it
};

// Makes the database, or goes on with it, and works until all is done or something fails.
Progress Work(const std::string& path) {
  Progress progress;
  const auto stopped = [&progress](const Result<void>& result) {
    if (!result) {
      progress.error = result.error();
    }
    return !result;
  };
  const bool is_new = !std::filesystem::exists(path);
  Result<std::unique_ptr<SqliteStore>> store = is_new ? SqliteStore::Create(path, "{}") : SqliteStore::Open(path);
  if (!store) {
    progress.error = store.error();
    return progress;
  }
  (*store)->BeginRun("{}", kNewYear);
  if (is_new) {
    (*store)->AddHost(kShop, "shop.example");
    if (stopped((*store)->Publish())) {
      return progress;
    }
  }
  const std::string done = (*store)->GetState("step");
  for (int step = done.empty() ? 0 : std::stoi(done); step < kSteps; ++step) {
    AddStep(**store, step);
    Result<void> committed;
    (*store)->Commit([&committed](Result<void> result) { committed = std::move(result); });
    if (stopped(committed)) {
      return progress;
    }
    progress.committed = step + 1;
  }
  progress.finished = !stopped((*store)->Finish("done", kNewYear, Store::Indexes::kBuild));
  return progress;
}

// Everything but the runs, of which a disturbed crawl has more.
Lines ContentOf(const std::string& path) {
  Lines content;
  for (const char* const sql :
       {"SELECT * FROM v_pages ORDER BY url", "SELECT * FROM v_links", "SELECT * FROM v_records ORDER BY url",
        "SELECT * FROM v_fetches ORDER BY url, attempt",
        "SELECT hex(digest), size, length(zstd) FROM bodies ORDER BY 1",
        "SELECT id, url, parent_id, depth FROM urls ORDER BY id", "SELECT key, value FROM state ORDER BY key",
        "SELECT name, sql FROM sqlite_schema ORDER BY name"}) {
    for (std::string& line : Ask(path, sql)) {
      content.push_back(std::move(line));
    }
  }
  return content;
}

TEST_SUITE("storage/disk_faults") {
TEST_CASE("disk faults: whichever operation fails, what was committed stays, and going on gives the same database") {
  const TempDir folder;
  REQUIRE(Work(folder / "whole.db").finished);
  const Lines whole = ContentOf(folder / "whole.db");
  FaultyVfs disk;
  int met = 0;
  for (const DiskOperation operation : kDiskOperations) {
    CAPTURE(DiskOperationName(operation));
    for (const bool for_good : {false, true}) {
      CAPTURE(for_good);
      for (int nth = 1;; nth += SizeOf(1, 1, 5)) {
        CAPTURE(nth);
        const TempDir place;
        const std::string db = place / "crawl.db";
        const bool full = nth % 2 == 0;
        disk.Set({.operation = operation, .nth = nth, .for_good = for_good, .full = full});
        const Progress first = Work(db);
        const bool failed = disk.failed();
        disk.Set({});
        // The promise is about what was said to be done; a commit that was said to have failed may be there as a whole.
        if (std::filesystem::exists(db)) {
          CHECK_EQ(Plain(db, "PRAGMA integrity_check"), "ok");
          CHECK_EQ(Plain(db, "PRAGMA foreign_key_check"), "nothing");
          const std::string kept = Plain(db, "SELECT count(*) FROM pages");
          CHECK_MESSAGE((kept == std::to_string(first.committed) || kept == std::to_string(first.committed + 1)), kept);
        } else {
          CHECK_EQ(first.committed, 0);
        }
        if (first.error) {
          CHECK_MESSAGE(first.error->message.find(db) != std::string::npos, first.error->message);
          const ErrorCode code = first.error->code;
          CHECK_MESSAGE(
              (code == ErrorCode::kStorage || code == ErrorCode::kStorageFull || code == ErrorCode::kStorageCorrupt),
              first.error->message);
        } else {
          CHECK(first.finished);
        }
        const Progress second = first.finished ? first : Work(db);
        CHECK_MESSAGE(second.finished, (second.error ? second.error->message : ""));
        if (operation != DiskOperation::kDelete) {  // what cannot be deleted stays
          CHECK_EQ(FilesIn(place), Lines{"crawl.db"});
        }
        CHECK(ContentOf(db) == whole);
        if (!failed) {
          break;  // there is no n-th such operation
        }
        ++met;
      }
    }
  }
  MESSAGE(met, " faults");
  CHECK(met > 40);
}
}  // TEST_SUITE("storage/disk_faults")

}  // namespace
}  // namespace spinneret::testing
