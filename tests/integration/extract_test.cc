// spinneret extract, as a person or a script meets it.
#include <string>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

ProcessResult Extract(const Words& arguments, const std::string& input) {
  Words words{"extract"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  ProcessOptions options;
  options.input = input;
  return Spinneret(words, options);
}

TEST_SUITE("integration/extract") {
TEST_CASE("extract: a selector's values are lines, and named ones a JSON object") {
  const std::string page = "<title>T</title><a href=/1>one\n two</a><a href=/2>three</a>";
  const ProcessResult lines = Extract({"-", "--select", "a"}, page);
  CHECK(lines.exit_code == 0);
  CHECK(lines.out == "one two\nthree\n");
  CHECK(Extract({"-", "--select", "links=a::attr(href)"}, page).out ==
        "{\n  \"links\": [\n    \"/1\",\n    \"/2\"\n  ]\n}\n");
  CHECK(Extract({"-", "--select", "a[href='/2']"}, page).out == "three\n");
}

TEST_CASE("extract: a page without a selector is shown whole, with links made absolute") {
  const ProcessResult all =
      Extract({"-", "--base", "https://a.example/b/"}, "<title> T  x</title><a href=c>one</a><img src=d.png>");
  CHECK(all.exit_code == 0);
  CHECK(all.out.find("\"title\": \"T x\"") != std::string::npos);
  CHECK(all.out.find("\"https://a.example/b/c\"") != std::string::npos);
  CHECK(all.out.find("\"https://a.example/b/d.png\"") != std::string::npos);
}

TEST_CASE("extract: files are decoded by what they declare") {
  CHECK(Extract({"-", "--select", "p"}, "<meta charset=windows-1252><p>\xE9</p>").out == "\xC3\xA9\n");
}

TEST_CASE("extract: a selector that cannot be read, or a file that is not there, is exit 2 and names the place") {
  const ProcessResult selector = Extract({"-", "--select", "price=p >> b"}, "<p>");
  CHECK(selector.exit_code == 2);
  CHECK(selector.err.find("column 4") != std::string::npos);
  CHECK(Extract({"/no/such/file.html"}, "").exit_code == 2);
  CHECK(Extract({}, "").exit_code == 2);
  CHECK(Extract({"-", "--base", "nowhere"}, "").exit_code == 2);
}

TEST_CASE("extract: JSON Lines answer each line in order, and a field that cannot be read spoils no other") {
  const ProcessResult result = Extract(
      {"--jsonl"},
      "{\"html\":\"<p>x</p>\",\"url\":\"https://a.example/\",\"select\":{\"good\":\"p::text\",\"bad\":\"p:\"}}\n"
      "{\"html\":1}\n"
      "{\"html\":\"<title>t</title>\",\"url\":\"https://a.example/\"}\n");
  CHECK(result.exit_code == 0);
  CHECK(result.out.find("\"fields\":{\"good\":[\"x\"]}") != std::string::npos);
  CHECK(result.out.find("\"errors\":{\"bad\":\"column 3: ") != std::string::npos);
  CHECK(result.out.find("\n{\"error\":") != std::string::npos);
  CHECK(result.out.find("\"title\":\"t\"") != std::string::npos);
}
}

}  // namespace
}  // namespace spinneret::testing
