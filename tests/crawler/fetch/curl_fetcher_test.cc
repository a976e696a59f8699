#include "crawler/fetch/curl_fetcher.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/crawler/fetch/fetch_fixture.h"
#include "tests/support/dns_server.h"
#include "tests/support/scripted_server.h"

namespace spinneret {
namespace {

// The same bytes for each request of each connection.
ScriptedServer::Script Always(std::string bytes) {
  return [bytes = std::move(bytes)](ScriptedConnection& connection) {
    while (!connection.ReadRequest().empty() && connection.Send(bytes)) {
    }
  };
}

// Answers each request with its own head as the body.
void Echo(ScriptedConnection& connection) {
  for (std::string head = connection.ReadRequest(); !head.empty(); head = connection.ReadRequest()) {
    connection.Send(HttpResponse(head));
  }
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// "hello, hello, hello" by gzip.
const std::string kGzip(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\xd7\x51\xc8\x40\xa2\x00\x9f\xa1\xca\x09\x13\x00\x00"
    "\x00",
    29);

}  // namespace

TEST_SUITE("fetch/curl_fetcher") {
TEST_CASE("a page comes with its status, headers, body, timings and peer") {
  ScriptedServer server(
      Always(HttpResponse("<p>hello", "Content-Type: text/html\r\nETag: \"e\"\r\nX-Robots-Tag: noindex\r\n")));
  FetchFixture fetching;
  const FetchDone done = fetching.Get(server.Url("/page"));
  CHECK(StatusOf(done) == 200);
  CHECK(BodyOf(done) == "<p>hello");
  CHECK(done.result->content_type == "text/html");
  CHECK(done.result->etag == "\"e\"");
  CHECK(done.result->x_robots_tag == "noindex");
  CHECK(done.result->truncated == Truncation::kNone);
  CHECK(done.result->raw_headers.empty());
  CHECK(done.ip == "127.0.0.1");
  CHECK(done.http_version == "1.1");
  CHECK(done.bytes_wire == 8);
  CHECK(done.started_at_ms > 1'600'000'000'000);
  CHECK(done.timings.dns_ms >= 0);
  CHECK(done.timings.connect_ms >= 0);
  CHECK(done.timings.tls_ms < 0);
  CHECK(done.timings.ttfb_ms >= 0);
  CHECK(done.timings.total_ms >= done.timings.ttfb_ms);
}

TEST_CASE("a connection is kept for the next request of the same host") {
  ScriptedServer server(Echo);
  FetchFixture fetching;
  for (int i = 0; i < 5; ++i) {
    const FetchDone done = fetching.Get(server.Url("/" + std::to_string(i)));
    CHECK(Has(BodyOf(done), "GET /" + std::to_string(i) + " HTTP/1.1\r\n"));
    CHECK((done.timings.connect_ms < 0) == (i > 0));
    CHECK(done.ip == "127.0.0.1");
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("a kept connection that the server has closed meanwhile is replaced without an error") {
  ScriptedServer server([](ScriptedConnection& connection) {
    connection.ReadRequest();
    connection.Send(HttpResponse("once"));
  });
  FetchFixture fetching;
  for (int i = 0; i < 3; ++i) {
    CHECK(BodyOf(fetching.Get(server.Url("/"))) == "once");
  }
  CHECK(server.connections() == 3);
}

TEST_CASE("a request says who crawls and what it can read, and its path goes out as it is") {
  ScriptedServer server(Echo);
  FetchFixture fetching;
  const std::string head = BodyOf(fetching.Get(server.Url("/a/../b/./c?q=%41|#frag")));
  CHECK(head.starts_with("GET /a/../b/./c?q=%41| HTTP/1.1\r\n"));
  CHECK(Has(head, "User-Agent: spinneret-test\r\n"));
  CHECK(Has(head, "Accept-Encoding: gzip, deflate, br, zstd\r\n"));
  CHECK(Has(head, "Host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"));
  CHECK_FALSE(Has(head, "Cookie:"));
  CHECK_FALSE(Has(head, "Authorization:"));
}

TEST_CASE("a redirect is a response whose location the caller acts on") {
  ScriptedServer server(Always(HttpResponse("moved", "Location: /next page\r\n", "302 Found")));
  FetchFixture fetching;
  const FetchDone done = fetching.Get(server.Url("/"));
  CHECK(StatusOf(done) == 302);
  CHECK(done.result->location == "/next page");
  CHECK(BodyOf(done) == "moved");
}

TEST_CASE("gzip is undone, wire bytes and body bytes are told apart") {
  ScriptedServer server(Always(HttpResponse(kGzip, "Content-Encoding: gzip\r\n")));
  FetchFixture fetching;
  const FetchDone done = fetching.Get(server.Url("/"));
  CHECK(BodyOf(done) == "hello, hello, hello");
  CHECK(done.result->content_encoding == "gzip");
  CHECK(done.bytes_wire == kGzip.size());
}

TEST_CASE("chunks are put together, and their trailers are not headers") {
  ScriptedServer server(
      Always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
             "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nLocation: /trailer\r\n\r\n"));
  FetchFixture fetching;
  const FetchDone done = fetching.Get(server.Url("/"));
  CHECK(BodyOf(done) == "abcdefg");
  CHECK(done.result->location.empty());
}

TEST_CASE("a response without a length ends with its connection, over HTTP/1.0 too") {
  ScriptedServer server([](ScriptedConnection& connection) {
    connection.ReadRequest();
    connection.Send("HTTP/1.0 200 OK\r\n\r\nall of it");
  });
  FetchFixture fetching;
  const FetchDone done = fetching.Get(server.Url("/"));
  CHECK(BodyOf(done) == "all of it");
  CHECK(done.http_version == "1.0");
}

TEST_CASE("interim responses are passed over, and the raw block is the final response's") {
  ScriptedServer server(Always("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + HttpResponse("x", "X-A: b\r\n")));
  FetchFixture fetching;
  FetchRequest request{.url = server.Url("/"), .headers = {}, .keep_raw_headers = true};
  const FetchDone done = fetching.Run(std::move(request));
  CHECK(StatusOf(done) == 200);
  CHECK(done.result->raw_headers == "HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 1\r\n\r\n");
}

TEST_CASE("responses that have no body are complete") {
  ScriptedServer server([](ScriptedConnection& connection) {
    for (const char* status : {"204 No Content", "304 Not Modified"}) {
      connection.ReadRequest();
      connection.Send("HTTP/1.1 " + std::string(status) + "\r\nETag: \"e\"\r\n\r\n");
    }
    connection.WaitForEnd();
  });
  FetchFixture fetching;
  CHECK(StatusOf(fetching.Get(server.Url("/"))) == 204);
  CHECK(StatusOf(fetching.Get(server.Url("/"))) == 304);
  CHECK(server.connections() == 1);
}

TEST_CASE("Retry-After is given in both of its forms") {
  ScriptedServer server([](ScriptedConnection& connection) {
    connection.ReadRequest();
    connection.Send(HttpResponse("", "Retry-After: 17\r\n", "429 Too Many Requests"));
    connection.ReadRequest();
    connection.Send(HttpResponse("", "Retry-After: Thu, 01 Jan 1998 00:00:00 GMT\r\n", "503 Service Unavailable"));
    connection.WaitForEnd();
  });
  FetchFixture fetching;
  const FetchDone delta = fetching.Get(server.Url("/"));
  CHECK(StatusOf(delta) == 429);
  CHECK(delta.result->retry_after == std::chrono::seconds(17));
  const FetchDone date = fetching.Get(server.Url("/"));
  CHECK(StatusOf(date) == 503);
  CHECK(date.result->retry_after == std::chrono::seconds(0));
}

TEST_CASE("a body over the limit is cut exactly there and marked, one of exactly the limit is not") {
  ScriptedServer server(Always(HttpResponse(std::string(300'000, 'x'))));
  FetchFixture fetching;
  FetchRequest request{.url = server.Url("/"), .headers = {}};
  request.max_body_bytes = 299'999;
  const FetchDone cut = fetching.Run(request);
  CHECK(StatusOf(cut) == 200);
  CHECK(BodyOf(cut).size() == 299'999);
  CHECK(cut.result->truncated == Truncation::kLength);
  request.max_body_bytes = 300'000;
  const FetchDone whole = fetching.Run(request);
  CHECK(BodyOf(whole).size() == 300'000);
  CHECK(whole.result->truncated == Truncation::kNone);
}

TEST_CASE("the body limit counts decoded bytes, and a body without end is left") {
  ScriptedServer server([](ScriptedConnection& connection) {
    const std::string request = connection.ReadRequest();
    if (Has(request, "/gzip")) {
      connection.Send(HttpResponse(kGzip, "Content-Encoding: gzip\r\n"));
    } else {
      connection.Send("HTTP/1.1 200 OK\r\n\r\n");
      while (connection.Send(std::string(65536, 'x'))) {
      }
    }
  });
  FetchSettings settings = FetchFixture::Settings();
  settings.limits.max_body_bytes = 10;
  FetchFixture fetching(settings);
  const FetchDone gzip = fetching.Get(server.Url("/gzip"));
  CHECK(BodyOf(gzip) == "hello, hel");
  CHECK(gzip.result->truncated == Truncation::kLength);
  const FetchDone endless = fetching.Get(server.Url("/endless"));
  CHECK(BodyOf(endless) == "xxxxxxxxxx");
  CHECK(endless.result->truncated == Truncation::kLength);
}

TEST_CASE("names come from DNS, the next address is tried when one does not answer, and then preferred") {
  const DnsServer dns({{"two.test", {.ips = {"127.0.0.2", "127.0.0.1"}}}});
  ScriptedServer server(Echo);  // listens on 127.0.0.1 alone
  FetchSettings settings = FetchFixture::Settings();
  settings.dns_servers = {dns.address()};
  FetchFixture fetching(settings);
  const std::string host = "two.test:" + std::to_string(server.port());
  for (int i = 0; i < 2; ++i) {
    const FetchDone done = fetching.Get("http://" + host + "/");
    CHECK(Has(BodyOf(done), "Host: " + host + "\r\n"));
    CHECK(done.ip == "127.0.0.1");
  }
  CHECK(server.connections() == 1);
  CHECK(dns.asked("two.test") == 1);
}

TEST_CASE("many transfers share few connections and all end") {
  ScriptedServer server(Echo);
  FetchSettings settings = FetchFixture::Settings();
  settings.max_connections = 20;
  FetchFixture fetching(settings);
  std::vector<std::string> urls;
  for (int i = 0; i < 500; ++i) {
    urls.push_back(server.Url("/" + std::to_string(i)));
  }
  const std::vector<FetchDone> done = fetching.GetAll(urls);
  int right = 0;
  for (std::size_t i = 0; i < done.size(); ++i) {
    right += Has(BodyOf(done[i]), "GET /" + std::to_string(i) + " ") ? 1 : 0;
  }
  CHECK(right == 500);
  CHECK(server.connections() <= 20);
  CHECK(fetching.fetcher->in_flight() == 0);
}

TEST_CASE("more hosts than connections: idle connections make room") {
  ScriptedServer server(Echo);
  FetchSettings settings = FetchFixture::Settings();
  settings.max_connections = 2;
  FetchFixture fetching(settings);
  std::vector<std::string> urls;
  for (int i = 0; i < 30; ++i) {
    urls.push_back(server.Url("/", "h" + std::to_string(i) + ".localhost"));
  }
  for (const FetchDone& done : fetching.GetAll(urls)) {
    CHECK(StatusOf(done) == 200);
  }
  CHECK(server.connections() == 30);
}
}  // TEST_SUITE("fetch/curl_fetcher")

}  // namespace spinneret
