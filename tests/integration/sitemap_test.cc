// Sitemaps and feeds in a crawl of the built program: what they add, what they never do, and that nothing is lost.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <zlib.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

std::string Gzip(std::string_view bytes) {
  z_stream z{};
  REQUIRE(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&z, static_cast<uLong>(bytes.size())), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string Urlset(const Words& locs) {
  std::string text = "<?xml version=\"1.0\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";
  for (const std::string& loc : locs) {
    text += "<url><loc>" + loc + "</loc></url>\n";
  }
  return text + "</urlset>\n";
}

std::string Index(const Words& locs) {
  std::string text = "<sitemapindex>";
  for (const std::string& loc : locs) {
    text += "<sitemap><loc>" + loc + "</loc></sitemap>";
  }
  return text + "</sitemapindex>";
}

// "/" → /linked; /alone → /below, which no link from "/" leads to.
void AddSite(simweb::RoughServer& server) {
  server.AddPage("/", LinkPage({"/linked"}));
  server.AddPage("/linked", LinkPage({}));
  server.AddPage("/alone", LinkPage({"/below"}));
  server.AddPage("/below", LinkPage({}));
}

void NameSitemaps(simweb::RoughServer& server, const Words& targets) {
  std::string robots = "User-agent: *\nDisallow: /secret/\n";
  for (const std::string& target : targets) {
    robots += "Sitemap: " + (target.starts_with("/") ? server.Url(target) : target) + "\n";
  }
  server.SetRobots({200, robots, {}, {}});
}

TEST_SUITE("integration/sitemaps") {
TEST_CASE("sitemaps: by default none is asked for, with auto those of robots.txt are read, and never are pages") {
  const auto server = StartRough();
  AddSite(*server);
  NameSitemaps(*server, {"/sitemap.xml"});
  server->AddPage("/sitemap.xml", Urlset({server->Url("/alone"), server->Url("/linked"), "http://elsewhere.test/"}),
                  "application/xml");
  Crawl plain;
  plain.Run({server->Url("/")});
  CHECK_MESSAGE(plain.exit_code() == 0, plain.result().err);
  CHECK(plain.Paths() == Words{"/", "/linked"});
  CHECK(server->log().EntriesOf("/sitemap.xml").empty());

  Crawl crawl;
  crawl.Run({server->Url("/"), "--sitemaps", "auto", "-w", "2"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/", "/alone", "/below", "/linked"});
  CHECK(crawl.Number("SELECT count(*) FROM v_skipped WHERE url = 'http://elsewhere.test/' AND reason = 'scope'") == 1);
  CHECK(server->log().EntriesOf("/sitemap.xml").size() == 1);
  CHECK(crawl.Number("SELECT count(*) FROM v_fetches WHERE url LIKE '%sitemap%'") == 0);
  CHECK(crawl.Value("SELECT state || ' ' || type || ' ' || entries || ' ' || status FROM sitemaps") ==
        "1 urlset 3 200");
  CHECK(crawl.Value("SELECT depth FROM v_pages WHERE url LIKE '%/alone'") == "0");
  crawl.CheckWhole();
}

TEST_CASE("sitemaps: only follows no links, and records them") {
  const auto server = StartRough();
  AddSite(*server);
  NameSitemaps(*server, {"/sitemap.txt"});
  server->AddPage("/sitemap.txt", server->Url("/alone") + "\n", "text/plain");
  Crawl crawl;
  crawl.Run({server->Url("/"), "--sitemaps", "only"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/", "/alone"});
  CHECK(crawl.Skipped() == Words{"/below depth", "/linked depth"});
  CHECK(crawl.Number("SELECT count(*) FROM v_links") == 2);
}

TEST_CASE("sitemaps: depth counts from what a sitemap lists as from a seed, whatever is found first") {
  const auto server = StartRough();
  AddSite(*server);
  server->AddPage("/below", LinkPage({"/deep"}));
  server->AddPage("/deep", LinkPage({"/deeper"}));
  server->AddPage("/linked", LinkPage({"/alone"}));
  server->AddPage("/map.xml", Urlset({server->Url("/alone")}));
  for (const std::string workers : {"1", "3"}) {
    Crawl crawl;
    crawl.Run({server->Url("/"), "--sitemaps", server->Url("/map.xml"), "-d", "1", "-w", workers});
    CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
    CHECK(crawl.Paths() == Words{"/", "/alone", "/below", "/linked"});
    CHECK(crawl.Skipped() == Words{"/deep depth"});
  }
}

TEST_CASE("sitemaps: an index of indexes is followed, gzip and feeds are read, and a redirect leads to the sitemap") {
  const auto server = StartRough();
  for (const std::string path : {"/", "/1", "/2", "/3", "/4"}) {
    server->AddPage(path, LinkPage({}));
  }
  server->AddPage("/index.xml",
                  Index({server->Url("/inner.xml"), server->Url("/a.xml.gz"), server->Url("/moved.xml")}));
  server->AddPage("/inner.xml", Index({server->Url("/rss"), server->Url("/index.xml")}));
  server->AddPage("/a.xml.gz", Gzip(Urlset({server->Url("/1")})), "application/gzip");
  server->AddPage("/moved.xml", "", "text/html", {{"Location", "/atom"}}, {}, 301);
  server->AddPage("/rss", "<rss><channel><item><link>" + server->Url("/2") + "</link></item></channel></rss>");
  server->AddPage("/atom", "<feed><entry><link href='/3'/></entry><entry><link href='/4'/></entry></feed>");
  Crawl crawl;
  crawl.Run({server->Url("/"), "--sitemaps", server->Url("/index.xml")});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/", "/1", "/2", "/3", "/4"});
  CHECK(crawl.Value("SELECT group_concat(type) FROM (SELECT type FROM sitemaps ORDER BY type)") ==
        "atom,rss,sitemapindex,sitemapindex,urlset");
  CHECK(server->log().EntriesOf("/index.xml").size() == 1);
}

TEST_CASE("sitemaps: --sitemap-from leaves out what is older, of an index too, and keeps what has no date") {
  const auto server = StartRough();
  server->AddPage("/index.xml",
                  "<sitemapindex><sitemap><loc>/old.xml</loc><lastmod>2019-12-31</lastmod></sitemap>"
                  "<sitemap><loc>/new.xml</loc><lastmod>2020-06-01</lastmod></sitemap></sitemapindex>");
  server->AddPage("/old.xml", Urlset({server->Url("/never")}));
  server->AddPage("/new.xml",
                  "<urlset><url><loc>/before</loc><lastmod>2019-12-31T23:59:59Z</lastmod></url>"
                  "<url><loc>/on</loc><lastmod>2020-01-01</lastmod><priority>0.3</priority></url>"
                  "<url><loc>/undated</loc></url></urlset>");
  for (const std::string path : {"/", "/never", "/before", "/on", "/undated"}) {
    server->AddPage(path, LinkPage({}));
  }
  Crawl crawl;
  crawl.Run({server->Url("/"), "--sitemaps", server->Url("/index.xml"), "--sitemap-from", "2020-01-01"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/", "/on", "/undated"});
  CHECK(server->log().EntriesOf("/old.xml").empty());
  CHECK(crawl.Value("SELECT lastmod || ' ' || lastmod_ms || ' ' || priority FROM sitemap_urls WHERE lastmod <> ''") ==
        "2020-01-01 1577836800000 0.3");
}

TEST_CASE("sitemaps: higher priorities are asked first") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/link"}));
  std::string text = "<urlset>";
  for (const std::string priority : {"0.1", "0.9", "0.5", "1.0"}) {
    server->AddPage("/p" + priority, LinkPage({}));
    text += "<url><loc>/p" + priority + "</loc><priority>" + priority + "</priority></url>";
  }
  server->AddPage("/link", LinkPage({}));
  server->AddPage("/map.xml", text + "</urlset>");
  Crawl crawl;
  crawl.Run({server->Url("/"), "--sitemaps", server->Url("/map.xml"), "-w", "1", "--host-connections", "1"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  Words asked;
  for (const auto& entry : server->log().Snapshot()) {
    if (entry.target.starts_with("/p")) {
      asked.push_back(entry.target);
    }
  }
  CHECK(asked == Words{"/p1.0", "/p0.9", "/p0.5", "/p0.1"});
}

TEST_CASE("sitemaps: what is broken, hostile or not there fails by itself, is named, and harms nothing") {
  const auto server = StartRough();
  AddSite(*server);
  const Words targets = {"/missing.xml", "/page.xml", "/broken.xml", "/entity.xml", "/secret/map.xml", "/good.xml"};
  NameSitemaps(*server, targets);
  server->AddPage("/page.xml", "<html><body>no sitemap</body></html>");
  server->AddPage("/broken.xml", "<urlset><url><loc>/below</loc></url><url><loc>/linked</url></urlset>");
  server->AddPage("/entity.xml", "<!DOCTYPE u [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + Urlset({"/&x;"}));
  server->AddPage("/good.xml", Urlset({"/alone"}));
  Crawl crawl;
  crawl.Run({server->Url("/"), "--sitemaps", "auto", "--retries", "0"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/", "/alone", "/below", "/linked"});
  CHECK(server->log().EntriesOf("/secret/map.xml").empty());
  CHECK(crawl.Number("SELECT count(*) FROM sitemaps WHERE state = 1") == 2);
  CHECK(crawl.Number("SELECT count(*) FROM sitemaps WHERE state = 2") == 3);
  CHECK(crawl.Number("SELECT count(*) FROM sitemaps WHERE state = 3 AND detail LIKE 'robots: line 2:%'") == 1);
  CHECK(crawl.Number("SELECT count(*) FROM events WHERE kind = 'sitemap_trouble'") == 5);
  CHECK(crawl.result().err.find("/missing.xml: status 404") != std::string::npos);
}

TEST_CASE("sitemaps: a bomb and a list of 60 000 URLs are cut, and the crawl says so") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({}));
  std::string many;
  for (int i = 0; i < 60'000; ++i) {
    many += "http://elsewhere.test/" + std::to_string(i) + "\n";
  }
  server->AddPage("/many.txt", many, "text/plain");
  server->AddPage("/bomb.gz", Gzip("<urlset><!--" + std::string(60 << 20, ' ') + "-->"), "application/gzip");
  Crawl crawl;
  crawl.Run({server->Url("/"), "--sitemaps", server->Url("/many.txt"), "--sitemaps", server->Url("/bomb.gz")});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Value("SELECT entries || ' ' || detail FROM sitemaps WHERE url LIKE '%many.txt'") ==
        "50000 cut: it lists more than 50000 URLs");
  CHECK(crawl.Value("SELECT detail FROM sitemaps WHERE url LIKE '%bomb.gz'") == "cut: it is larger than 50 MB");
  CHECK(crawl.Number("SELECT count(*) FROM v_skipped WHERE reason = 'scope'") == 50'000);
}

TEST_CASE("sitemaps: an index leads to no host that nobody has named, and robots.txt of a seed may name any") {
  const auto server = StartRough();
  AddSite(*server);
  NameSitemaps(*server, {server->Url("/index.xml", "127.0.0.2")});
  server->AddPage("/index.xml", Index({server->Url("/one.xml", "127.0.0.3"), server->Url("/two.xml")}), "text/xml", {},
                  "127.0.0.2");
  server->AddPage("/two.xml", Urlset({server->Url("/alone")}));
  Crawl crawl;
  crawl.Run({server->Url("/"), "--sitemaps", "auto"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/", "/alone", "/below", "/linked"});
  CHECK(server->log().EntriesOf("/one.xml").empty());
  CHECK(crawl.Number("SELECT count(*) FROM sitemaps WHERE state = 3 AND url LIKE '%/one.xml'") == 1);
}

TEST_CASE("sitemaps: a killed crawl reads what was open again, and ends as if nothing had happened") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({}));
  Words children;
  Words expected = {"/"};
  for (int i = 0; i < 6; ++i) {
    Words locs;
    for (int j = 0; j < 40; ++j) {
      const std::string path = "/s" + std::to_string(i) + "p" + std::to_string(j);
      server->AddPage(path, LinkPage({}));
      locs.push_back(server->Url(path));
      expected.push_back(path);
    }
    const std::string child = "/map" + std::to_string(i) + ".xml";
    server->OnRequest(child, [body = Urlset(locs)](const simweb::RoughRequest&) {
      return simweb::RoughReply(simweb::RawResponse(200, body, "application/xml"), std::chrono::milliseconds(30));
    });
    children.push_back(server->Url(child));
  }
  std::sort(expected.begin(), expected.end());
  server->AddPage("/index.xml", Index(children));
  NameSitemaps(*server, {"/index.xml"});
  Crawl crawl;
  {
    Process process = crawl.Start({server->Url("/"), "--sitemaps", "auto", "--host-connections", "1"});
    CHECK(process.WaitUntil([&] { return !server->log().EntriesOf("/map1.xml").empty(); }));
    process.Signal(SIGKILL);
    process.Wait();
  }
  for (const std::string path : {"/map2.xml", "/map3.xml"}) {
    Process process = crawl.StartResume();
    process.WaitUntil([&] { return !server->log().EntriesOf(path).empty(); });
    process.Signal(SIGKILL);
    process.Wait();
  }
  crawl.Resume();
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == expected);
  CHECK(crawl.Number("SELECT count(*) FROM sitemaps WHERE state = 1") == 7);
  CHECK(crawl.Number("SELECT count(*) FROM sitemaps") == 7);
  CHECK(crawl.Number("SELECT count(*) FROM sitemap_urls") == 240);
  crawl.CheckWhole();
}

TEST_CASE("sitemaps: a limit that is reached before a sitemap was read leaves it to a resume") {
  const auto server = StartRough();
  AddSite(*server);
  NameSitemaps(*server, {"/map.xml"});
  server->OnRequest("/map.xml", [body = Urlset({server->Url("/alone")})](const simweb::RoughRequest&) {
    return simweb::RoughReply(simweb::RawResponse(200, body, "application/xml"), std::chrono::milliseconds(200));
  });
  Crawl crawl;
  crawl.Run({server->Url("/"), "--sitemaps", "auto", "--limit", "1"});
  CHECK(crawl.exit_code() == 16);
  crawl.Resume({"--limit", "100"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Paths() == Words{"/", "/alone", "/below", "/linked"});
}

TEST_CASE("sitemaps: options that contradict each other are refused") {
  for (const Words& words :
       {Words{"--sitemaps", "off", "--sitemaps", "auto"}, Words{"--sitemaps", "sometimes"},
        Words{"--sitemaps", "only", "-d", "2"}, Words{"--sitemaps", "auto", "--robots", "ignore"},
        Words{"--sitemap-from", "2020-01-01"}, Words{"--sitemaps", "auto", "--sitemap-from", "last week"}}) {
    Crawl crawl;
    Words arguments = {"http://127.0.0.1:9/"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    crawl.Run(arguments);
    CAPTURE(words);
    CHECK(crawl.exit_code() == 2);
  }
}
}  // TEST_SUITE("integration/sitemaps")

}  // namespace
}  // namespace spinneret::testing
