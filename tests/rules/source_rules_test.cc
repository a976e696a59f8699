// Rules about the sources themselves, read as text.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace spinneret::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxLines = 600;

// Files that may be longer, each with the reason why no seam was found in it.
const std::map<std::string, std::string>& LongFiles() {
  static const std::map<std::string, std::string> files = {
      {"parser/url_parser.cc", "one state machine: the standard's states read best in the standard's order"},
      {"crawler/crawl.cc",
       "one loop, whose turns, ends and interruptions are one state; what it writes and shares are classes"},
      {"storage/sqlite/sqlite_store.cc",
       "one class that is all of Store; its scans and statements have files of their own"},
  };
  return files;
}

struct Source {
  std::string path;  // from the root
  std::string text;
};

// Every header and source of the project; data of tests is not code.
std::vector<Source> SourcesUnder(const fs::path& root) {
  std::vector<Source> sources;
  for (const char* room : {"base", "parser", "storage", "crawler", "simweb", "cli", "tests", "bench"}) {
    if (!fs::exists(root / room)) {
      continue;
    }
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / room)) {
      const std::string path = entry.path().lexically_relative(root).generic_string();
      const std::string extension = entry.path().extension().string();
      if (entry.is_regular_file() && (extension == ".h" || extension == ".cc") && !path.starts_with("tests/data/") &&
          path.find("/node_modules/") == std::string::npos) {
        sources.push_back({path, ReadFile(entry.path().string())});
      }
    }
  }
  std::sort(sources.begin(), sources.end(), [](const Source& a, const Source& b) { return a.path < b.path; });
  return sources;
}

// Comments may use the marks that a language has; what the compiler reads is ASCII, with \u and \x for the rest.
// Returns the numbers of the lines that break this.
std::vector<std::size_t> LinesWithNonAsciiCode(std::string_view text) {
  enum class State { kCode, kLineComment, kBlockComment, kString, kCharacter } state = State::kCode;
  std::vector<std::size_t> lines;
  std::size_t line = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c == '\n') {
      ++line;
      state = state == State::kBlockComment ? state : State::kCode;
      continue;
    }
    const bool comment = state == State::kLineComment || state == State::kBlockComment;
    if (static_cast<unsigned char>(c) >= 0x80 && !comment && (lines.empty() || lines.back() != line)) {
      lines.push_back(line);
    }
    switch (state) {
      case State::kCode:
        if (c == '/' && next == '/') {
          state = State::kLineComment;
        } else if (c == '/' && next == '*') {
          state = State::kBlockComment;
        } else if (c == '"') {
          state = State::kString;
        } else if (c == '\'' && !(i > 0 && std::isalnum(static_cast<unsigned char>(text[i - 1])) != 0)) {
          state = State::kCharacter;  // after a digit it separates digits
        }
        break;
      case State::kString:
      case State::kCharacter:
        if (c == '\\') {
          ++i;
        } else if (c == (state == State::kString ? '"' : '\'')) {
          state = State::kCode;
        }
        break;
      case State::kBlockComment:
        if (c == '*' && next == '/') {
          ++i;
          state = State::kCode;
        }
        break;
      case State::kLineComment:
        break;
    }
  }
  return lines;
}

// The header's first line that is neither empty nor a comment is the guard.
bool HasGuard(std::string_view text) {
  std::istringstream lines{std::string(text)};
  std::string line;
  while (std::getline(lines, line)) {
    if (line.empty() || line.starts_with("//")) {
      continue;
    }
    return line == "#pragma once";
  }
  return false;
}

