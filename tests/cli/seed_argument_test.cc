#include "cli/seed_argument.h"

#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/temp_dir.h"

namespace spinneret::cli {
namespace {

using Kind = SeedSource::Kind;

TEST_SUITE("cli/seed_argument") {
TEST_CASE("SEED: what has a scheme is a URL, a bare host gets https:// before it") {
  struct Row {
    const char* argument;
    const char* value;
  };
  for (const Row& row :
       {Row{"https://shop.example/a b", "https://shop.example/a b"}, Row{"HTTP://shop.example", "HTTP://shop.example"},
        Row{"shop.example", "https://shop.example"}, Row{"shop.example/list.txt", "https://shop.example/list.txt"},
        Row{"localhost:8080", "https://localhost:8080"}, Row{"localhost:8080/a.txt", "https://localhost:8080/a.txt"},
        Row{"shop.example:81/x?y=mailto:z", "https://shop.example:81/x?y=mailto:z"},
        Row{"http:shop.example", "http:shop.example"}, Row{"127.0.0.1:9", "https://127.0.0.1:9"},
        Row{"b\xC3\xBC"
            "cher.example",
            "https://b\xC3\xBC"
            "cher.example"}}) {
    CAPTURE(std::string(row.argument));
    const Result<SeedSource> seed = ReadSeedArgument(row.argument);
    REQUIRE(seed);
    CHECK(seed->kind == Kind::kUrl);
    CHECK(seed->value == row.value);
  }
}

TEST_CASE("SEED: a file that is there is a seed list, a folder is not, and - is stdin") {
  const testing::TempDir folder;
  const std::string list = folder / "list.txt";
  std::ofstream(list) << "https://shop.example/\n";
  const Result<SeedSource> seed = ReadSeedArgument(list);
  REQUIRE(seed);
  CHECK(seed->kind == Kind::kFile);
  CHECK(seed->value == list);
  CHECK_FALSE(ReadSeedArgument(folder.path().string()).has_value());
  const Result<SeedSource> input = ReadSeedArgument("-");
  REQUIRE(input);
  CHECK(input->kind == Kind::kStdin);
}

TEST_CASE("SEED: another scheme, a broken URL and a file that is not there are errors that name it") {
  for (const char* argument :
       {"mailto:ann@shop.example", "ftp://files.example/", "file:///etc/passwd", "javascript:alert(1)",
        "http://[broken/", "https://", "no/such/list.txt", "./nothing", "/no/such", "list.csv", "a b.example"}) {
    CAPTURE(std::string(argument));
    const Result<SeedSource> seed = ReadSeedArgument(argument);
    REQUIRE_FALSE(seed.has_value());
    CHECK(seed.error().message.find(argument) != std::string::npos);
  }
  CHECK_FALSE(ReadSeedArgument("").has_value());
  CHECK_FALSE(ReadSeedArgument(std::string("a\0b", 3)).has_value());
}

TEST_CASE("SEED: messages show no password, no control character and no book") {
  const Result<SeedSource> secret = ReadSeedArgument("ftp://ann:hush@files.example/\x1b[2J");
  REQUIRE_FALSE(secret.has_value());
  CHECK(secret.error().message.find("hush") == std::string::npos);
  CHECK(secret.error().message.find('\x1b') == std::string::npos);
  const Result<SeedSource> huge = ReadSeedArgument("ftp://" + std::string(1'000'000, 'x'));
  REQUIRE_FALSE(huge.has_value());
  CHECK(huge.error().message.size() < 1000);
}

TEST_CASE("-i: a file, or - for stdin, a folder, a URL and a missing file are errors") {
  const testing::TempDir folder;
  const std::string list = folder / "list";
  std::ofstream(list) << "\n";
  REQUIRE(ReadSeedFileArgument(list));
  CHECK(ReadSeedFileArgument(list)->kind == Kind::kFile);
  CHECK(ReadSeedFileArgument("-")->kind == Kind::kStdin);
  CHECK(ReadSeedFileArgument(folder.path().string()).error().message.find("folder") != std::string::npos);
  CHECK(ReadSeedFileArgument("https://shop.example/").error().code == ErrorCode::kNotFound);
  CHECK(ReadSeedFileArgument(folder / "none").error().code == ErrorCode::kNotFound);
}
}  // TEST_SUITE("cli/seed_argument")

}  // namespace
}  // namespace spinneret::cli
