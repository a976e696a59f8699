// The pieces that exports are written of.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "storage/export/cdxj.h"
#include "storage/export/sitemap_text.h"
#include "storage/export/warc_record.h"
#include "storage/export/xml_text.h"
#include "storage/export_queries.h"
#include "storage/sqlite/sorted_lines.h"

namespace spinneret {
namespace {

TEST_SUITE("storage/export") {
TEST_CASE("XmlText: markup is escaped, and what XML 1.0 has no place for is U+FFFD") {
  CHECK_EQ(XmlText("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&apos;");
  CHECK_EQ(XmlText("tab\there\r\n"), "tab\there&#13;\n");
  CHECK_EQ(XmlText("\x01\x1B[31m\xFF"), "\xEF\xBF\xBD\xEF\xBF\xBD[31m\xEF\xBF\xBD");
  CHECK_EQ(XmlText("\xEF\xBF\xBE|\xEF\xBF\xBD|\xF0\x9F\x98\x80"), "\xEF\xBF\xBD|\xEF\xBF\xBD|\xF0\x9F\x98\x80");
}

TEST_CASE("SitemapText: a file ends before it has more URLs or bytes than it may (sitemaps.org 0.9)") {
  SitemapText two(2, SitemapText::kMaxBytes);
  std::string text = two.Begin();
  text += two.Add("https://a.example/?a=1&b=2", "Sun, 06 Nov 1994 08:49:37 GMT").value_or("full");
  text += two.Add("https://a.example/", "yesterday").value_or("full");
  CHECK_FALSE(two.Add("https://a.example/3", {}).has_value());
  text += two.End();
  CHECK_EQ(text,
           "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
           "<url><loc>https://a.example/?a=1&amp;b=2</loc><lastmod>1994-11-06T08:49:37Z</lastmod></url>\n"
           "<url><loc>https://a.example/</loc></url>\n"
           "</urlset>\n");
  for (const std::size_t bytes : {200U, 240U, 250U, 300U}) {
    SitemapText small(100, bytes);
    std::string file = small.Begin();
    while (const std::optional<std::string> entry = small.Add("https://a.example/", {})) {
      file += *entry;
    }
    file += small.End();
    CHECK_LE(file.size(), bytes);
    CHECK_GT(small.urls(), 0);
  }
}

TEST_CASE("W3cDateOf: dates of HTTP as W3C has them, and nothing for what is none") {
  CHECK_EQ(W3cDateOf("Thu, 29 Feb 2024 23:59:60 GMT"), "2024-02-29T23:59:59Z");
  for (const char* wrong : {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT+1",
                            "Sun, 46 Nov 1994 08:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT", "0"}) {
    CHECK_EQ(W3cDateOf(wrong), "");
  }
}

TEST_CASE("SurtOf: hosts turned round, fields in order, lower case, as pywb's indexer has it") {
  CHECK_EQ(SurtOf("https://www.Shop.example/Wine/?b=2&a=1"), "example,shop)/wine?a=1&b=2");
  CHECK_EQ(SurtOf("http://www2.shop.example"), "example,shop)/");
  CHECK_EQ(SurtOf("http://shop.example:8080/"), "example,shop:8080)/");
  CHECK_EQ(SurtOf("http://127.0.0.1:80/x"), "127.0.0.1:80)/x");
  CHECK_EQ(SurtOf("http://[::1]:8080/x"), "[::1]:8080)/x");
  CHECK_EQ(SurtOf("http://www.example?q"), "example)/?q");
  CHECK_EQ(SurtOf("http://user@shop.example/#top"), "example,shop)/");
}

TEST_CASE("WarcRecord: what was undone of a body is kept under other names, and lines end as HTTP has it") {
  WarcResponse response;
  response.record_id = WarcRecordId("seed", 1);
  response.url = "https://shop.example/";
  response.at_ms = 1767323045678;
  response.http_version = "2";
  static constexpr char kHead[] =
      "HTTP/2 200\ncontent-encoding: gzip\r\nTransfer-Encoding : chunked\r\nX-Long: a\r\n\tb\r\nx\0y: \rz\r\n\r\n";
  response.headers = std::string_view(kHead, sizeof kHead - 1);
  response.payload = "body";
  response.payload_bytes = 4;
  response.digest = std::string_view("\x01\x02", 2);
  const std::string record = WarcRecord(response);
  CHECK(record.starts_with("WARC/1.1\r\nWARC-Type: response\r\n"));
  CHECK(record.find("WARC-Date: 2026-01-02T03:04:05.678Z\r\n") != std::string::npos);
  CHECK(record.find("WARC-Protocol: h2\r\n") != std::string::npos);
  CHECK(record.find("WARC-Payload-Digest: sha256:0102\r\n") != std::string::npos);
  CHECK(
      record.ends_with("\r\n\r\nHTTP/1.1 200 \r\nX-Crawl-content-encoding: gzip\r\n"
                       "X-Crawl-Transfer-Encoding : chunked\r\nX-Long: a\r\n\tb\r\nxy: z\r\n"
                       "Content-Length: 4\r\n\r\nbody\r\n\r\n"));
  response.revisited = {WarcRecordId("seed", 7), "https://shop.example/first", 1767323045000};
  const std::string revisit = WarcRecord(response);
  CHECK(revisit.find("WARC-Refers-To-Target-URI: https://shop.example/first\r\n") != std::string::npos);
  CHECK(revisit.ends_with("Content-Length: 4\r\n\r\n\r\n\r\n"));
  CHECK(revisit.find("body") == std::string::npos);
  CHECK_NE(WarcRecordId("seed", 1), WarcRecordId("seed", 2));
}

TEST_CASE("CdxjLine: one line of JSON after key and time") {
  CdxjEntry entry;
  entry.url = "http://a.example/\"";
  entry.at_ms = 1767323045678;
  entry.mime = "text/html";
  entry.status = 200;
  entry.offset = 5;
  entry.length = 7;
  entry.file = "a.warc.gz";
  CHECK_EQ(CdxjLine(entry),
           "example,a)/\" 20260102030405 {\"url\": \"http://a.example/\\\"\", \"mime\": \"text/html\", "
           "\"status\": \"200\", \"length\": \"7\", \"offset\": \"5\", \"filename\": \"a.warc.gz\"}");
}

TEST_CASE("SortedLines: any lines come back in the order of their bytes") {
  Result<std::unique_ptr<SortedLines>> lines = SortedLines::Open();
  REQUIRE(lines.has_value());
  for (int i = 0; i < 5000; ++i) {
    (*lines)->Add(std::to_string(i * 7919 % 5000));
  }
  (*lines)->Add("\xFF");
  (*lines)->Add("");
  std::vector<std::string> read;
  REQUIRE((*lines)
              ->ForEach([&](std::string_view line) {
                read.emplace_back(line);
                return true;
              })
              .has_value());
  CHECK_EQ(read.size(), 5002);
  CHECK(std::is_sorted(read.begin(), read.end()));
  CHECK_EQ(read.back(), "\xFF");
}

TEST_CASE("ExportSql: a condition is put in whole, a name is quoted") {
  CHECK(ExportSql("pages", {}).find("WHERE 1;") != std::string::npos);
  CHECK(ExportSql("pages", "a = ':all' -- x").find("WHERE (a = ':all' -- x\n);") != std::string::npos);
  CHECK(ExportSql("recipe", {}, "v_a\"b").find("FROM \"v_a\"\"b\" ") != std::string::npos);
}
}  // TEST_SUITE("storage/export")

}  // namespace
}  // namespace spinneret
