// The tools of these tests, tested: a process that is judged wrongly would make every other case worthless.
#include "tests/support/process.h"

#include <csignal>
#include <filesystem>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

TEST_SUITE("support/process") {
TEST_CASE("Process: input goes in, output, errors and exit code come out") {
  ProcessOptions options;
  options.input = "seven\n";
  options.environment = {"SPINNERET_WORD=eight"};
  const ProcessResult result =
      testing::Run({"sh", "-c", "read word; echo $word $SPINNERET_WORD; echo nine >&2; exit 5"}, options);
  CHECK(result.out == "seven eight\n");
  CHECK(result.err == "nine\n");
  CHECK(result.exit_code == 5);
  CHECK(result.signal == 0);
  CHECK_FALSE(result.timed_out);
}

TEST_CASE("Process: a program that does not end is killed at the bound and says so") {
  const ProcessResult result = testing::Run({"sleep", "600"}, {}, std::chrono::milliseconds(20));
  CHECK(result.timed_out);
  CHECK(result.signal == SIGKILL);
  CHECK(result.exit_code == -1);
}

TEST_CASE("Process: a signal reaches the program, and its end by one is told apart from an exit") {
  Process process({"sh", "-c", "trap 'echo caught; exit 7' INT; echo ready; while :; do sleep 0.01; done"});
  REQUIRE(process.WaitUntil([&] { return process.out() == "ready\n"; }));
  CHECK(process.running());
  process.Signal(SIGINT);
  const ProcessResult result = process.Wait();
  CHECK(result.exit_code == 7);
  CHECK(result.out == "ready\ncaught\n");
  CHECK_FALSE(process.running());

  Process killed({"sleep", "600"});
  killed.Signal(SIGKILL);
  CHECK(killed.Wait().signal == SIGKILL);
}

TEST_CASE("Process: WaitUntil stops when the program ends first") {
  Process process({"true"});
  CHECK_FALSE(process.WaitUntil([] { return false; }));
}

TEST_CASE("TempDir: its folder and what is in it are gone afterwards") {
  std::filesystem::path path;
  {
    const TempDir folder;
    path = folder.path();
    std::filesystem::create_directory(path / "deep");
    WriteFile((path / "deep" / "file").string(), "x");
    CHECK(ReadFile((path / "deep" / "file").string()) == "x");
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("Difference: is empty for equal lines alone, and names what is missing, added or in another order") {
  CHECK(Difference(Words{"a", "b"}, Words{"a", "b"}).empty());
  CHECK(Difference(Words{"a", "b"}, Words{"a", "c"}).find("\n- b\n+ c\n") != std::string::npos);
  CHECK(Difference(Words{"a", "a"}, Words{"a"}).find("\n- a") != std::string::npos);
  CHECK(Difference(Words{"a", "b"}, Words{"b", "a"}).find("another order") != std::string::npos);
}
}  // TEST_SUITE("support/process")

}  // namespace
}  // namespace spinneret::testing
