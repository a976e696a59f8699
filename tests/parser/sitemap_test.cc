#include "parser/sitemap.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <zlib.h>

namespace spinneret {
namespace {

using Words = std::vector<std::string>;

struct Read {
  std::vector<SitemapEntry> entries;
  SitemapEnd end;

  Words Locs() const {
    Words locs;
    for (const SitemapEntry& entry : entries) {
      locs.push_back(entry.loc);
    }
    return locs;
  }
};

struct How {
  std::string_view content_type;
  SitemapLimits limits;
  std::size_t piece = std::string_view::npos;  // bytes fed at once
};

Read ReadSitemap(std::string_view bytes, const How& how = {}) {
  Read read;
  const std::optional<Url> url = Url::Parse("https://site.example/maps/sitemap.xml");
  REQUIRE(url);
  SitemapReader reader(
      *url, how.content_type, [&read](SitemapEntry entry) { read.entries.push_back(std::move(entry)); }, how.limits);
  while (!bytes.empty() && reader.Feed(bytes.substr(0, how.piece))) {
    bytes.remove_prefix(std::min(how.piece, bytes.size()));
  }
  read.end = reader.Finish();
  return read;
}

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

std::string Urlset(std::string_view entries) {
  return "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">" + std::string(entries) + "</urlset>";
}

std::string Utf16(std::string_view ascii, bool big_endian) {
  std::string out;
  for (const char c : ascii) {
    out += big_endian ? '\0' : c;
    out += big_endian ? c : '\0';
  }
  return out;
}

TEST_SUITE("parser/sitemap") {
TEST_CASE("sitemap: an entry has its location, date, frequency and priority") {
  const Read read = ReadSitemap(
      Urlset("<url><loc> https://site.example/a?x=1&amp;y=2 </loc><lastmod>2005-01-01T10:00:00+02:00</lastmod>"
             "<changefreq> Weekly </changefreq><priority>0.8</priority></url>"
             "<url><priority>2</priority><lastmod>soon</lastmod><changefreq>often</changefreq><loc>https://"
             "site.example/b</loc></url>"));
  CHECK(read.end.type == SitemapType::kUrlset);
  CHECK(read.end.error.empty());
  CHECK(read.Locs() == Words{"https://site.example/a?x=1&y=2", "https://site.example/b"});
  CHECK(read.entries[0].lastmod == "2005-01-01T10:00:00+02:00");
  CHECK(read.entries[0].lastmod_ms == 1104566400000);
  CHECK(read.entries[0].changefreq == "weekly");
  CHECK(read.entries[0].priority == 0.8);
  CHECK(read.entries[1].lastmod == "soon");
  CHECK_FALSE(read.entries[1].lastmod_ms.has_value());
  CHECK(read.entries[1].changefreq.empty());
  CHECK_FALSE(read.entries[1].priority.has_value());
}

TEST_CASE("sitemap: prefixes, wrong namespaces, upper case and CDATA are read as what they mean") {
  CHECK(ReadSitemap("<s:urlset xmlns:s='x'><s:url><s:loc>https://site.example/a</s:loc></s:url></s:urlset>").Locs() ==
        Words{"https://site.example/a"});
  CHECK(ReadSitemap("<URLSET><Url xmlns=''><LOC><![CDATA[https://site.example/?a&b]]></LOC></Url></URLSET>").Locs() ==
        Words{"https://site.example/?a&b"});
  CHECK(ReadSitemap("<urlset><url><undeclared:x>1</undeclared:x><loc>https://site.example/</loc></url></urlset>")
            .Locs() == Words{"https://site.example/"});
}

TEST_CASE("sitemap: bare ampersands, foreign entities and white space before the declaration are mended") {
  const Read read = ReadSitemap("\xEF\xBB\xBF \n<?xml version=\"1.0\"?>" +
                                Urlset("<url><loc>https://site.example/?a=1&b=2&nbsp;</loc></url>"));
  CHECK(read.end.error.empty());
  CHECK(read.Locs() == Words{"https://site.example/?a=1&b=2&nbsp;"});
}

TEST_CASE("sitemap: relative locations are resolved, and what is no web address is counted and left out") {
  const Read read =
      ReadSitemap(Urlset("<url><loc>/a</loc></url><url><loc>b</loc></url><url><loc>www.site.example/c</loc></url>"
                         "<url><loc>mailto:x@site.example</loc></url><url><loc></loc></url><url/>"));
  CHECK(read.Locs() == Words{"https://site.example/a", "https://site.example/maps/b"});
  CHECK(read.end.bad_entries == 4);
  CHECK(read.end.entries == 2);
}

TEST_CASE("sitemap: a location without its element, and two in one entry, are read") {
  const Read index = ReadSitemap(
      "<sitemapindex><sitemap> https://site.example/1.xml </sitemap><sitemap><loc>https://site.example/2.xml</loc>"
      "<lastmod>2020</lastmod><loc>https://site.example/3.xml</loc></sitemap></sitemapindex>");
  CHECK(index.end.type == SitemapType::kIndex);
  CHECK(index.Locs() ==
        Words{"https://site.example/1.xml", "https://site.example/2.xml", "https://site.example/3.xml"});
  CHECK(index.entries[1].lastmod == "2020");
  CHECK(index.entries[2].lastmod.empty());
}

TEST_CASE("sitemap: images and alternates belong to their entry, other extensions to nobody") {
  const Read read = ReadSitemap(
      Urlset("<url><loc>https://site.example/a</loc><image:image><image:loc>/a.jpg</image:loc></image:image>"
             "<xhtml:link rel='alternate' hreflang='de' href='/de?x&y'/><xhtml:link rel='canonical' href='/c'/>"
             "<video:video><video:player_loc>/v</video:player_loc></video:video><news:news><news:loc>/n</news:loc></"
             "news:news></url>"));
  CHECK(read.Locs() == Words{"https://site.example/a"});
  CHECK(read.entries[0].images == Words{"https://site.example/a.jpg"});
  CHECK(read.entries[0].alternates == Words{"https://site.example/de?x&y"});
}

TEST_CASE("feed: RSS gives link, guid or rdf:about, and its dates as W3C datetime") {
  const Read read = ReadSitemap(
      "<!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS 0.91//EN' 'http://my.netscape.com/rss-0.91.dtd'>"
      "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><link>https://site.example/</link>"
      "<item><title>a &amp; b &copy;</title><link>/1</link><atom:link rel='self' href='/feed'/>"
      "<pubDate>Thu, 23 Dec 2004 18:00:15 +0100</pubDate></item>"
      "<item><guid>https://site.example/2</guid><dc:date>2020-01-02</dc:date></item>"
      "<item><guid isPermaLink='false'>7bd204c6</guid><link>https://site.example/3</link><link>/x</link></item>"
      "<item><guid>no-url</guid></item></channel></rss>");
  CHECK(read.end.error.empty());
  CHECK(read.end.type == SitemapType::kRss);
  CHECK(read.Locs() == Words{"https://site.example/1", "https://site.example/2", "https://site.example/3"});
  CHECK(read.entries[0].lastmod == "2004-12-23T17:00:15Z");
  CHECK(read.entries[1].lastmod == "2020-01-02");
  CHECK(read.end.bad_entries == 1);
  const Read rdf = ReadSitemap(
      "<rdf:RDF xmlns:rdf='r' xmlns='http://purl.org/rss/1.0/'><channel rdf:about='/c'><link>/c</link></channel>"
      "<item rdf:about='https://site.example/about'><title>t</title></item></rdf:RDF>");
  CHECK(rdf.Locs() == Words{"https://site.example/about"});
}

TEST_CASE("feed: Atom gives each entry's first alternate link, against xml:base") {
  const Read read = ReadSitemap(
      "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://other.example/f/'><link href='/home'/>"
      "<updated>2000</updated><entry><link rel='self' href='/s'/><link href='1'/><link rel='alternate' href='2'/>"
      "<updated>2003-12-13T18:30:02Z</updated><source><link href='/wrong'/><updated>1999</updated></source>"
      "<content><div><link href='/no'/></div></content></entry>"
      "<entry xml:base='g/'><link rel=' ALTERNATE ' href='3'/><published>2001</published></entry>"
      "<entry><link rel='enclosure' href='/e'/></entry></feed>");
  CHECK(read.end.type == SitemapType::kAtom);
  CHECK(read.Locs() == Words{"https://other.example/f/1", "https://other.example/f/g/3"});
  CHECK(read.entries[0].lastmod == "2003-12-13T18:30:02Z");
  CHECK(read.entries[1].lastmod == "2001");
  CHECK(read.end.bad_entries == 1);
}

TEST_CASE("text sitemap: absolute URLs, one a line, whatever ends the line") {
  const Read read = ReadSitemap(
      "https://site.example/1\r\nhttp://site.example/2#f\r \xC2\xA0https://site.example/3\n"
      "www.site.example/4\n/5\n\nnonsense");
  CHECK(read.end.type == SitemapType::kText);
  CHECK(read.Locs() == Words{"https://site.example/1", "http://site.example/2#f", "https://site.example/3"});
  CHECK(read.end.bad_entries == 3);
  CHECK(read.end.error.empty());
}

TEST_CASE("sitemap: what is none is an error that says what it is") {
  CHECK(ReadSitemap("").end.error == "it is empty");
  CHECK(ReadSitemap(" \n").end.error == "it is empty");
  CHECK(ReadSitemap("this is no sitemap").end.error == "neither XML nor a list of URLs");
  CHECK(ReadSitemap("<!DOCTYPE html><html><body>404</body></html>").end.error ==
        "its first element is <html>: neither a sitemap nor a feed");
  CHECK_FALSE(ReadSitemap("\x1F\x8B garbage").end.error.empty());
}

TEST_CASE("sitemap: a document that breaks off or is broken keeps what came before") {
  const std::string whole = "<url><loc>https://site.example/1</loc></url>";
  const Read cut = ReadSitemap("<urlset>" + whole + "<url><loc>https://site.example/2</loc><lastm");
  CHECK(cut.Locs() == Words{"https://site.example/1", "https://site.example/2"});
  CHECK_FALSE(cut.end.error.empty());
  const Read half = ReadSitemap("<urlset>" + whole + "<url><loc>https://site.example/2");
  CHECK(half.Locs() == Words{"https://site.example/1"});
  const Read broken = ReadSitemap("<urlset>" + whole + "</url>" + whole + "</urlset>");
  CHECK(broken.Locs() == Words{"https://site.example/1"});
  CHECK(broken.end.error.starts_with("line 1: "));
  const Read junk = ReadSitemap("<urlset>" + whole + "</urlset><script>analytics()</script>");
  CHECK(junk.Locs() == Words{"https://site.example/1"});
  CHECK(junk.end.error.empty());
}

TEST_CASE("sitemap: entity declarations are refused, and nothing of them is ever expanded") {
  const std::string laughs =
      "<!DOCTYPE urlset [<!ENTITY a 'https://site.example/'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>" +
      Urlset("<url><loc>&b;</loc></url>");
  const std::string external = "<!DOCTYPE urlset [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" +
                               Urlset("<url><loc>https://site.example/&x;</loc></url>");
  const std::string parameter = "<!DOCTYPE urlset [<!ENTITY % p SYSTEM 'http://evil.example/dtd'>%p;]>" +
                                Urlset("<url><loc>https://site.example/</loc></url>");
  for (const std::string& attack : {laughs, external, parameter}) {
    const Read read = ReadSitemap(attack);
    CAPTURE(attack);
    CHECK(read.entries.empty());
    CHECK(read.end.error == "it declares an entity, which is refused");
  }
}

TEST_CASE("sitemap: gzip is unpacked, in several members and with padding, and a broken end keeps what came before") {
  const std::string first = "<urlset><url><loc>https://site.example/1</loc></url>";
  const std::string second = "<url><loc>https://site.example/2</loc></url></urlset>";
  CHECK(ReadSitemap(Gzip(first) + Gzip(second)).Locs() == Words{"https://site.example/1", "https://site.example/2"});
  CHECK(ReadSitemap(Gzip(first + second) + std::string(64, '\0')).end.error.empty());
  CHECK(ReadSitemap(Gzip("https://site.example/t\n")).end.type == SitemapType::kText);
  std::string many = "<urlset>";
  for (int i = 0; i < 1000; ++i) {
    many += "<url><loc>https://site.example/" + std::to_string(i * 7919 % 1000) + "</loc></url>";
  }
  const std::string packed = Gzip(many + "</urlset>");
  const Read cut = ReadSitemap(packed.substr(0, packed.size() / 2));
  CHECK(cut.end.error == "gzip: the data ends early");
  CHECK(cut.entries.size() > 10);
  CHECK(cut.entries.size() < 1000);
}

TEST_CASE("sitemap: limits cut, and say which") {
  std::string many = "<urlset>";
  for (int i = 0; i < 100; ++i) {
    many += "<url><loc>https://site.example/" + std::to_string(i) + "</loc></url>";
  }
  many += "</urlset>";
  const Read entries = ReadSitemap(many, {{}, {.max_bytes = 1 << 20, .max_entries = 99}});
  CHECK(entries.entries.size() == 99);
  CHECK(entries.end.cut == SitemapCut::kEntries);
  CHECK(entries.end.error.empty());
  CHECK(ReadSitemap(many, {{}, {.max_bytes = 1 << 20, .max_entries = 100}}).end.cut == SitemapCut::kNone);
  const Read bytes = ReadSitemap(many, {{}, {.max_bytes = many.size() / 2, .max_entries = 1000}});
  CHECK(bytes.end.cut == SitemapCut::kBytes);
  CHECK(bytes.end.error.empty());
  CHECK(bytes.entries.size() > 40);
  CHECK(bytes.entries.size() < 60);
}

TEST_CASE("sitemap: a bomb costs no more than the limit") {
  const std::string bomb = Gzip("<urlset><!--" + std::string(8 << 20, ' ') + "-->");
  CHECK(bomb.size() < 10'000);
  CHECK(ReadSitemap(bomb, {{}, {.max_bytes = 1 << 20, .max_entries = 10}}).end.cut == SitemapCut::kBytes);
}

TEST_CASE("sitemap: depth, names and tags are bounded") {
  std::string deep = "<urlset>";
  std::string names = "<urlset>";
  for (int i = 0; i < 5000; ++i) {
    deep += "<a>";
    names += "<n" + std::to_string(i) + "/>";
  }
  CHECK(ReadSitemap(deep).end.error == "elements are nested more than 64 deep");
  CHECK(ReadSitemap(names).end.error == "too many different names of elements and attributes");
  CHECK(ReadSitemap("<urlset a='" + std::string(70'000, 'x')).end.error == "a tag is longer than 64 KB");
  const Read read = ReadSitemap(Urlset("<url><loc>https://site.example/" + std::string(20'000, 'x') +
                                       "</loc></url><url><loc>https://site.example/ok</loc></url>"));
  CHECK(read.Locs() == Words{"https://site.example/ok"});
  CHECK(read.end.bad_entries == 1);
}

TEST_CASE("sitemap: other encodings are decoded by BOM, header or declaration") {
  const std::string latin = Urlset("<url><loc>https://site.example/caf\xE9</loc></url>");
  const std::string utf8 = "https://site.example/caf\xC3\xA9";
  CHECK(ReadSitemap("<?xml version='1.0' encoding='iso-8859-1'?>" + latin).Locs() == Words{utf8});
  CHECK(ReadSitemap(latin, {.content_type = "text/xml; charset=windows-1252", .limits = {}}).Locs() == Words{utf8});
  const std::string plain =
      "<?xml version='1.0' encoding='utf-16'?>" + Urlset("<url><loc>https://site.example/</loc></url>");
  for (const bool big_endian : {false, true}) {
    CHECK(ReadSitemap((big_endian ? "\xFE\xFF" : "\xFF\xFE") + Utf16(plain, big_endian)).Locs() ==
          Words{"https://site.example/"});
    CHECK(ReadSitemap(Utf16(plain, big_endian)).Locs() == Words{"https://site.example/"});
  }
  CHECK(ReadSitemap(plain).Locs() == Words{"https://site.example/"});
  CHECK(ReadSitemap("\xEF\xBB\xBFhttps://site.example/t\n").Locs() == Words{"https://site.example/t"});
}

TEST_CASE("sitemap: where the input is cut makes no difference") {
  std::string text = "\n<?xml version='1.0' encoding='UTF-8'?><!-- c --><urlset>";
  for (int i = 0; i < 40; ++i) {
    text += "<url><loc>https://site.example/" + std::to_string(i) +
            "?a&b=caf\xC3\xA9</loc><lastmod>2020-01-01</lastmod></url>";
  }
  text += "</urlset>";
  const Read whole = ReadSitemap(text);
  REQUIRE(whole.entries.size() == 40);
  for (const std::string& bytes : {text, Gzip(text)}) {
    for (const std::size_t piece : {1U, 7U, 1000U}) {
      const Read pieces = ReadSitemap(bytes, {{}, {}, piece});
      CHECK(pieces.Locs() == whole.Locs());
      CHECK(pieces.end.error == whole.end.error);
    }
  }
}
}  // TEST_SUITE("parser/sitemap")

}  // namespace
}  // namespace spinneret
