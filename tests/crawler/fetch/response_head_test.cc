#include "crawler/fetch/internal/response_head.h"

#include <initializer_list>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

using std::chrono::seconds;

constexpr std::int64_t kNow = 1'700'000'000;  // Tue, 14 Nov 2023 22:13:20 GMT

ResponseHead Read(std::initializer_list<std::string_view> lines,
                  ResponseHead::KeepRaw raw = ResponseHead::KeepRaw::kNo) {
  ResponseHead head(1U << 20U, raw);
  for (const std::string_view line : lines) {
    head.Add(std::string(line) + "\r\n");
  }
  return head;
}

std::optional<seconds> RetryAfter(std::string_view value) {
  const std::string line = "Retry-After: " + std::string(value);
  return Read({"HTTP/1.1 503 x", line, ""}).Take(kNow).retry_after;
}

}  // namespace

TEST_SUITE("fetch/response_head") {
TEST_CASE("the fields that a crawl keeps are read in any case, trimmed") {
  ResponseHead head =
      Read({"HTTP/1.1 301 Moved", "content-TYPE:  text/html; charset=x \t", "Location: /a b", "ETag: W/\"1\"",
            "Last-Modified: yesterday", "Content-Encoding: gzip", "Set-Cookie: a=b", "X-Other: y", ""});
  CHECK(head.complete());
  const FetchResponse response = head.Take(kNow);
  CHECK(response.status == 301);
  CHECK(response.content_type == "text/html; charset=x");
  CHECK(response.location == "/a b");
  CHECK(response.etag == "W/\"1\"");
  CHECK(response.last_modified == "yesterday");
  CHECK(response.content_encoding == "gzip");
  CHECK(response.sets_cookie);
  CHECK(response.raw_headers.empty());
  CHECK_FALSE(response.retry_after.has_value());
}

TEST_CASE("an interim response leaves nothing behind") {
  ResponseHead head = Read({"HTTP/1.1 103 Early Hints", "Location: /early", "Set-Cookie: a=b", "Retry-After: 7", ""},
                           ResponseHead::KeepRaw::kYes);
  CHECK_FALSE(head.complete());
  for (const char* line : {"HTTP/1.1 200 OK\r\n", "Server: x\r\n", "\r\n"}) {
    CHECK(head.Add(line));
  }
  CHECK(head.complete());
  const FetchResponse response = head.Take(kNow);
  CHECK(response.status == 200);
  CHECK(response.location.empty());
  CHECK_FALSE(response.sets_cookie);
  CHECK_FALSE(response.retry_after.has_value());
  CHECK(response.raw_headers == "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n");
}

TEST_CASE("repeated X-Robots-Tag lines stay apart, the first Location and the last Content-Type count") {
  const FetchResponse response = Read({"HTTP/2 200 ", "x-robots-tag: noindex", "x-robots-tag: bot: nofollow",
                                       "location: /1", "location: /2", "content-type: a/b", "content-type: c/d", ""})
                                     .Take(kNow);
  CHECK(response.x_robots_tag == "noindex\nbot: nofollow");
  CHECK(response.location == "/1");
  CHECK(response.content_type == "c/d");
}

TEST_CASE("a folded line goes on the value before it (RFC 9112 section 5.2)") {
  const FetchResponse response =
      Read({"HTTP/1.1 200 OK", "Content-Type: text/html;", "\tcharset=utf-8", "X-Other: a", " b", ""}).Take(kNow);
  CHECK(response.content_type == "text/html; charset=utf-8");
}

TEST_CASE("trailers are not read as headers") {
  ResponseHead head = Read({"HTTP/1.1 200 OK", "", "Location: /trailer", "HTTP/1.1 500 trailer"});
  const FetchResponse response = head.Take(kNow);
  CHECK(response.status == 200);
  CHECK(response.location.empty());
}

TEST_CASE("Retry-After is read in seconds and as a date, never negative, never beyond a year") {
  CHECK(RetryAfter("0") == seconds(0));
  CHECK(RetryAfter("120") == seconds(120));
  CHECK(RetryAfter("99999999999999999999999") == seconds(366LL * 24 * 3600));
  CHECK(RetryAfter("Tue, 14 Nov 2023 22:14:20 GMT") == seconds(60));
  CHECK(RetryAfter("Tuesday, 14-Nov-23 22:14:20 GMT") == seconds(60));
  CHECK(RetryAfter("Tue Nov 14 22:14:20 2023") == seconds(60));
  CHECK(RetryAfter("Tue, 14 Nov 2023 22:00:00 GMT") == seconds(0));
  CHECK(RetryAfter("Fri, 31 Dec 9999 23:59:59 GMT") == seconds(366LL * 24 * 3600));
  CHECK_FALSE(RetryAfter("soon").has_value());
  CHECK_FALSE(RetryAfter("-5").has_value());
  CHECK_FALSE(RetryAfter("").has_value());
}

TEST_CASE("all header bytes count, interim responses and trailers too") {
  ResponseHead head(40, ResponseHead::KeepRaw::kNo);
  CHECK(head.Add("HTTP/1.1 100 Continue\r\n"));
  CHECK(head.Add("\r\n"));
  CHECK_FALSE(head.Add("HTTP/1.1 200 OK\r\n"));
  CHECK(head.too_large());
}

TEST_CASE("one value keeps 8 KiB, but a Location is never cut") {
  const std::string etag = "ETag: " + std::string(20'000, 'e');
  const std::string location = "Location: /" + std::string(20'000, 'l');
  const std::string robots = "X-Robots-Tag: " + std::string(5'000, 'r');
  const FetchResponse response = Read({"HTTP/1.1 302 x", etag, location, robots, robots, robots, ""}).Take(kNow);
  CHECK(response.etag.size() == 8192);
  CHECK(response.location.size() == 20'001);
  CHECK(response.x_robots_tag.size() == 8192);
}

TEST_CASE("lines that are no headers are passed over") {
  const FetchResponse response =
      Read({"HTTP/1.1 200 OK", "no colon", ": no name", " folded onto nothing", "Content-Type", "ETag: e", ""})
          .Take(kNow);
  CHECK(response.etag == "e");
  CHECK(response.content_type.empty());
}

TEST_CASE("a status is three digits, and nothing else is one") {
  for (const char* line : {"HTTP/1.1 -200 OK", "HTTP/1.1 +20 OK", "HTTP/1.1 2x0", "HTTP/1.1 20", "HTTP/1.1"}) {
    CAPTURE(line);
    CHECK(Read({line, ""}).Take(kNow).status == 0);
  }
  CHECK(Read({"HTTP/1.1 204", ""}).Take(kNow).status == 204);
}
}  // TEST_SUITE("fetch/response_head")

}  // namespace spinneret
