#include "simweb/record_sites.h"

#include <algorithm>
#include <deque>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "parser/parsed_page.h"
#include "parser/structured_data.h"
#include "parser/url.h"
#include "simweb/page_server.h"
#include "tests/simweb/curl_client.h"

namespace spinneret::simweb {
namespace {

constexpr std::string_view kOrigin = "http://127.0.0.1:8080";

std::string TargetOf(const std::string& url) {
  return url.substr(kOrigin.size());
}

// What links, alternate versions and the blog's button lead to from a page.
std::set<std::string> TargetsOn(const std::string& html, const std::string& target) {
  std::set<std::string> targets;
  ParsedPage page;
  page.Parse(html);
  const Url base = *Url::Parse(std::string(kOrigin) + target);
  for (NodeIndex node = 0; node < page.tree().size(); ++node) {
    for (const std::string_view name : {"href", "data-next"}) {
      const std::string_view* const value = page.tree().FindAttribute(node, name);
      const std::optional<Url> url = value == nullptr ? std::nullopt : Url::Parse(*value, &base);
      if (url && url->is_http()) {
        targets.insert(TargetOf(std::string(url->href())));
      }
    }
  }
  return targets;
}

TEST_SUITE("simweb/record_sites") {
TEST_CASE("record sites: as many records as were asked for, each different, always the same") {
  for (const RecordKind kind : kRecordKinds) {
    for (const std::uint32_t count : {0U, 1U, 6U, 7U, 13U, 500U}) {
      CAPTURE(count);
      const std::vector<PublishedRecord> records = PublishedRecords(kind, count, kOrigin);
      CHECK(records.size() == count);
      CHECK(std::set(records.begin(), records.end()).size() == count);
      CHECK(records == PublishedRecords(kind, count, kOrigin));
      for (const PublishedRecord& record : records) {
        CHECK(record.url.starts_with(std::string(kOrigin) + std::string(RecordHome(kind))));
        CHECK(nlohmann::ordered_json::parse(record.json).dump() == record.json);
      }
    }
  }
}

TEST_CASE("record sites: every link leads to a page, and together they lead to every record") {
  for (const std::uint32_t count : {1U, 7U, 100U}) {
    CAPTURE(count);
    std::set<std::string> seen = {std::string(kRecordRoot)};
    std::deque<std::string> waiting(seen.begin(), seen.end());
    while (!waiting.empty()) {
      const std::string target = std::move(waiting.front());
      waiting.pop_front();
      const std::optional<std::string> html = RecordPage(target, count);
      CHECK_MESSAGE(html.has_value(), target);
      for (const std::string& next : TargetsOn(html.value_or(""), target)) {
        if (seen.insert(next).second) {
          waiting.push_back(next);
        }
      }
    }
    for (const RecordKind kind : kRecordKinds) {
      for (const PublishedRecord& record : PublishedRecords(kind, count, kOrigin)) {
        CHECK_MESSAGE(seen.contains(TargetOf(record.url)), record.url);
      }
    }
  }
}

TEST_CASE("record sites: the shop says the same in its page, in JSON-LD and in OpenGraph") {
  for (const PublishedRecord& record : PublishedRecords(RecordKind::kShop, 60, kOrigin)) {
    const nlohmann::json published = nlohmann::json::parse(record.json);
    const std::optional<std::string> html = RecordPage(TargetOf(record.url), 60);
    REQUIRE(html.has_value());
    ParsedPage page;
    page.Parse(*html);
    const JsonLd json_ld = ReadJsonLd(MarkupOf(page.tree()));
    REQUIRE(json_ld.values.size() == 1);
    CHECK(json_ld.mended + json_ld.broken == 0);
    const nlohmann::json product = nlohmann::json::parse(json_ld.values[0]);
    CHECK(product["name"] == published["title"]);
    CHECK(product["sku"] == published["sku"]);
    CHECK(product["offers"]["price"] == published["price"]);
    CHECK(product["offers"]["priceCurrency"] == published["currency"]);
    CHECK(html->find("og:title") != std::string::npos);
    CHECK(html->find("content=\"" + published["price"].dump() + "\"") != std::string::npos);
  }
}

TEST_CASE("record sites: what is hard about them is there") {
  std::string shop;
  for (const PublishedRecord& record : PublishedRecords(RecordKind::kShop, 300, kOrigin)) {
    shop += *RecordPage(TargetOf(record.url), 300);
  }
  for (const char* price : {"$1,", "USD", "US$ ", "\u202F", ",- \u20AC", "EUR "}) {
    CHECK_MESSAGE(shop.find(price) != std::string::npos, price);
  }
  const std::string jobs = *RecordPage("/records/jobs/list?page=1", 300) +
                           *RecordPage("/records/jobs/list?page=2", 300) +
                           *RecordPage("/records/jobs/list?page=3", 300);
  for (const char* title : {"&lt;script&gt;", "\U0001F680", "\u05DE", "DROP TABLE", "data-note='<script>"}) {
    CHECK_MESSAGE(jobs.find(title) != std::string::npos, title);
  }
  CHECK(jobs.find("<script>alert") == std::string::npos);
}

TEST_CASE("record sites: what is no page is none") {
  CHECK(RecordPage("/records/shop/", 10).has_value());
  const std::string product = TargetOf(PublishedRecords(RecordKind::kShop, 10, kOrigin)[0].url);
  const std::string post = TargetOf(PublishedRecords(RecordKind::kBlog, 10, kOrigin)[0].url);
  REQUIRE(RecordPage(product, 10).has_value());
  REQUIRE(RecordPage(post, 10).has_value());
  for (const std::string& target : {std::string("/records"),
                                    std::string("/records/x/"),
                                    std::string("/records/shop/?x"),
                                    std::string("/records/shop/it/list"),
                                    std::string("/records/shop/en/list?page=0"),
                                    std::string("/records/shop/en/list?page=3"),
                                    std::string("/records/shop/en/list?page=99999999999"),
                                    std::string("/records/shop/en/category/cars"),
                                    std::string("/records/shop/en/product/"),
                                    product + "0",
                                    product + "?x=1",
                                    std::string("/records/blog/?before=11"),
                                    std::string("/records/blog/?before=x"),
                                    std::string("/records/blog/archive/2031/01/"),
                                    std::string("/records/blog/archive/"),
                                    post + "x/",
                                    std::string("/records/jobs/list"),
                                    std::string("/records/jobs/list?page=2"),
                                    std::string("/records/jobs/job/11"),
                                    std::string("/records/jobs/job/")}) {
    CAPTURE(target);
    CHECK_FALSE(RecordPage(target, 10).has_value());
  }
}

TEST_CASE("record sites: a server has them when it is asked to") {
  for (const std::uint32_t records : {0U, 5U}) {
    PageServerOptions options;
    options.records = records;
    Result<std::unique_ptr<PageServer>> server = PageServer::Start(options);
    REQUIRE(server.has_value());
    CurlClient client;
    const std::string origin = "http://" + (*server)->site().HostName(0);
    const Fetched fetched = client.Fetch(origin + "/records/jobs/list?page=1");
    CHECK(fetched.status == (records == 0 ? 404 : 200));
    if (records > 0) {
      CHECK(fetched.body == RecordPage("/records/jobs/list?page=1", records));
    }
    CHECK(client.Fetch(origin + "/records/none").status == 404);
  }
}
}  // TEST_SUITE("simweb/record_sites")

}  // namespace
}  // namespace spinneret::simweb
