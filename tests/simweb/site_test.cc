#include "simweb/site.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "parser/page_reader.h"
#include "tests/support/page_contents.h"
#include "tests/support/size.h"

namespace spinneret::simweb {
namespace {

// A second, much simpler reading of HTML and URLs than any real one: enough for what a Site writes, written without
// looking at how it writes it.
class TinyReader {
 public:
  TinyReader(std::string_view html, std::string url) : html_(html), url_(std::move(url)) {}

  std::vector<SiteLink> Links() {
    std::vector<SiteLink> links;
    bool in_anchor = false;
    while (at_ < html_.size()) {
      if (html_[at_] != '<') {
        const std::size_t end = std::min(html_.find('<', at_), html_.size());
        if (in_anchor) {
          links.back().text += Decoded(html_.substr(at_, end - at_));
        }
        at_ = end;
        continue;
      }
      if (html_.substr(at_, 4) == "<!--") {
        at_ = html_.find("-->", at_) + 3;
        continue;
      }
      const std::string name = ReadTag();
      if (name == "script" || name == "style") {
        at_ = html_.find("</" + name, at_);
      } else if (name == "/a") {
        in_anchor = false;
        links.back().text = Collapsed(links.back().text);
      } else if (name == "a" || name == "link") {
        links.push_back(
            {Resolved(href_.value_or("")), "", name == "a" ? "a" : "link", rel_ == "canonical" ? "canonical" : ""});
        in_anchor = name == "a";
      }
    }
    return links;
  }

 private:
  static bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t'; }
  static std::string Lower(std::string_view text) {
    std::string lower;
    for (const char c : text) {
      lower.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    }
    return lower;
  }

  // Leaves href_ and rel_.
  std::string ReadTag() {
    href_.reset();
    rel_.clear();
    ++at_;
    const std::size_t start = at_;
    while (!IsSpace(html_[at_]) && html_[at_] != '>') {
      ++at_;
    }
    const std::string name = Lower(html_.substr(start, at_ - start));
    while (html_[at_] != '>') {
      if (IsSpace(html_[at_])) {
        ++at_;
        continue;
      }
      const std::size_t attribute_start = at_;
      while (!IsSpace(html_[at_]) && html_[at_] != '=' && html_[at_] != '>') {
        ++at_;
      }
      const std::string attribute = Lower(html_.substr(attribute_start, at_ - attribute_start));
      std::size_t equals = at_;
      while (IsSpace(html_[equals])) {
        ++equals;
      }
      if (html_[equals] != '=') {
        continue;
      }
      at_ = equals + 1;
      while (IsSpace(html_[at_])) {
        ++at_;
      }
      std::size_t end = at_;
      std::string_view value;
      if (html_[at_] == '"' || html_[at_] == '\'') {
        end = html_.find(html_[at_], at_ + 1);
        value = html_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
      } else {
        while (!IsSpace(html_[end]) && html_[end] != '>') {
          ++end;
        }
        value = html_.substr(at_, end - at_);
        at_ = end;
      }
      if (attribute == "href") {
        href_ = Decoded(value);
      } else if (attribute == "rel") {
        rel_ = value;
      }
    }
    ++at_;
    return name;
  }

  static std::string Decoded(std::string_view text) {
    static const std::vector<std::pair<std::string_view, std::string_view>> kReferences = {
        {"&amp;", "&"}, {"&#38;", "&"}, {"&eacute;", "\xC3\xA9"}};
    std::string decoded;
    for (std::size_t i = 0; i < text.size();) {
      std::size_t taken = 0;
      for (const auto& [reference, meaning] : kReferences) {
        if (text.substr(i, reference.size()) == reference) {
          decoded += meaning;
          taken = reference.size();
        }
      }
      if (taken == 0) {
        decoded += text[i];
        taken = 1;
      }
      i += taken;
    }
    return decoded;
  }

