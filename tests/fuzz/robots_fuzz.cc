// Any bytes are a robots.txt. The first line of the input is the path that is asked about; it is also read as a page's
// directives, with the rest as X-Robots-Tag lines.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "parser/robots_directives.h"
#include "parser/robots_txt.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spinneret;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t end = bytes.find('\n');
  const std::string path = "/" + std::string(bytes.substr(0, end));
  const RobotsTxt robots = RobotsTxt::Parse(bytes, "spinneret");
  const RobotsVerdict verdict = robots.Check(path);
  SPINNERET_CHECK(verdict.allowed || verdict.line > 0, "refused by no line");
  SPINNERET_CHECK(verdict.line > 0 || verdict.rule.empty(), "a rule that is on no line");
  SPINNERET_CHECK(robots.Check("/robots.txt").allowed, "robots.txt itself is refused");
  SPINNERET_CHECK(
      !robots.crawl_delay() || (robots.crawl_delay()->count() >= 0 && *robots.crawl_delay() <= std::chrono::hours(24)),
      "a delay out of bounds");
  SPINNERET_CHECK((robots.group().line == 0) == robots.group().text.empty(), "a group on no line");
  const std::string directives =
      RobotsDirectivesFor(bytes.substr(0, end), end == std::string_view::npos ? "" : bytes.substr(end), kRobotsAgent);
  SPINNERET_CHECK(directives.size() <= 4096, "directives out of bounds");
  SPINNERET_CHECK(!ForbidFollowing(directives) || directives.find("no") != std::string::npos, "forbidden by nothing");
  return 0;
}
