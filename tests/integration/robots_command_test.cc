// `spinneret robots`: a file for people, and JSON Lines.
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

const char kRobots[] =
    "User-agent: *\nDisallow: /private\nAllow: /private/open$\nCrawl-delay: 2.5\nSitemap: /map.xml\n\n"
    "User-agent: other\nDisallow: /\n";

ProcessResult Robots(const Words& arguments, const std::string& input) {
  Words words{"robots"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  ProcessOptions options;
  options.input = input;
  return Spinneret(words, options);
}

nlohmann::json Answer(const nlohmann::json& request) {
  return nlohmann::json::parse(Robots({"--jsonl"}, request.dump() + "\n").out);
}

TEST_SUITE("integration/robots_command") {
TEST_CASE(
    "robots command: a person is shown the verdict, the rule with its line, the group, the delay and the sitemaps") {
  const ProcessResult result = Robots({"-", "https://e.example/private/a#x", "/private/open"}, kRobots);
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  CHECK(result.out ==
        "disallowed   https://e.example/private/a#x\n"
        "rule         line 2: Disallow: /private\n"
        "allowed      /private/open\n"
        "rule         line 3: Allow: /private/open$\n"
        "agent        spinneret\n"
        "group        line 1: User-agent: *\n"
        "crawl delay  2.5 s\n"
        "sitemap      /map.xml\n");
  CHECK(Robots({"-", "https://e.example/", "--agent", "Other/2.0"}, kRobots)
            .out.starts_with("disallowed   https://e.example/\nrule         line 8: Disallow: /\n"));
}

TEST_CASE("robots command: what a file says cannot steer the terminal") {
  const ProcessResult result = Robots({"-", "/a"}, "User-agent: *\nDisallow: /\nAllow: /a\nSitemap: \x1b[2Jx\n");
  CHECK(result.out.find('\x1b') == std::string::npos);
  CHECK(result.out.find("\\x1b[2Jx") != std::string::npos);
}

TEST_CASE("robots command: a file that is not there, what is no URL, and nothing to read are exit 2") {
  CHECK(Robots({"/no/such/robots.txt", "/a"}, "").exit_code == 2);
  CHECK(Robots({"/", "/a"}, "").exit_code == 2);  // a folder
  CHECK(Robots({"-", "page.html"}, kRobots).exit_code == 2);
  CHECK(Robots({}, kRobots).exit_code == 2);
  CHECK(Robots({"--jsonl", "-"}, kRobots).exit_code == 2);
}

TEST_CASE("robots command: JSON Lines name the rule that decided, and null where none did") {
  const nlohmann::json refused =
      Answer({{"robots", kRobots}, {"agent", "spinneret"}, {"url", "https://e.example/private/"}});
  CHECK(refused == nlohmann::json{{"allowed", false},
                                  {"crawl_delay", 2.5},
                                  {"sitemaps", {"https://e.example/map.xml"}},
                                  {"rule", "Disallow: /private"},
                                  {"line", 2}});
  const nlohmann::json open = Answer({{"robots", ""}, {"agent", "spinneret"}, {"url", "https://e.example/"}});
  CHECK(open == nlohmann::json{{"allowed", true},
                               {"crawl_delay", nullptr},
                               {"sitemaps", nlohmann::json::array()},
                               {"rule", nullptr},
                               {"line", nullptr}});
}

TEST_CASE("robots command: a JSON line that lacks something gets an error, and the next its answer") {
  const ProcessResult result = Robots(
      {"--jsonl"},
      "{\"robots\": \"\", \"agent\": \"a\"}\n{\"robots\": 1, \"agent\": \"a\", \"url\": \"/\"}\n"
      "{\"robots\": \"\", \"agent\": \"a\", \"url\": \"x y\"}\n{\"robots\": \"\", \"agent\": \"a\", \"url\": \"/\"}\n");
  CHECK(result.exit_code == 0);
  Words lines;
  std::size_t start = 0;
  for (std::size_t end; (end = result.out.find('\n', start)) != std::string::npos; start = end + 1) {
    lines.push_back(result.out.substr(start, end - start));
  }
  REQUIRE(lines.size() == 4);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(nlohmann::json::parse(lines[i]).contains("error"));
  }
  CHECK(nlohmann::json::parse(lines[3])["allowed"] == true);
}
}  // TEST_SUITE("integration/robots_command")

}  // namespace
}  // namespace spinneret::testing
