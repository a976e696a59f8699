// What a page asks of crawlers beside robots.txt: <meta name=robots> and the X-Robots-Tag header.
//
// Input    any bytes. The first 64 directives, and 4 KiB of them, are read; the rest is not.
// Source   no standard; the directives as the search engines publish them. Where some say one thing and some its
//          opposite ("follow, nofollow"), what forbids holds.
#pragma once

#include <string>
#include <string_view>

namespace spinneret {

// The directives for `agent`, lower case, each once, joined with ", ": "noindex, max-snippet: 20".
// `meta`          the contents of the meta elements for all crawlers and for this one, joined with commas.
// `x_robots_tag`  the header's values, a line each. A crawler's name before a directive ("otherbot: noindex, nofollow")
//                 addresses what follows it on its line to that crawler.
std::string RobotsDirectivesFor(std::string_view meta, std::string_view x_robots_tag, std::string_view agent);

// Whether directives made by RobotsDirectivesFor forbid to follow the page's links: nofollow, none.
bool ForbidFollowing(std::string_view directives);

// Whether a link's rel sets it apart: nofollow, ugc, sponsored. `rel` is lower case with single spaces.
bool IsNofollowRel(std::string_view rel);

}  // namespace spinneret
