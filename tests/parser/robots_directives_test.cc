#include "parser/robots_directives.h"

#include <string>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

std::string Header(std::string_view value) {
  return RobotsDirectivesFor("", value, "spinneret");
}
std::string Meta(std::string_view content) {
  return RobotsDirectivesFor(content, "", "spinneret");
}

TEST_SUITE("parser/robots_directives") {
TEST_CASE("RobotsDirectives: lower case, each once, in order, of elements and headers together") {
  CHECK(RobotsDirectivesFor("NoIndex , nofollow,, noindex", "noarchive\nNOFOLLOW", "spinneret") ==
        "noindex, nofollow, noarchive");
  CHECK(RobotsDirectivesFor("", "", "spinneret").empty());
  CHECK(Meta("noindex nofollow;none") == "noindex, nofollow, none");
  CHECK(Header(" ,\n, ;").empty());
}

TEST_CASE("RobotsDirectives: a crawler's name holds to the end of its line") {
  CHECK(Header("otherbot: noindex, nofollow").empty());
  CHECK(Header("otherbot: noindex, nofollow\nnosnippet") == "nosnippet");
  CHECK(Header("Spinneret: noindex, nofollow") == "noindex, nofollow");
  CHECK(Header("noindex, otherbot: nofollow, spinneret: none, all") == "noindex, none, all");
  CHECK(Header("*: noindex") == "noindex");
  CHECK(Header("spinneretbot: noindex").empty());
  CHECK(Header("otherbot: unavailable_after: 25 Jun 2027 15:00:00 PST, nofollow").empty());
}

TEST_CASE("RobotsDirectives: values after a colon stay with their directive") {
  CHECK(Header("max-snippet:20, MAX-image-preview: None") == "max-snippet: 20, max-image-preview: none");
  CHECK(Header("unavailable_after: Fri, 25 Jun 2027 15:00:00 GMT, nofollow") ==
        "unavailable_after: fri, 25 jun 2027 15:00:00 gmt, nofollow");
  CHECK(Header("unavailable_after: 25 Jun 2027 15:00:00 PST, none") ==
        "unavailable_after: 25 jun 2027 15:00:00 pst, none");
  CHECK(Header("unavailable_after: never, none") == "unavailable_after: never, none");
  CHECK(Header("unavailable_after: Fri") == "unavailable_after: fri");
  CHECK(Header("tdm-reservation: 1, nofollow") == "tdm-reservation: 1, nofollow");  // not a crawler's name
}

TEST_CASE("RobotsDirectives: nofollow and none forbid to follow, whatever else is said") {
  CHECK(ForbidFollowing("nofollow"));
  CHECK(ForbidFollowing("follow, nofollow"));
  CHECK(ForbidFollowing("noindex, none"));
  CHECK_FALSE(ForbidFollowing(""));
  CHECK_FALSE(ForbidFollowing("noindex, follow, all"));
  CHECK_FALSE(ForbidFollowing(Header("max-image-preview: none")));
}

TEST_CASE("RobotsDirectives: rel sets a link apart by a word of its own") {
  CHECK(IsNofollowRel("nofollow"));
  CHECK(IsNofollowRel("noopener ugc"));
  CHECK(IsNofollowRel("sponsored external"));
  CHECK_FALSE(IsNofollowRel(""));
  CHECK_FALSE(IsNofollowRel("noopener noreferrer"));
  CHECK_FALSE(IsNofollowRel("nofollowed"));
}

TEST_CASE("RobotsDirectives: what is long or many is cut") {
  std::string many;
  for (int i = 0; i < 5000; ++i) {
    many += "x" + std::to_string(i) + ",";
  }
  CHECK(Header(many + "nofollow").size() < 4096);
  CHECK_FALSE(ForbidFollowing(Header(many + "nofollow")));
  CHECK(ForbidFollowing(Header(std::string(8000, 'a') + ", nofollow")));
}
}  // TEST_SUITE("parser/robots_directives")

}  // namespace
}  // namespace spinneret
