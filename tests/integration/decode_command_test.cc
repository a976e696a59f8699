#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

std::string FileOf(const TempDir& folder, std::string_view bytes) {
  std::string path = folder / "page.html";
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

ProcessResult Decode(const Words& arguments, const std::string& input) {
  Words words{"decode"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  ProcessOptions options;
  options.input = input;
  return Spinneret(words, options);
}

TEST_SUITE("integration/decode") {
TEST_CASE("decode: the text of a file on stdout, the encoding and the reason for it on stderr") {
  const TempDir folder;
  const std::string file = FileOf(folder, "<meta charset=koi8-r>\xF0\xD2");
  const ProcessResult said = Spinneret({"decode", file});
  CHECK(said.exit_code == 0);
  CHECK(said.out == "<meta charset=koi8-r>\xD0\x9F\xD1\x80");
  CHECK(said.err.find("KOI8-R") != std::string::npos);
  CHECK(said.err.find("meta element") != std::string::npos);

  const ProcessResult told = Spinneret({"decode", file, "--content-type", "text/html; charset=iso-8859-1"});
  CHECK(told.out == "<meta charset=koi8-r>\xC3\xB0\xC3\x92");
  CHECK(told.err.find("windows-1252") != std::string::npos);
}

TEST_CASE("decode: stdin is read for -, and nothing is added to what it holds") {
  const ProcessResult result = Decode({"-"}, "caf\xC3\xA9");
  CHECK(result.exit_code == 0);
  CHECK(result.out == "caf\xC3\xA9");
}

TEST_CASE("decode: a file that is not there, or none at all, is exit 2") {
  const TempDir folder;
  CHECK(Spinneret({"decode", folder / "none.html"}).exit_code == 2);
  CHECK(Spinneret({"decode", folder.path()}).exit_code == 2);
  CHECK(Spinneret({"decode"}).exit_code == 2);
}

TEST_CASE("decode --jsonl: one answer a line in order, an error where a line is none") {
  const ProcessResult result = Decode({"--jsonl"},
                                      "{\"bytes_base64\": \"6Q==\"}\n"
                                      "{\"bytes_base64\": \"!\"}\n"
                                      "{}\n"
                                      "{\"bytes_base64\": \"k/o=\", \"content_type\": \"text/html;charset=sjis\"}\n"
                                      "{\"bytes_base64\": \"\", \"content_type\": null}\n");
  CHECK(result.exit_code == 0);
  CHECK(result.out ==
        "{\"encoding\":\"windows-1252\",\"text\":\"\xC3\xA9\"}\n"
        "{\"error\":\"\\\"bytes_base64\\\" is not base64\"}\n"
        "{\"error\":\"\\\"bytes_base64\\\" is missing or not a string\"}\n"
        "{\"encoding\":\"Shift_JIS\",\"text\":\"\xE6\x97\xA5\"}\n"
        "{\"encoding\":\"UTF-8\",\"text\":\"\"}\n");
}
}  // TEST_SUITE("integration/decode")

}  // namespace
}  // namespace spinneret::testing
