// RobotsTxt: the rules of a robots.txt for one agent, and the answer for a URL (RFC 9309).
//
// Input     any bytes, at most the first 500 KiB are read (RFC 9309 §2.5); BOM, CR, LF and CRLF, odd spacing accepted.
// Matching  longest match wins, allow wins a tie (§2.2.2); `*` and `$` in linear time; percent-encoding made equal
//           (§2.2.2); groups for the same agent are merged, `*` only when none names the agent (§2.2.1).
// Ownership owns its rules; a value, movable between threads.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spinneret {

// The product token by which a site addresses this crawler: in robots.txt, X-Robots-Tag and <meta name>.
inline constexpr char kRobotsAgent[] = "spinneret";

struct RobotsVerdict {
  bool allowed = true;
  std::size_t line = 0;   // of the rule that decided, from 1; 0 when none matched
  std::string_view rule;  // as written ("Disallow: /private"), into the RobotsTxt; empty when none matched
};

class RobotsTxt {
 public:
  static constexpr std::size_t kMaxBytes = 500U << 10U;  // of a file; what follows is not read

  // The user-agent line by which the rules hold: the agent's own, or that of `*`. The first, where groups are merged.
  struct Group {
    std::size_t line = 0;  // from 1; 0 when no group is for the agent
    std::string text;      // as written
  };

  // No rules: everything is allowed.
  RobotsTxt() = default;

  // `agent` is the product token ("spinneret"), compared without case.
  static RobotsTxt Parse(std::string_view bytes, std::string_view agent);

  // `path_and_query` as in Url::path_and_query(). /robots.txt itself is always allowed.
  RobotsVerdict Check(std::string_view path_and_query) const;

  const Group& group() const { return group_; }

  // Of the agent's group; bounded to one day. Nothing when there is none or it is not a number ≥ 0.
  std::optional<std::chrono::milliseconds> crawl_delay() const { return crawl_delay_; }

  // Of the whole file, as written, in order; a relative one starts from the URL of the robots.txt.
  const std::vector<std::string>& sitemaps() const { return sitemaps_; }

 private:
  struct Rule {
    bool allow = false;
    std::size_t line = 0;
    std::string pattern;  // percent-encoding normalised
    std::string text;     // as written
  };
  std::vector<Rule> rules_;
  Group group_;
  std::optional<std::chrono::milliseconds> crawl_delay_;
  std::vector<std::string> sitemaps_;
};

}  // namespace spinneret
