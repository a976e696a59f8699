#include "crawler/frontier/seed_list.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

namespace spinneret {
namespace {

// A seed list in a file of its own.
class ListFile {
 public:
  explicit ListFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() / ("seed_list_test." + std::to_string(getpid()))) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~ListFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

std::vector<std::string> ReadAll(SeedListReader& reader) {
  std::vector<std::string> out;
  while (true) {
    Result<std::optional<SeedLine>> next = reader.Next();
    REQUIRE(next.has_value());
    if (!*next) {
      return out;
    }
    const SeedLine& seed = **next;
    out.push_back(std::to_string(seed.line) + " " + (seed.url ? seed.url->href() : "bad"));
  }
}

}  // namespace

TEST_SUITE("crawler/frontier/seed_list") {
TEST_CASE("SeedList: comments, blank lines, a BOM, CRLF and a last line without an end are read as people write them") {
  const ListFile file("\xEF\xBB\xBF# a list\r\n\r\nhttp://a.test/\r\n   \nb.test/x\n\t# more\nhttps://c.test");
  Result<SeedListReader> reader = SeedListReader::Open(file.path());
  REQUIRE(reader.has_value());
  CHECK(ReadAll(*reader) == std::vector<std::string>{"3 http://a.test/", "5 https://b.test/x", "7 https://c.test/"});
}

TEST_CASE("SeedList: a bad line is named and the rest goes on") {
  const ListFile file(
      "http://a.test/\nhttp://[bad\nftp://b.test/\nhttp://c.test/\tdepth=x\nhttp://d.test/\tcolour=red\nhttp://e.test/"
      "\n");
  Result<SeedListReader> reader = SeedListReader::Open(file.path());
  REQUIRE(reader.has_value());
  CHECK(ReadAll(*reader) ==
        std::vector<std::string>{"1 http://a.test/", "2 bad", "3 bad", "4 bad", "5 bad", "6 http://e.test/"});
}

TEST_CASE("SeedList: depth= and tag= belong to their seed") {
  const std::optional<SeedLine> seed = ParseSeedLine("http://a.test/\tdepth=3\ttag=two words");
  REQUIRE(seed.has_value());
  CHECK(seed->depth == 3);
  CHECK(seed->tag == "two words");
}

TEST_CASE("SeedList: reading goes on at a stored position with the right line numbers") {
  const ListFile file("http://a.test/\nhttp://b.test/\nhttp://c.test/\n");
  Result<SeedListReader> first = SeedListReader::Open(file.path());
  REQUIRE(first.has_value());
  REQUIRE(first->Next().has_value());
  Result<SeedListReader> second = SeedListReader::Open(file.path(), first->position(), first->line());
  REQUIRE(second.has_value());
  CHECK(ReadAll(*second) == std::vector<std::string>{"2 http://b.test/", "3 http://c.test/"});
}

TEST_CASE("SeedList: a line without end is bounded and reported once") {
  const ListFile file("http://a.test/" + std::string(1'000'000, 'a') + "\nhttp://b.test/\n");
  Result<SeedListReader> reader = SeedListReader::Open(file.path());
  REQUIRE(reader.has_value());
  CHECK(ReadAll(*reader) == std::vector<std::string>{"1 bad", "2 http://b.test/"});
}

TEST_CASE("SeedList: a file that is not there is an error that names it") {
  const Result<SeedListReader> reader = SeedListReader::Open("/nonexistent/seeds.txt");
  REQUIRE_FALSE(reader.has_value());
  CHECK(reader.error().message.find("/nonexistent/seeds.txt") != std::string::npos);
}
}

}  // namespace spinneret
