// Man pages and completions say what --help says.
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

// The first word of each line below "Commands" headings of --help that names a command.
Words Commands() {
  Words names;
  const ProcessResult bash = Spinneret({"completion", "bash"});
  const std::size_t begin = bash.out.find("compgen -W '") + 12;
  std::istringstream words(bash.out.substr(begin, bash.out.find('\'', begin) - begin));
  for (std::string name; words >> name;) {
    names.push_back(name);
  }
  return names;
}

// "--workers" of lines of --help.
Words LongOptions(const std::string& help) {
  Words options;
  for (std::size_t at = help.find("\n  "); at != std::string::npos; at = help.find("\n  ", at + 1)) {
    const std::size_t dashes = help.find("--", at);
    if (dashes == std::string::npos || dashes > at + 8) {
      continue;
    }
    options.push_back(help.substr(dashes, help.find_first_of(" ,\n", dashes) - dashes));
  }
  return options;
}

std::string WithoutRoff(std::string page) {
  for (std::size_t at = page.find("\\-"); at != std::string::npos; at = page.find("\\-", at)) {
    page.replace(at, 2, "-");
  }
  return page;
}

TEST_SUITE("integration/manual") {
TEST_CASE("man: the page of each command has each option of its --help, and no line that roff would obey") {
  const Words commands = Commands();
  CHECK(commands.size() > 15);
  for (const std::string& command : commands) {
    CAPTURE(command);
    const std::string help = Spinneret({command, "--help"}).out;
    CHECK_FALSE(help.empty());
    const ProcessResult page = Spinneret({"man", command});
    REQUIRE(page.exit_code == 0);
    const std::string text = WithoutRoff(page.out);
    for (const std::string& option : LongOptions(help)) {
      CHECK_MESSAGE(text.find(option) != std::string::npos, option);
    }
    std::istringstream lines(page.out);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with('.')) {
        const std::string request = line.substr(1, line.find(' ') - 1);
        CHECK_MESSAGE((request == "TH" || request == "SH" || request == "SS" || request == "TP" || request == "B" ||
                       request == "I" || request == "BR" || request == "nf" || request == "fi"),
                      line);
      }
    }
  }
  CHECK(Spinneret({"man"}).out.find("spinneret\\-crawl") != std::string::npos);
  CHECK(Spinneret({"man", "nothing"}).exit_code == 2);
}

TEST_CASE("completion: scripts that their shells can read, with every command") {
  const TempDir folder;
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const ProcessResult script = Spinneret({"completion", shell});
    REQUIRE(script.exit_code == 0);
    for (const std::string& command : Commands()) {
      CHECK_MESSAGE(script.out.find(command) != std::string::npos, command);
    }
    WriteFile(folder / shell, script.out);
    if (Run({"bash", "-c", "command -v " + shell}).exit_code != 0) {
      MESSAGE("skip: no " << shell << " to read its completion");
      continue;
    }
    const ProcessResult read = Run({shell, "-n", folder / shell});
    CHECK_MESSAGE(read.exit_code == 0, read.err);
  }
  const auto completes = [&](const std::string& line) {
    const ProcessResult done = Run({"bash", "-c",
                                    ". \"$0\"; COMP_WORDS=(" + line +
                                        "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _spinneret; "
                                        "printf '%s\\n' \"${COMPREPLY[@]}\"",
                                    folder / "bash"});
    return done.out;
  };
  CHECK(completes("spinneret cr") == "crawl\n");
  CHECK(completes("spinneret crawl --store-b") == "--store-body\n");
  CHECK(completes("spinneret crawl --store-body ''") == "none\nzstd\n");
  if (Run({"bash", "-c", "command -v fish"}).exit_code == 0) {
    const ProcessResult fish =
        Run({"fish", "-c", "source " + (folder / "fish") + "; complete -C 'spinneret crawl --store-b'"});
    CHECK_MESSAGE(fish.out.starts_with("--store-body\t"), fish.out);
  }
  CHECK(Spinneret({"completion", "tcsh"}).exit_code == 2);
  CHECK(Spinneret({"completion"}).exit_code == 2);
}
}  // TEST_SUITE("integration/manual")

}  // namespace
}  // namespace spinneret::testing
