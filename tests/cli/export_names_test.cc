// Names and cells that are made of what the web says.
#include <string>

#include <doctest/doctest.h>

#include "cli/base64.h"
#include "cli/markdown_path.h"
#include "cli/record_diff.h"
#include "cli/row_writer.h"

namespace spinneret::cli {
namespace {

TEST_SUITE("cli/export_names") {
TEST_CASE("MarkdownPath: a file for each page, below its host") {
  CHECK(MarkdownPath("shop.example", "https://shop.example/") == "shop.example/index.md");
  CHECK(MarkdownPath("shop.example", "https://shop.example/wine/red.html") == "shop.example/wine/red.html.md");
  CHECK(MarkdownPath("shop.example", "https://shop.example/wine/") == "shop.example/wine/index.md");
  CHECK(MarkdownPath("shop.example:8080", "https://shop.example:8080/a") == "shop.example_8080/a.md");
}

TEST_CASE("MarkdownPath: no URL leads out of the folder, and different URLs have different names") {
  const std::string hostile[] = {"https://h.example/..%2F..%2Fetc/passwd",
                                 "https://h.example/a//b",
                                 "https://h.example/.git/x",
                                 "https://h.example/a?b=1",
                                 "https://h.example/a?b=2",
                                 "https://h.example/" + std::string(5000, 'x'),
                                 "https://h.example/" + std::string(5000, 'x') + "y",
                                 "https://h.example" + std::string(300, '/'),
                                 "https://h.example/%00%0A"};
  std::string all;
  for (const std::string& url : hostile) {
    const std::string path = MarkdownPath("h.example", url);
    CAPTURE(path);
    CHECK(path.size() < 1500);
    CHECK(path.find("/.") == std::string::npos);
    CHECK(path.find("//") == std::string::npos);
    CHECK(path.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/") ==
          std::string::npos);
    CHECK(all.find("\n" + path + "\n") == std::string::npos);
    all += "\n" + path + "\n";
  }
  CHECK(MarkdownPath("..", "https://x/").starts_with("_../"));
  CHECK(MarkdownPath("h", "http://h/a") != MarkdownPath("h", "http://h/a", Distinct::kYes));
}

TEST_CASE("IsFormula: what a spreadsheet would compute, and no number") {
  for (const char* formula : {"=1+1", "+49 30 1234", "-1-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "-", "+.", "-1.2.3"}) {
    CHECK_MESSAGE(IsFormula(formula), formula);
  }
  for (const char* text : {"", "a=1", "-5", "+3.25", "1-1", " =1", "'=1"}) {
    CHECK_FALSE_MESSAGE(IsFormula(text), text);
  }
}

TEST_CASE("CompareRecords: the n-th before with the n-th after, field by field") {
  CHECK(CompareRecords("[{\"a\":1,\"b\":2}]", "[{\"b\":2,\"a\":1}]").empty());
  const auto found = CompareRecords(R"([{"a":1,"b":[1]},{"a":2}])", R"([{"a":1,"b":[2],"c":"x"}])");
  REQUIRE(found.size() == 2);
  CHECK(DifferenceWords(found[0]) == R"(b [1] -> [2], c nothing -> "x")");
  CHECK(DifferenceWords(found[1]) == "gone record: a 2");
  CHECK(DifferenceWords(CompareRecords("", R"([{"a":null}])")[0]) == "added record: a nothing");
  CHECK(CompareRecords("no JSON", "[1]").size() == 1);
}

TEST_CASE("EncodeBase64: RFC 4648's vectors") {
  const std::pair<const char*, const char*> rows[] = {{"", ""},
                                                      {"f", "Zg=="},
                                                      {"fo", "Zm8="},
                                                      {"foo", "Zm9v"},
                                                      {"foob", "Zm9vYg=="},
                                                      {"fooba", "Zm9vYmE="},
                                                      {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : rows) {
    CHECK(EncodeBase64(bytes) == text);
  }
}
}  // TEST_SUITE("cli/export_names")

}  // namespace
}  // namespace spinneret::cli
