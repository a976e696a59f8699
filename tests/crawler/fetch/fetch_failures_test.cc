// What servers do wrong, and what a caller is told.
#include <string>

#include <doctest/doctest.h>

#include "tests/crawler/fetch/fetch_fixture.h"
#include "tests/support/dns_server.h"
#include "tests/support/scripted_server.h"

namespace spinneret {
namespace {

using std::chrono::milliseconds;

// Answers one request with `bytes`, then closes.
ScriptedServer::Script Once(std::string bytes) {
  return [bytes = std::move(bytes)](ScriptedConnection& connection) {
    connection.ReadRequest();
    connection.Send(bytes);
  };
}

// Answers one request with `bytes`, then resets.
ScriptedServer::Script OnceAndReset(std::string bytes) {
  return [bytes = std::move(bytes)](ScriptedConnection& connection) {
    connection.ReadRequest();
    connection.Send(bytes);
    connection.Reset();
  };
}

// Answers one request with `bytes`, then nothing more.
ScriptedServer::Script OnceAndHang(std::string bytes) {
  return [bytes = std::move(bytes)](ScriptedConnection& connection) {
    connection.ReadRequest();
    connection.Send(bytes);
    connection.WaitForEnd();
  };
}

FetchDone GetFrom(ScriptedServer::Script script, FetchSettings settings = FetchFixture::Settings()) {
  ScriptedServer server(std::move(script));
  FetchFixture fetching(std::move(settings));
  return fetching.Get(server.Url("/"));
}

FetchSettings Impatient() {
  FetchSettings settings = FetchFixture::Settings();
  settings.limits.timeout = milliseconds(150);
  return settings;
}

}  // namespace

TEST_SUITE("fetch/failures") {
TEST_CASE("a server that says nothing, or half a header block, is a timeout") {
  for (const char* bytes : {"", "HTTP/1.1 200 OK\r\nContent-Ty", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"}) {
    CAPTURE(bytes);
    const FetchDone done = GetFrom(OnceAndHang(bytes), Impatient());
    CHECK(ErrorOf(done) == "timeout");
    CHECK(done.timings.total_ms >= 100);
  }
}

TEST_CASE("a body that has begun is kept when the time is over") {
  const FetchDone done = GetFrom(OnceAndHang("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nbegun"), Impatient());
  CHECK(BodyOf(done) == "begun");
  CHECK(done.result->truncated == Truncation::kTime);
}

TEST_CASE("a connection that breaks before or inside the body is a reset") {
  CHECK(ErrorOf(GetFrom(Once(""))) == "reset");
  CHECK(ErrorOf(GetFrom(OnceAndReset(""))) == "reset");
  CHECK(ErrorOf(GetFrom(OnceAndReset("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nbegun"))) == "reset");
  CHECK(ErrorOf(GetFrom(OnceAndReset("HTTP/1.1 200 OK\r\n\r\nbegun"))) == "reset");
  CHECK(ErrorOf(GetFrom(Once("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nbegun"))) == "reset");
}

TEST_CASE("chunks that break off or have no size are a reset") {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(ErrorOf(GetFrom(Once(head + "5\r\nabcde\r\n"))) == "reset");
  CHECK(ErrorOf(GetFrom(Once(head + "5\r\nabcde\r\nxyz\r\n"))) == "reset");
  CHECK(ErrorOf(GetFrom(Once(head + "ffffffffffffffffff\r\nabc"))) == "reset");
}

TEST_CASE("a redirect is known once its headers are, however its body ends") {
  const std::string head = "HTTP/1.1 301 Moved\r\nLocation: /next\r\nContent-Length: 50\r\n\r\n";
  const FetchDone reset = GetFrom(OnceAndReset(head + "begun"));
  CHECK(StatusOf(reset) == 301);
  CHECK(reset.result->location == "/next");
  CHECK(reset.result->truncated == Truncation::kDisconnect);
  const FetchDone late = GetFrom(OnceAndHang(head), Impatient());
  CHECK(StatusOf(late) == 301);
  CHECK(late.result->truncated == Truncation::kTime);
}

TEST_CASE("what is not HTTP is a protocol error") {
  CHECK(ErrorOf(GetFrom(Once("<html>a page of the last century"))) == "protocol");
  CHECK(ErrorOf(GetFrom(Once(std::string("\x16\x03\x01\x00\x05hello", 10)))) == "protocol");
  CHECK(ErrorOf(GetFrom(Once("HTTP/7.3 200 OK\r\n\r\n"))) == "protocol");
  CHECK(ErrorOf(GetFrom(Once("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc"))) == "protocol");
  CHECK(ErrorOf(GetFrom(Once(std::string("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", 27)))) == "protocol");
}

TEST_CASE("a header block without end is left at the limit") {
  const auto flood = [](std::string start, std::string more) {
    return [start = std::move(start), more = std::move(more)](ScriptedConnection& connection) {
      connection.ReadRequest();
      connection.Send(start);
      while (connection.Send(more)) {
      }
    };
  };
  const std::string line = "X-Flood: " + std::string(1000, 'x') + "\r\n";
  CHECK(ErrorOf(GetFrom(flood("HTTP/1.1 200 OK\r\n", line))) == "too_large_headers");
  CHECK(ErrorOf(GetFrom(flood("HTTP/1.1 200 OK\r\nX-Flood: ", std::string(1000, 'x')))) == "too_large_headers");
  CHECK(ErrorOf(GetFrom(flood("", "HTTP/1.1 100 Continue\r\nX-A: b\r\n\r\n"))) == "too_large_headers");
  CHECK(ErrorOf(GetFrom(flood("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", line))) ==
        "too_large_headers");
  FetchSettings settings = FetchFixture::Settings();
  settings.limits.max_header_bytes = 100;
  CHECK(ErrorOf(GetFrom(Once(HttpResponse("", "X: " + std::string(100, 'x') + "\r\n")), settings)) ==
        "too_large_headers");
}

TEST_CASE("a content encoding that cannot be undone is a decoding error") {
  CHECK(ErrorOf(GetFrom(Once(HttpResponse("plain text", "Content-Encoding: gzip\r\n")))) == "decode");
  CHECK(ErrorOf(GetFrom(Once(HttpResponse("\xff\xff\xff\xff", "Content-Encoding: br\r\n")))) == "decode");
  CHECK(ErrorOf(GetFrom(Once(HttpResponse("plain text", "Content-Encoding: zstd\r\n")))) == "decode");
  CHECK(BodyOf(GetFrom(Once(HttpResponse("plain text", "Content-Encoding: unheard-of\r\n")))) == "plain text");
  CHECK(ErrorOf(GetFrom(Once(HttpResponse("x", "Content-Encoding: gzip,gzip,gzip,gzip,gzip,gzip,gzip\r\n")))) ==
        "decode");
}

TEST_CASE("a port that nothing listens on is a connection error") {
  FetchFixture fetching;
  const FetchDone done = fetching.Get("http://127.0.0.1:" + std::to_string(ClosedPort()) + "/");
  CHECK(ErrorOf(done) == "connect");
  CHECK(MessageOf(done).ends_with("(curl 7)"));
  CHECK(done.ip.empty());
  CHECK(done.timings.connect_ms < 0);
  CHECK(done.timings.total_ms >= 0);
}

TEST_CASE("a server that speaks no TLS is a TLS error") {
  ScriptedServer server([](ScriptedConnection& connection) {
    connection.Send("HTTP/1.1 400 plain\r\n\r\n");
    connection.WaitForEnd();
  });
  FetchFixture fetching;
  const FetchDone done = fetching.Get("https://127.0.0.1:" + std::to_string(server.port()) + "/");
  CHECK(ErrorOf(done) == "tls");
}

TEST_CASE("a name that does not resolve is a DNS error") {
  FetchFixture fetching;
  const FetchDone invalid = fetching.Get("http://nosuch.invalid/");
  CHECK(ErrorOf(invalid) == "dns");
  CHECK(invalid.timings.total_ms >= 0);
  CHECK(ErrorOf(fetching.Get("http://a+b.test/")) == "dns");
}

TEST_CASE("a name server that is silent does not hold a request over its limits") {
  const DnsServer dns({{"silent.test", {.ips = {}, .silent = true}}});
  FetchSettings settings = FetchFixture::Settings();
  settings.dns_servers = {dns.address()};
  settings.limits.connect_timeout = milliseconds(100);
  {
    FetchFixture fetching(settings);
    CHECK(ErrorOf(fetching.Get("http://silent.test/")) == "dns");
  }
  settings.limits.timeout = milliseconds(50);
  FetchFixture fetching(settings);
  CHECK(ErrorOf(fetching.Get("http://silent.test/")) == "timeout");
}

TEST_CASE("other schemes and broken URLs are refused before anything is asked") {
  FetchFixture fetching;
  for (const char* url :
       {"ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1:70/", "", "HTTP//", "javascript:alert(1)"}) {
    CAPTURE(url);
    CHECK(ErrorOf(fetching.Get(url)) == "scheme");
  }
  for (const std::string& url : {std::string("http://127.0.0.1:99999/"), std::string("http://127.0.0.1/a\r\nX: y")}) {
    CAPTURE(url);
    CHECK(ErrorOf(fetching.Get(url)) == "invalid_argument");
  }
  CHECK(ErrorOf(fetching.Get("http://127.0.0.1:0/")) == "connect");
}
}  // TEST_SUITE("fetch/failures")

}  // namespace spinneret
