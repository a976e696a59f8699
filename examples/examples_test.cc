// Runs the example programs and looks at what they say.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "simweb/page_server.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace spinneret::testing {
namespace {

std::vector<std::string> SortedLines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace

TEST_SUITE("examples") {
TEST_CASE("hash_tree: says of each file in a tree what sha256sum says") {
  const TempDir tree;
  std::filesystem::create_directories(tree.path() / "deep/er");
  std::vector<std::string> command = {"sha256sum"};
  for (const char* name : {"empty", "a", "deep/b", "deep/er/large"}) {
    WriteFile(tree / name, std::string(name) == "empty" ? "" : std::string(name) + std::string(700'001, 'x'));
    command.push_back(tree / name);
  }
  const ProcessResult expected = Run(command);
  REQUIRE(expected.exit_code == 0);
  for (const char* threads : {"1", "3"}) {
    const ProcessResult result = Run({HASH_TREE, tree.path().string(), threads});
    CHECK(result.exit_code == 0);
    CHECK(SortedLines(result.out) == SortedLines(expected.out));
    CHECK(result.err.find("4 files, 2 MB") != std::string::npos);
  }
}

TEST_CASE("live_rates: every event is added up once, whatever the number of aggregators") {
  const ProcessResult one = Run({LIVE_RATES, "1000003", "1"});
  CHECK(one.exit_code == 0);
  CHECK(one.out.starts_with("events 1000003\nsum "));
  for (const char* aggregators : {"2", "7"}) {
    const ProcessResult several = Run({LIVE_RATES, "1000003", aggregators});
    CHECK(several.exit_code == 0);
    CHECK(several.out == one.out);
  }
}

TEST_CASE("scraper: fetches each URL once over two workers and posts status, title and links back") {
  simweb::PageServerOptions options;
  options.site.pages = 20;
  Result<std::unique_ptr<simweb::PageServer>> server = simweb::PageServer::Start(options);
  REQUIRE(server.has_value());
  const simweb::Site& site = (*server)->site();
  std::vector<std::string> command = {SCRAPER, "2"};
  std::string expected;
  for (std::uint64_t page = 0; page < site.PageCount(); ++page) {
    command.push_back(site.UrlOf(page));
    expected += "200\t" + site.TitleOf(page) + "\t" + std::to_string(site.LinksOf(page).size()) + "\t" +
                site.UrlOf(page) + "\n";
  }
  ProcessOptions allowed;
  allowed.environment = {"SCRAPER_ALLOW_PRIVATE=1"};
  const ProcessResult result = Run(command, allowed);
  CHECK(result.exit_code == 0);
  CHECK(SortedLines(result.out) == SortedLines(expected));
  const ProcessResult refused = Run({SCRAPER, "1", site.UrlOf(0)});
  CHECK(refused.exit_code == 1);
  CHECK(refused.out.starts_with("0\t"));
}

TEST_CASE("scraper: is under 100 lines") {
  const std::string source = ReadFile(SCRAPER_SOURCE);
  CHECK(std::count(source.begin(), source.end(), '\n') < 100);
}

TEST_CASE("examples: say how they are used, and exit with 2, when they are not") {
  for (const char* program : {HASH_TREE, LIVE_RATES, SCRAPER}) {
    const ProcessResult result = Run({program});
    CHECK(result.exit_code == 2);
    CHECK(result.err.starts_with("usage: "));
  }
}
}  // TEST_SUITE("examples")

}  // namespace spinneret::testing