  static std::string Collapsed(std::string_view text) {
    std::string collapsed;
    for (const char c : text) {
      if (!IsSpace(c)) {
        collapsed += c;
      } else if (!collapsed.empty() && collapsed.back() != ' ') {
        collapsed += ' ';
      }
    }
    if (!collapsed.empty() && collapsed.back() == ' ') {
      collapsed.pop_back();
    }
    return collapsed;
  }

  std::string Resolved(std::string reference) const {
    const auto first = std::find_if_not(reference.begin(), reference.end(), IsSpace);
    const auto last = std::find_if_not(reference.rbegin(), reference.rend(), IsSpace).base();
    reference = first < last ? std::string(first, last) : "";
    reference = reference.substr(0, reference.find('#'));
    const std::string origin = url_.substr(0, url_.find('/', 7));
    std::string absolute;
    if (reference.compare(0, 7, "http://") == 0) {
      absolute = reference;
    } else if (reference.compare(0, 2, "//") == 0) {
      absolute = "http:" + reference;
    } else if (reference.compare(0, 1, "/") == 0) {
      absolute = origin + reference;
    } else {
      std::string directory = url_.substr(0, url_.find('?'));
      directory.resize(directory.rfind('/') + 1);
      for (;;) {
        if (reference.compare(0, 3, "../") == 0) {
          reference.erase(0, 3);
          directory.pop_back();
          directory.resize(directory.rfind('/') + 1);
        } else if (reference.compare(0, 2, "./") == 0) {
          reference.erase(0, 2);
        } else {
          break;
        }
      }
      absolute = directory + reference;
    }
    std::string encoded;
    for (const char c : absolute) {
      if (c == '\xC3') {
        encoded += "%C3";
      } else if (c == '\xA9') {
        encoded += "%A9";
      } else {
        encoded += c;
      }
    }
    return encoded;
  }

