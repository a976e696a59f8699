#include "parser/link_resolver.h"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

PageContents PageWith(const std::vector<std::string>& hrefs, std::string base = {}) {
  PageContents page;
  page.base_href = std::move(base);
  for (const std::string& href : hrefs) {
    page.links.push_back({LinkTag::kA, href, "", ""});
  }
  return page;
}

std::vector<std::string> Hrefs(const PageContents& page,
                               std::string_view page_url = "https://site.example/dir/page?q#f") {
  LinkSet links;
  ResolveLinks(page, *Url::Parse(page_url), links);
  std::vector<std::string> hrefs;
  for (const ResolvedLink& link : links) {
    hrefs.emplace_back(link.href);
  }
  return hrefs;
}
using Urls = std::vector<std::string>;

TEST_SUITE("parser/link_resolver") {
TEST_CASE("ResolveLinks: relative links against the page, in order, repeats kept, fragments removed") {
  CHECK(Hrefs(PageWith({"a", "/b", "?c", "#d", "", "//o.example/x", "../e#f", "a"})) ==
        Urls{"https://site.example/dir/a", "https://site.example/b", "https://site.example/dir/page?c",
             "https://site.example/dir/page?q", "https://site.example/dir/page?q", "https://o.example/x",
             "https://site.example/e", "https://site.example/dir/a"});
}

TEST_CASE("ResolveLinks: only http and https targets are kept") {
  CHECK(Hrefs(PageWith({"javascript:void(0)", "mailto:a@b.example", "data:text/html,x", "ftp://f.example/", "http://",
                        "http://h.example", "tel:1"})) == Urls{"http://h.example/"});
}

TEST_CASE("ResolveLinks: user name and password are removed") {
  CHECK(Hrefs(PageWith({"https://me:secret@h.example/p#f"})) == Urls{"https://h.example/p"});
}

TEST_CASE("ResolveLinks: a base element moves relative links, and is itself relative to the page") {
  CHECK(Hrefs(PageWith({"a", "/b"}, "/other/")) == Urls{"https://site.example/other/a", "https://site.example/b"});
  CHECK(Hrefs(PageWith({"a"}, "http://cdn.example/x/y")) == Urls{"http://cdn.example/x/a"});
}

TEST_CASE("ResolveLinks: a base that is no URL, or a data or javascript one, is as if it were not there") {
  for (const std::string base : {"http://[", "data:,x", "javascript:1"}) {
    CAPTURE(base);
    CHECK(Hrefs(PageWith({"a"}, base)) == Urls{"https://site.example/dir/a"});
  }
  CHECK(Hrefs(PageWith({"a"}, std::string(100'000, 'x'))) == Urls{"https://site.example/dir/a"});
}

TEST_CASE("ResolveLinks: under a base of another scheme only absolute links lead anywhere") {
  CHECK(Hrefs(PageWith({"a", "http://h.example/b"}, "ftp://f.example/")) == Urls{"http://h.example/b"});
  CHECK(Hrefs(PageWith({"a", "http://h.example/b"}, "mailto:x")) == Urls{"http://h.example/b"});
}

TEST_CASE("ResolveLinks: host, rel, text and tag go with the link") {
  PageContents page;
  page.links.push_back({LinkTag::kArea, "http://H.example:8080/x", "nofollow", "A text"});
  page.links.push_back({LinkTag::kIframe, "https://i.example:443/", "", ""});
  LinkSet links;
  ResolveLinks(page, *Url::Parse("http://p.example/"), links);
  REQUIRE(links.size() == 2);
  CHECK(links[0].tag == LinkTag::kArea);
  CHECK(links[0].host == "h.example:8080");
  CHECK(links[0].rel == "nofollow");
  CHECK(links[0].text == "A text");
  CHECK(links[1].tag == LinkTag::kIframe);
  CHECK(links[1].host == "i.example");
}

TEST_CASE("LinkSet: a moved set still has its links, a cleared one has none") {
  LinkSet links;
  REQUIRE(links.Add({LinkTag::kLink, "https://a.example/", "a.example", "", "t"}));
  LinkSet moved = std::move(links);
  REQUIRE(moved.size() == 1);
  CHECK(moved[0].href == "https://a.example/");
  moved.Clear();
  CHECK(moved.empty());
  CHECK(moved.begin() == moved.end());
}

TEST_CASE("LinkSet: takes a bounded amount of text and says when a link was left out") {
  const std::string long_text(1U << 20U, 'x');
  LinkSet links;
  std::size_t added = 0;
  while (added < 100 && links.Add({LinkTag::kA, "https://a.example/", "a.example", "", long_text})) {
    ++added;
  }
  CHECK(added == kLinkSetBytes / (long_text.size() + 30));
  CHECK(links.cut());
  CHECK(links.size() == added);
  links.Clear();
  CHECK_FALSE(links.cut());
}

TEST_CASE("ResolveOne: one href to an http(s) URL, or to nothing") {
  const Url base = *Url::Parse("https://site.example/dir/page");
  CHECK(ResolveOne("other#x", base) == "https://site.example/dir/other");
  CHECK(ResolveOne("http://u:p@h.example", base) == "http://h.example/");
  CHECK(ResolveOne("javascript:1", base).empty());
  CHECK(ResolveOne("http://[", base).empty());
}
}  // TEST_SUITE("parser/link_resolver")

}  // namespace
}  // namespace spinneret
