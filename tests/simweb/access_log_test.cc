#include "simweb/access_log.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

namespace spinneret::simweb {
namespace {

AccessEntry Entry(std::string target) {
  AccessEntry entry;
  entry.arrived = SteadyTime(std::chrono::nanoseconds(5));
  entry.method = "GET";
  entry.target = std::move(target);
  return entry;
}

std::string FreshPath() {
  static int count = 0;
  return (std::filesystem::temp_directory_path() /
          ("access_log_test." + std::to_string(getpid()) + "." + std::to_string(count++)))
      .string();
}

}  // namespace

TEST_SUITE("simweb/access_log") {
TEST_CASE("AccessLog: an entry is there from its beginning, and its end is filled in") {
  AccessLog log;
  AccessEntry entry = Entry("/a");
  const std::uint64_t number = log.Begin(entry);
  log.Add(Entry("/b"));
  REQUIRE(log.Snapshot().size() == 2);
  CHECK_FALSE(log.Snapshot()[0].over);
  CHECK(log.Snapshot()[0].ended == entry.arrived);
  CHECK(log.Snapshot()[1].over);
  entry.ended = SteadyTime(std::chrono::nanoseconds(9));
  entry.complete = true;
  log.End(number, entry);
  const std::vector<AccessEntry> found = log.EntriesOf("/a");
  REQUIRE(found.size() == 1);
  CHECK(found[0].over);
  CHECK(found[0].complete);
  CHECK(found[0].ended == entry.ended);
}

TEST_CASE("AccessLog: memory is bounded, and the end of an entry that was dropped is let go") {
  AccessLog log(2);
  const AccessEntry first = Entry("/1");
  const std::uint64_t number = log.Begin(first);
  log.Add(Entry("/2"));
  log.Add(Entry("/3"));
  log.End(number, first);
  const std::vector<AccessEntry> kept = log.Snapshot();
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].target == "/2");
  CHECK(kept[1].target == "/3");
  CHECK(log.total() == 3);
  CHECK(log.dropped() == 1);
}

TEST_CASE("AccessLog: after Clear the counts start again, and what began before does not come back") {
  AccessLog log;
  const AccessEntry old = Entry("/old");
  const std::uint64_t number = log.Begin(old);
  log.Clear();
  CHECK(log.total() == 0);
  log.Add(Entry("/new"));
  log.End(number, old);
  REQUIRE(log.Snapshot().size() == 1);
  CHECK(log.Snapshot()[0].target == "/new");
  CHECK(log.total() == 1);
  CHECK(log.dropped() == 0);
}

TEST_CASE("AccessLog: the file has a line per response, and hostile bytes cannot break its columns") {
  const std::string path = FreshPath();
  {
    Result<std::unique_ptr<AccessLog>> log = AccessLog::Open(path, 0);
    REQUIRE(log);
    AccessEntry entry = Entry("/a\tb\nc");
    entry.status = 200;
    entry.complete = true;
    entry.ended = entry.arrived + std::chrono::nanoseconds(7);
    (*log)->Add(entry);
    CHECK((*log)->Flush());
    CHECK((*log)->Snapshot().empty());
    CHECK((*log)->total() == 1);
  }
  std::ifstream file(path);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  CHECK(text.substr(0, text.find('\n')) ==
        "arrived_ns\tended_ns\tarrived_wall_ms\tended_wall_"
        "ms\tconnection\tmethod\thost\ttarget\tstatus\tcomplete\tuser_agent");
  CHECK(text.substr(text.find('\n') + 1) == "5\t12\t0\t0\t0\tGET\t\t/a\\x09b\\x0ac\t200\t1\t\n");
  std::remove(path.c_str());
}

TEST_CASE("AccessLog: a file that cannot be written says so") {
  const Result<std::unique_ptr<AccessLog>> nowhere = AccessLog::Open("/nonexistent/log.tsv", 0);
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().message.find("/nonexistent/log.tsv") != std::string::npos);
  Result<std::unique_ptr<AccessLog>> full = AccessLog::Open("/dev/full", 0);
  REQUIRE(full);
  (*full)->Add(Entry("/"));
  const Result<void> flushed = (*full)->Flush();
  REQUIRE_FALSE(flushed);
  CHECK(flushed.error().code == ErrorCode::kStorageFull);
}

TEST_CASE("AccessLog: threads lose none of each other's entries") {
  AccessLog log;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&log] {
      for (int j = 0; j < 500; ++j) {
        const AccessEntry entry = Entry("/");
        log.End(log.Begin(entry), entry);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  const std::vector<AccessEntry> entries = log.Snapshot();
  CHECK(entries.size() == 2000);
  for (const AccessEntry& entry : entries) {
    CHECK(entry.over);
  }
}
}  // TEST_SUITE("simweb/access_log")

}  // namespace spinneret::simweb
