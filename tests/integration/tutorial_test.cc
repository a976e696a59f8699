// docs/tutorial.md, done as a newcomer does it: every command of it, in its order, in one folder.
#include <regex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

struct Block {
  std::string language, text;
};

std::vector<Block> BlocksOf(const std::string& page) {
  std::vector<Block> blocks;
  for (std::size_t at = page.find("```"); at != std::string::npos; at = page.find("```", at)) {
    const std::size_t line = page.find('\n', at);
    const std::size_t end = page.find("\n```", line);
    REQUIRE(end != std::string::npos);
    blocks.push_back({page.substr(at + 3, line - at - 3), page.substr(line + 1, end - line)});
    at = end + 4;
  }
  return blocks;
}

TEST_SUITE("integration/tutorial") {
TEST_CASE("docs/tutorial.md: every command works, and shows what the page says it shows") {
  std::vector<Block> blocks = BlocksOf(ReadFile(SPINNERET_TEST_DATA "/../../docs/tutorial.md"));
  REQUIRE(blocks.size() > 8);
  const TempDir folder;
  const std::string program = SPINNERET_PROGRAM;
  const std::string path = "PATH=" + program.substr(0, program.rfind('/')) + ":/usr/bin:/bin";
  // The first is the shop, on a port that is free.
  std::string serve = blocks.front().text;
  serve.replace(serve.find("8080"), 4, "0");
  ProcessOptions options;
  options.environment = {path, "LC_ALL=C.UTF-8"};
  options.folder = folder.path().string();
  Process shop({"bash", "-c", "exec " + serve}, options);
  std::smatch port;
  std::string said;
  REQUIRE(shop.WaitUntil([&] {
    said = shop.out() + shop.err();
    return std::regex_search(said, port, std::regex("http://127\\.0\\.0\\.1:([0-9]+)/"));
  }));
  std::string shown;
  for (std::size_t i = 1; i < blocks.size(); ++i) {
    const std::string text = std::regex_replace(blocks[i].text, std::regex("8080"), port[1].str());
    if (blocks[i].language == "sh") {
      const ProcessResult done = Run({"bash", "-euc", text}, options);
      CHECK_MESSAGE(done.exit_code == 0, text << done.err);
      shown = done.out;
    } else {
      CHECK(shown == text);
    }
  }
}
}  // TEST_SUITE("integration/tutorial")

}  // namespace
}  // namespace spinneret::testing
