#include "simweb/site_sitemaps.h"

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "parser/sitemap.h"

namespace spinneret::simweb {
namespace {

struct Listed {
  SitemapEnd end;
  std::set<std::string> urls;
};

Listed Read(const Site& site, const std::string& target) {
  const std::optional<SiteDocument> document = FindSitemap(site, site.HostName(1), target);
  REQUIRE(document.has_value());
  Listed listed;
  SitemapReader reader(*Url::Parse("http://" + site.HostName(1) + target), document->content_type,
                       [&listed](const SitemapEntry& entry) { listed.urls.insert(entry.url.href()); });
  reader.Feed(document->body);
  listed.end = reader.Finish();
  CHECK(listed.end.error.empty());
  return listed;
}

TEST_SUITE("simweb/site_sitemaps") {
TEST_CASE("site sitemaps: every form lists the pages of the host that is asked") {
  const Site site({.hosts = 3, .pages = 200});
  std::set<std::string> pages;
  for (std::uint64_t page = 1; page < 200; page += 3) {
    pages.insert(site.UrlOf(page));
  }
  CHECK(Read(site, "/sitemap.xml").urls == std::set<std::string>{"http://" + site.HostName(1) + "/sitemap-0.xml"});
  CHECK(Read(site, "/sitemap-0.xml").urls == pages);
  CHECK(Read(site, "/sitemap-0.xml.gz").urls == pages);
  CHECK(Read(site, "/sitemap.txt").urls == pages);
  CHECK(Read(site, "/feed.rss").urls.size() == 20);
  CHECK(Read(site, "/feed.atom").urls.size() == 20);
  CHECK(Read(site, "/feed.atom").end.type == SitemapType::kAtom);
}

TEST_CASE("site sitemaps: what is not there is not there") {
  const Site site({.hosts = 1, .pages = 10});
  for (const std::string target : {"/sitemap-1.xml", "/sitemap-.xml", "/sitemap-0.xm",
                                   "/sitemap-18446744073709551615.xml", "/sitemap-99999999999999999999.xml", "/feed"}) {
    CAPTURE(target);
    CHECK_FALSE(FindSitemap(site, site.HostName(0), target).has_value());
  }
  CHECK_FALSE(FindSitemap(site, "elsewhere.test", "/sitemap.xml").has_value());
}
}  // TEST_SUITE("simweb/site_sitemaps")

}  // namespace
}  // namespace spinneret::simweb