  std::string_view html_;
  std::string url_;
  std::size_t at_ = 0;
  std::optional<std::string> href_;
  std::string rel_;
};

// The page that a URL is; its own way of cutting a URL up.
std::optional<std::uint64_t> PageAt(const Site& site, const std::string& url) {
  const std::size_t slash = url.find('/', 7);
  return site.FindPage(url.substr(7, slash - 7), url.substr(slash));
}

// The pages reached from `start` by links; with `same_host` by those inside the host.
std::size_t CountReached(const Site& site, std::uint64_t start, bool same_host) {
  std::set<std::uint64_t> reached = {start};
  std::vector<std::uint64_t> open = {start};
  while (!open.empty()) {
    const std::uint64_t page = open.back();
    open.pop_back();
    for (const SiteLink& link : site.LinksOf(page)) {
      const std::optional<std::uint64_t> to = PageAt(site, link.url);
      REQUIRE(to);
      if (same_host && *to % site.settings().hosts != start % site.settings().hosts) {
        continue;
      }
      if (reached.insert(*to).second) {
        open.push_back(*to);
      }
    }
  }
  return reached.size();
}

}  // namespace

TEST_SUITE("simweb/site") {
TEST_CASE("Site: the same settings give the same bytes, another seed gives others") {
  SiteSettings settings;
  settings.hosts = 4;
  settings.pages = 300;
  const Site one(settings);
  const Site two(settings);
  settings.seed = 2;
  const Site other(settings);
  for (const std::uint64_t page : std::initializer_list<std::uint64_t>{0, 1, 17, 299}) {
    CHECK(one.HtmlOf(page) == two.HtmlOf(page));
    CHECK(one.LinksOf(page) == two.LinksOf(page));
    CHECK(one.HtmlOf(page) != other.HtmlOf(page));
  }
}

TEST_CASE("Site: the bytes of a known page do not change from release to release") {
  SiteSettings settings;
  settings.hosts = 2;
  settings.pages = 50;
  settings.links = 7;
  settings.port = 8080;
  std::uint64_t hash = 0xCBF29CE484222325U;  // FNV-1a over all pages
  const Site site(settings);
  for (std::uint64_t page = 0; page < site.PageCount(); ++page) {
    for (const char c : site.HtmlOf(page)) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    }
  }
  CHECK(hash == 17333260696103524044U);
}

TEST_CASE("Site: the links in the HTML are those of LinksOf, read by another reader") {
  for (const std::uint64_t seed : std::initializer_list<std::uint64_t>{1, 2, 3}) {
    SiteSettings settings;
    settings.seed = seed;
    settings.hosts = 7;
    settings.pages = testing::SizeOf<std::uint64_t>(5'000, 500, 100);
    settings.links = 25;
    settings.port = seed == 3 ? 80 : 8080;
    const Site site(settings);
    for (std::uint64_t page = 0; page < site.PageCount(); ++page) {
      const std::string html = site.HtmlOf(page);
      const std::vector<SiteLink> expected = site.LinksOf(page);
      const std::vector<SiteLink> read = TinyReader(html, site.UrlOf(page)).Links();
      REQUIRE(read.size() == expected.size());
      for (std::size_t i = 0; i < read.size(); ++i) {
        CHECK(read[i].url == expected[i].url);
        CHECK(read[i].text == expected[i].text);
        CHECK(read[i].tag == expected[i].tag);
        CHECK(read[i].rel == expected[i].rel);
      }
    }
  }
}

TEST_CASE("Site: inside a host every page is reachable from its root, and everything from the first host") {
  struct Row {
    std::uint32_t hosts;
    std::uint64_t pages;
    std::uint32_t links;
  };
  for (const Row& row : {Row{1, 1, 20}, Row{1, 500, 20}, Row{1, 200, 0}, Row{3, 301, 1}, Row{10, 500, 6},
                         Row{40, 41, 3}, Row{64, 64, 0}}) {
    SiteSettings settings;
    settings.hosts = row.hosts;
    settings.pages = row.pages;
    settings.links = row.links;
    const Site site(settings);
    CHECK(CountReached(site, 0, false) == row.pages);
    std::uint64_t together = 0;
    for (std::uint32_t host = 0; host < site.settings().hosts; ++host) {
      CHECK(CountReached(site, host, true) == site.PageCountOfHost(host));
      together += site.PageCountOfHost(host);
    }
    CHECK(together == row.pages);
  }
}

TEST_CASE("Site: every page has one URL, and only that finds it") {
  SiteSettings settings;
  settings.hosts = 3;
  settings.pages = 2000;
  settings.port = 81;
  const Site site(settings);
  std::set<std::string> urls;
  for (std::uint64_t page = 0; page < site.PageCount(); ++page) {
    urls.insert(site.UrlOf(page));
    CHECK(PageAt(site, site.UrlOf(page)) == page);
  }
  CHECK(urls.size() == 2000);
  const std::string host = site.HostName(0);
  CHECK(host == "127.0.0.1:81");
  const std::string target = site.TargetOf(3);
  CHECK(site.FindPage(host, target) == 3);
  CHECK_FALSE(site.FindPage(site.HostName(1), target));
  CHECK_FALSE(site.FindPage("127.0.0.1", target));
  CHECK_FALSE(site.FindPage("127.0.0.01:81", target));
  CHECK_FALSE(site.FindPage("127.0.0.1:081", target));
  for (const std::string& no_page :
       {target + "/", target + "?", "/" + target, std::string(), std::string("p/3"), std::string("/p/0"),
        std::string("3"), "/p/" + std::string(5000, '3'), std::string("/p/99999999999")}) {
    CHECK_FALSE(site.FindPage(host, no_page));
  }
}

TEST_CASE("Site: hosts are numbered through the addresses, to the last of 65000") {
  SiteSettings settings;
  settings.hosts = 1'000'000;
  settings.pages = 1'000'000;
  const Site site(settings);
  REQUIRE(site.settings().hosts == kMaxHosts);
  CHECK(site.HostName(0) == "127.0.0.1");
  CHECK(site.HostName(254) == "127.0.0.255");
  CHECK(site.HostName(255) == "127.0.1.0");
  CHECK(site.HostName(64'999) == "127.0.253.232");
  for (std::uint32_t host = 0; host < kMaxHosts; ++host) {
    CHECK(site.FindHost(site.HostName(host)) == host);
  }
  for (const char* none : {"", "127.0.", "127.0.0.0", "127.0.253.233", "127.0.0.256", "127.0.0.1:80", "127.0.0.-1",
                           "127.0.0.1.", "127.1.0.1", "127.0.99999999999.1"}) {
    CHECK_FALSE(site.FindHost(none));
  }
}

TEST_CASE("Site: a page has exactly its size, or what its links need") {
  SiteSettings settings;
  settings.pages = 200;
  for (const std::size_t size : {std::size_t{5'000}, std::size_t{8'192}, std::size_t{35'000}, std::size_t{1'000'000}}) {
    settings.page_size = size;
    const Site site(settings);
    for (const std::uint64_t page : std::initializer_list<std::uint64_t>{0, 3, 77, 199}) {
      CHECK(site.HtmlOf(page).size() == size);
    }
  }
  settings.page_size = 0;
  const Site smallest(settings);
  const std::string html = smallest.HtmlOf(5);
  CHECK(TinyReader(html, smallest.UrlOf(5)).Links() == smallest.LinksOf(5));
  CHECK(html.size() < 5'000);
  std::string appended = "before";
  smallest.AppendHtml(5, appended);
  CHECK(appended == "before" + html);
}

TEST_CASE("Site: a page has as many links as asked for, a few to itself and to other hosts") {
  SiteSettings settings;
  settings.hosts = 5;
  settings.pages = 1000;
  settings.links = 30;
  const Site site(settings);
  std::size_t to_self = 0;
  std::size_t to_others = 0;
  for (std::uint64_t page = 0; page < site.PageCount(); ++page) {
    const std::vector<SiteLink> links = site.LinksOf(page);
    CHECK(links.size() == 31);  // and the canonical one
    for (const SiteLink& link : links) {
      to_self += link.tag == "a" && link.url == site.UrlOf(page) ? 1 : 0;
      to_others += PageAt(site, link.url).value_or(page) % 5 != page % 5 ? 1 : 0;
    }
  }
  CHECK(to_self > 1000);
  CHECK(to_others > 2000);
  CHECK(to_others < 6000);
}

TEST_CASE("Site: settings that make no sense are brought into range") {
  SiteSettings settings;
  settings.hosts = 0;
  settings.pages = 0;
  const Site least(settings);
  CHECK(least.PageCount() == 1);
  CHECK(least.settings().hosts == 1);
  CHECK(CountReached(least, 0, true) == 1);
  settings.hosts = 50;
  settings.pages = 3;
  CHECK(Site(settings).settings().hosts == 3);
  settings.pages = ~std::uint64_t{0};
  const Site most(settings);
  const std::uint64_t last = most.PageCount() - 1;
  CHECK(PageAt(most, most.UrlOf(last)) == last);
  CHECK(most.LinksOf(last).size() == 21);
}

TEST_CASE("Site: a crawler reads the pages without a tree, and as a tree has them") {
  for (const std::size_t size : {2'000UL, 35'000UL}) {
    SiteSettings settings;
    settings.pages = testing::SizeOf(20'000UL, 300UL, 50UL);
    settings.hosts = 3;
    settings.links = 60;
    settings.page_size = size;
    const Site site(settings);
    const auto scanning = MakePageReader();
    const auto tree = MakeGumboPageReader();
    PageContents by_scan;
    PageContents by_tree;
    for (std::uint64_t page = 0; page < settings.pages; ++page) {
      const std::string html = site.HtmlOf(page);
      scanning->Read(html, by_scan);
      tree->Read(html, by_tree);
      CHECK_FALSE(by_scan.by_tree);
      CHECK(testing::DifferenceOf(by_scan, by_tree) == "");
      CHECK(by_scan.word_count == by_tree.word_count);
    }
  }
}
}  // TEST_SUITE("simweb/site")

}  // namespace spinneret::simweb
