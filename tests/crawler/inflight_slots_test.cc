// What is left of a run that ended in the middle.
#include "crawler/inflight_slots.h"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace spinneret::testing {
namespace {

TEST_SUITE("crawler/inflight_slots") {
TEST_CASE("InflightSlots: what a process was reading when it was killed is found by the next") {
  const TempDir folder;
  const std::string database = folder / "crawl.db";
  const pid_t child = ::fork();
  REQUIRE_GE(child, 0);
  if (child == 0) {
    const auto slots = InflightSlots::Make(database, 3);
    slots->Set(0, UrlHandle{7}, "http://a.example/", true);
    slots->Set(1, UrlHandle{8}, "http://b.example/", false);
    slots->Set(2, UrlHandle{9}, "http://c.example/", false);
    slots->Clear(1);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  REQUIRE_EQ(::waitpid(child, &status, 0), child);
  const std::vector<Suspect> left = InflightSlots::FindLeft(database);
  REQUIRE_EQ(left.size(), 2);
  CHECK_EQ(left[0].url, "http://a.example/");
  CHECK(left[0].send_credentials);
  CHECK_EQ(left[1].url, "http://c.example/");
  CHECK_FALSE(left[1].send_credentials);
  // The next run begins with empty slots.
  const auto slots = InflightSlots::Make(database, 1);
  CHECK(InflightSlots::FindLeft(database).empty());
}

TEST_CASE("InflightSlots: a run that ends by itself leaves no file") {
  const TempDir folder;
  {
    const auto slots = InflightSlots::Make(folder / "crawl.db", 2);
    CHECK(slots->has_file());
    slots->Set(1, UrlHandle{1}, "http://a.example/", false);
    CHECK_EQ(slots->Get(1).value, 1);
    CHECK_EQ(slots->Get(0).value, 0);
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK(InflightSlots::FindLeft(folder / "crawl.db").empty());
}

TEST_CASE("InflightSlots: a file that is none of ours, is cut, or a link elsewhere leads to nothing") {
  const TempDir folder;
  const std::string database = folder / "crawl.db";
  for (const std::string& bytes : {std::string(), std::string("spinneret"), std::string(30'000, 'x')}) {
    WriteFile(database + "-inflight", bytes);
    CHECK(InflightSlots::FindLeft(database).empty());
  }
  // Sizes that lie.
  WriteFile(database + "-inflight", "spinneret inflight 1" + std::string(40'000, '\xff'));
  CHECK(InflightSlots::FindLeft(database).empty());
  std::filesystem::remove(database + "-inflight");
  WriteFile(folder / "precious", "precious");
  std::filesystem::create_symlink(folder / "precious", database + "-inflight");
  CHECK_FALSE(InflightSlots::Make(database, 1)->has_file());
  CHECK_EQ(ReadFile(folder / "precious"), "precious");
}

TEST_CASE("InflightSlots: a URL that is too long for its slot is blamed in this run, and not found by the next") {
  const TempDir folder;
  const auto slots = InflightSlots::Make(folder / "crawl.db", 1);
  slots->Set(0, UrlHandle{5}, std::string(InflightSlots::kMostText + 1, 'u'), false);
  CHECK_EQ(slots->Get(0).value, 5);
  CHECK(InflightSlots::FindLeft(folder / "crawl.db").empty());
  slots->Set(0, UrlHandle{5}, std::string(InflightSlots::kMostText, 'u'), false);
  CHECK_EQ(InflightSlots::FindLeft(folder / "crawl.db").size(), 1);
}

TEST_CASE("InflightSlots: more slots are found by the next process, too, and what was there stays") {
  const TempDir folder;
  for (const std::string& database : {folder / "crawl.db", std::string()}) {
    const auto slots = InflightSlots::Make(database, 1);
    slots->Set(0, UrlHandle{5}, "http://a.example/", false);
    CHECK(slots->Grow(InflightSlots::kMostSlots));
    CHECK(slots->Grow(2));
    slots->Set(InflightSlots::kMostSlots - 1, UrlHandle{6}, "http://b.example/", false);
    CHECK_EQ(slots->Get(0).value, 5);
    CHECK_EQ(slots->Get(1).value, 0);
    CHECK_EQ(slots->Get(InflightSlots::kMostSlots - 1).value, 6);
    CHECK_EQ(InflightSlots::FindLeft(database).size(), slots->has_file() ? 2 : 0);
  }
}

TEST_CASE("InflightSlots: without a place for the file there is memory") {
  CHECK_FALSE(InflightSlots::Make("/nowhere/crawl.db", 2)->has_file());
  const auto slots = InflightSlots::Make({}, 2);
  slots->Set(1, UrlHandle{3}, "http://a.example/", false);
  CHECK_EQ(slots->Get(1).value, 3);
}
}  // TEST_SUITE("crawler/inflight_slots")

}  // namespace
}  // namespace spinneret::testing