std::size_t CountLines(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST_SUITE("rules/sources") {
TEST_CASE("sources: what the compiler reads is ASCII") {
  const std::vector<Source> sources = SourcesUnder(SPINNERET_ROOT);
  REQUIRE(sources.size() > 50);
  for (const Source& source : sources) {
    for (const std::size_t line : LinesWithNonAsciiCode(source.text)) {
      FAIL_CHECK(source.path, ":", line, ": a character outside ASCII; write it as \\u or \\x");
    }
  }
}

TEST_CASE("sources: every header is guarded by pragma once") {
  for (const Source& source : SourcesUnder(SPINNERET_ROOT)) {
    if (source.path.ends_with(".h")) {
      CHECK_MESSAGE(HasGuard(source.text), source.path);
    }
  }
}

TEST_CASE("sources: a file over 600 lines is listed with its reason") {
  for (const Source& source : SourcesUnder(SPINNERET_ROOT)) {
    const std::size_t lines = CountLines(source.text);
    const bool listed = LongFiles().count(source.path) > 0;
    CHECK_MESSAGE((lines <= kMaxLines || listed), source.path, " has ", lines, " lines: look for a seam");
    CHECK_MESSAGE((lines > kMaxLines || !listed), source.path, " is listed as long and no longer is");
  }
}

TEST_CASE("sources: no test's name has a semicolon, at which ctest would cut it in two") {
  for (const Source& source : SourcesUnder(SPINNERET_ROOT)) {
    std::istringstream lines(source.text);
    for (std::string line; std::getline(lines, line);) {
      const bool cut = line.find("TEST_CASE(\"") != std::string::npos && line.find(';') != std::string::npos;
      CHECK_MESSAGE(!cut, source.path, ": ", line);
    }
  }
}

TEST_CASE("sources: no line ends in white space, no tab indents, and each file ends with one line end") {
  for (const Source& source : SourcesUnder(SPINNERET_ROOT)) {
    CHECK_MESSAGE(source.text.find(" \n") == std::string::npos, source.path);
    CHECK_MESSAGE(source.text.find('\t') == std::string::npos, source.path);
    CHECK_MESSAGE(source.text.find('\r') == std::string::npos, source.path);
    CHECK_MESSAGE((source.text.ends_with("\n") && !source.text.ends_with("\n\n")), source.path);
  }
}

// Names in backquotes in the last column of a document's tables.
std::vector<std::string> NamedTests(const std::string& document) {
  std::vector<std::string> names;
  std::istringstream lines(document);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("|") || !line.ends_with(" |")) {
      continue;
    }
    const std::string cell = line.substr(std::min(line.rfind(" | ", line.size() - 3), line.size()));
    for (std::size_t at = cell.find('`'); at != std::string::npos; at = cell.find('`', at + 1)) {
      const std::size_t begin = at + 1;
      at = cell.find('`', begin);
      if (at == std::string::npos) {
        break;
      }
      names.push_back(cell.substr(begin, at - begin));
    }
  }
  return names;
}

TEST_CASE("documents: every test that the threat model names is a test") {
  std::string cases;  // names in quotes, those put together that the formatter has broken
  for (const Source& source : SourcesUnder(SPINNERET_ROOT)) {
    for (std::size_t i = 0; source.path.starts_with("tests/") && i < source.text.size(); ++i) {
      const std::size_t space = source.text[i] == '"' ? source.text.find_first_not_of(" \n", i + 1) : std::string::npos;
      if (space != std::string::npos && space > i + 1 && source.text[space] == '"') {
        i = space;
      } else {
        cases += source.text[i];
      }
    }
  }
  const std::string fuzz = ReadFile(std::string(SPINNERET_ROOT) + "/tests/fuzz/CMakeLists.txt");
  const std::vector<std::string> names = NamedTests(ReadFile(std::string(SPINNERET_ROOT) + "/docs/threat_model.md"));
  CHECK(names.size() > 30);
  for (const std::string& name : names) {
    if (name.starts_with("fuzz.")) {
      const std::string target = name.substr(5, name.rfind("_corpus") - 5);
      CHECK_MESSAGE(fuzz.find("add_fuzz_target(" + target + " ") != std::string::npos, name);
    } else {
      CHECK_MESSAGE(cases.find('"' + name + '"') != std::string::npos, name);
    }
  }
}

TEST_CASE("the rules see what they forbid, and only that") {
  const std::string dash = "\xe2\x80\x93";
  CHECK(LinesWithNonAsciiCode("int a;\nconst char* s = \"" + dash + "\";\n") == std::vector<std::size_t>{2});
  CHECK(LinesWithNonAsciiCode("char c = '\\''; auto s = \"//\"; // " + dash + "\n/* " + dash + "\n" + dash + " */\n")
            .empty());
  CHECK(LinesWithNonAsciiCode("int n = 1'000; // " + dash + "\nint " + dash + ";\n") == std::vector<std::size_t>{2});
  CHECK(HasGuard("// Contract.\n\n#pragma once\n"));
  CHECK_FALSE(HasGuard("#include <vector>\n#pragma once\n"));
  CHECK_FALSE(HasGuard(""));
  CHECK(CountLines("a\nb\n") == 2);
  CHECK(NamedTests("`no`\n| `a` | b | `c: d` `e` |\n| x |\n") == std::vector<std::string>{"c: d", "e"});
}

TEST_CASE("the rules look into every folder but the data of tests") {
  const TempDir tree;
  fs::create_directories(tree.path() / "parser/deep");
  fs::create_directories(tree.path() / "tests/data/x");
  fs::create_directories(tree.path() / "build");
  WriteFile(tree / "parser/deep/a.cc", "a");
  WriteFile(tree / "parser/b.h", "b");
  WriteFile(tree / "parser/notes.md", "c");
  WriteFile(tree / "tests/data/x/d.cc", "d");
  WriteFile(tree / "build/e.cc", "e");
  std::vector<std::string> paths;
  for (const Source& source : SourcesUnder(tree.path())) {
    paths.push_back(source.path);
  }
  CHECK(paths == std::vector<std::string>{"parser/b.h", "parser/deep/a.cc"});
}
}  // TEST_SUITE("rules/sources")

}  // namespace
}  // namespace spinneret::testing
