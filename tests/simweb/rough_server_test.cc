#include "simweb/rough_server.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/simweb/raw_client.h"

namespace spinneret::simweb {
namespace {

std::unique_ptr<RoughServer> StartServer() {
  Result<std::unique_ptr<RoughServer>> server = RoughServer::Start();
  REQUIRE(server);
  return *std::move(server);
}

std::string HeaderOf(const RawAnswer& answer, const std::string& name) {
  const std::size_t at = answer.bytes.find("\r\n" + name + ": ");
  if (at == std::string::npos || at > answer.bytes.find("\r\n\r\n")) {
    return "(none)";
  }
  const std::size_t start = at + name.size() + 4;
  return answer.bytes.substr(start, answer.bytes.find("\r\n", start) - start);
}

std::string Request(std::string_view target, std::string_view headers = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a.test\r\n" + std::string(headers) + "\r\n";
}

// A response is read before the server hears that its last byte is gone.
std::vector<AccessEntry> WhenAllOver(AccessLog& log) {
  std::vector<AccessEntry> entries = log.Snapshot();
  while (!std::all_of(entries.begin(), entries.end(), [](const AccessEntry& e) { return e.over; })) {
    std::this_thread::yield();
    entries = log.Snapshot();
  }
  return entries;
}

}  // namespace

TEST_SUITE("simweb/rough_server") {
TEST_CASE("RoughServer: /ok is a page that behaves, and the connection is kept alive") {
  const auto server = StartServer();
  RawClient client(server->port());
  client.Send(Request("/ok"));
  const RawAnswer first = client.ReceiveResponse();
  CHECK(first.status() == 200);
  CHECK(first.Has("<h1>ok</h1>"));
  client.Send(Request("/nothing-here"));
  CHECK(client.ReceiveResponse().status() == 404);
  const std::vector<AccessEntry> entries = WhenAllOver(server->log());
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].connection == entries[1].connection);
  CHECK(entries[1].target == "/nothing-here");
}

TEST_CASE("RoughServer: requests that are sent ahead are answered in order") {
  const auto server = StartServer();
  RawClient client(server->port());
  client.Send(Request("/drip?ms=1&n=3") + Request("/status?code=410") + Request("/ok", "Connection: close\r\n"));
  const RawAnswer all = client.Receive();
  CHECK(all.end == RawEnd::kClosed);
  const std::size_t gone = all.bytes.find("HTTP/1.1 410");
  CHECK(all.bytes.find("\r\n\r\n...HTTP") < gone);
  CHECK(gone < all.bytes.find("<h1>ok</h1>"));
}

TEST_CASE("RoughServer: HEAD gets the head alone and keeps the connection") {
  const auto server = StartServer();
  RawClient client(server->port());
  client.Send("HEAD /ok HTTP/1.1\r\nHost: a\r\n\r\nHEAD /huge HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const RawAnswer both = client.Receive();
  CHECK_FALSE(both.Has("<h1>"));
  CHECK(both.Has("Content-Length: 1073741824\r\n"));
  CHECK(both.bytes.substr(both.bytes.size() - 4) == "\r\n\r\n");
}

TEST_CASE("RoughServer: a request body is skipped") {
  const auto server = StartServer();
  RawClient client(server->port());
  client.Send("POST /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
  client.Send("cde" + Request("/empty", "Connection: close\r\n"));
  CHECK(client.Receive().Has("Content-Length: 0\r\n"));
}

TEST_CASE("RoughServer: /slow sends nothing before its time, /drip each byte after its own") {
  const auto server = StartServer();
  const SteadyTime start = SystemClock().Now();
  CHECK(Get(server->port(), "/slow?ms=120").status() == 200);
  CHECK(SystemClock().Now() - start >= std::chrono::milliseconds(120));
  const RawAnswer dripped = Get(server->port(), "/drip?ms=20&n=5");
  CHECK(dripped.body() == ".....");
  const std::vector<AccessEntry> entries = WhenAllOver(server->log());
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].ended - entries[0].arrived >= std::chrono::milliseconds(119));
  CHECK(entries[1].ended - entries[1].arrived >= std::chrono::milliseconds(95));
}

TEST_CASE("RoughServer: /reset, /reset-body and /close break off in three ways") {
  const auto server = StartServer();
  const RawAnswer reset = Get(server->port(), "/reset");
  CHECK(reset.end == RawEnd::kReset);
  CHECK(reset.bytes.empty());
  const RawAnswer in_body = Get(server->port(), "/reset-body");
  CHECK(in_body.end == RawEnd::kReset);
  CHECK(in_body.status() == 200);
  CHECK_FALSE(in_body.body().empty());
  const RawAnswer closed = Get(server->port(), "/close");
  CHECK(closed.end == RawEnd::kClosed);
  CHECK(closed.bytes.empty());
}

TEST_CASE("RoughServer: /truncated sends less than its Content-Length and /long more") {
  const auto server = StartServer();
  const RawAnswer less = Get(server->port(), "/truncated");
  CHECK(less.end == RawEnd::kClosed);
  CHECK(less.body().size() < std::stoul(HeaderOf(less, "Content-Length")));
  const RawAnswer more = Get(server->port(), "/long");
  CHECK(more.body().size() > std::stoul(HeaderOf(more, "Content-Length")));
}

TEST_CASE("RoughServer: /broken-chunks breaks the chunked coding in four ways") {
  const auto server = StartServer();
  struct Row {
    const char* kind;
    const char* shows;
  };
  for (const Row& row :
       {Row{"size", "\r\nzz\r\n"}, Row{"crlf", "5\r\nhelloworld"}, Row{"overflow", "\r\nfffffffffffffffffffff\r\n"}}) {
    CHECK(Get(server->port(), std::string("/broken-chunks?kind=") + row.kind).Has(row.shows));
  }
  const RawAnswer no_end = Get(server->port(), "/broken-chunks?kind=end");
  CHECK(no_end.end == RawEnd::kClosed);
  CHECK(no_end.body() == "14\r\n<p>the first chunk\r\n\r\n");
}

TEST_CASE("RoughServer: /huge sends exactly its bytes, and a client may leave in the middle") {
  const auto server = StartServer();
  CHECK(Get(server->port(), "/huge?bytes=3M").body().size() == 3 * 1024 * 1024);
  CHECK(Get(server->port(), "/huge?bytes=10").body().size() == 10);
  const RawAnswer unframed = Get(server->port(), "/huge?bytes=100000&length=no");
  CHECK(unframed.body().size() == 100'000);
  CHECK(HeaderOf(unframed, "Content-Length") == "(none)");
  {
    RawClient leaves(server->port());
    leaves.Send(Request("/huge?bytes=900G"));
    CHECK(leaves.Receive(1'000'000).end == RawEnd::kEnough);
  }
  const std::vector<AccessEntry> entries = WhenAllOver(server->log());
  REQUIRE(entries.size() == 4);
  CHECK(entries[2].complete);
  CHECK_FALSE(entries[3].complete);
}

TEST_CASE("RoughServer: /headers floods in many lines or in one") {
  const auto server = StartServer();
  const RawAnswer many = Get(server->port(), "/headers?bytes=200k");
  CHECK(many.bytes.find("\r\n\r\n") > 200 * 1024);
  CHECK(many.Has("<h1>ok</h1>"));
  const RawAnswer one = Get(server->port(), "/headers?bytes=200k&one=yes");
  CHECK(HeaderOf(one, "X-Filler").size() == 200 * 1024);
}

TEST_CASE("RoughServer: redirects: a chain with an end, two loops, one that wants a cookie, and any target") {
  const auto server = StartServer();
  std::string target = "/redirect?n=3&code=307";
  std::vector<int> statuses;
  for (int hop = 0; hop < 4; ++hop) {
    const RawAnswer answer = Get(server->port(), target);
    statuses.push_back(answer.status());
    target = HeaderOf(answer, "Location");
  }
  CHECK(statuses == std::vector<int>{307, 307, 307, 200});

  CHECK(HeaderOf(Get(server->port(), "/redirect-loop"), "Location") == "/redirect-loop?back=1");
  CHECK(HeaderOf(Get(server->port(), "/redirect-loop?back=1"), "Location") == "/redirect-loop");
  CHECK(HeaderOf(Get(server->port(), "/redirect-self?x=1"), "Location") == "/redirect-self?x=1");
  const RawAnswer no_cookie = Get(server->port(), "/redirect-cookie");
  CHECK(HeaderOf(no_cookie, "Location") == "/redirect-cookie");
  CHECK(HeaderOf(no_cookie, "Set-Cookie") == "seen=yes; Path=/");
  CHECK(Get(server->port(), "/redirect-cookie", "cookie: a=b; seen=yes\r\n").status() == 200);
  const RawAnswer anywhere = Get(server->port(), "/redirect-to?code=301&url=http%3A%2F%2Fx.test%2F%3Fa%3D1%26b");
  CHECK(anywhere.status() == 301);
  CHECK(HeaderOf(anywhere, "Location") == "http://x.test/?a=1&b");
}

TEST_CASE("RoughServer: /status answers with the status it is asked for") {
  const auto server = StartServer();
  for (const int status : {200, 204, 302, 304, 404, 410, 500, 599, 799}) {
    const RawAnswer answer = Get(server->port(), "/status?code=" + std::to_string(status));
    CHECK(answer.status() == status);
    CHECK(answer.body().empty() == (status == 204 || status == 304));
  }
  CHECK(Get(server->port(), "/status?code=103").bytes == "HTTP/1.1 103 Early Hints\r\n\r\n");
}

TEST_CASE("RoughServer: /429 and /flaky relent after as many requests as were asked for, each key by itself") {
  const auto server = StartServer();
  const RawAnswer too_many = Get(server->port(), "/429?after=7&times=2&key=a");
  CHECK(too_many.status() == 429);
  CHECK(HeaderOf(too_many, "Retry-After") == "7");
  CHECK(Get(server->port(), "/429?after=7&times=2&key=a").status() == 429);
  CHECK(Get(server->port(), "/429?after=7&times=2&key=a").status() == 200);
  CHECK(Get(server->port(), "/429?after=7&times=2&key=b").status() == 429);
  CHECK(Get(server->port(), "/flaky?key=a").status() == 503);
  CHECK(Get(server->port(), "/flaky?key=a").status() == 200);
  CHECK(Get(server->port(), "/flaky?key=c&code=500").status() == 500);
}

TEST_CASE("RoughServer: /bad-gzip, /http09, /garbage, /no-content-type and /empty are what they are called") {
  const auto server = StartServer();
  CHECK(HeaderOf(Get(server->port(), "/bad-gzip"), "Content-Encoding") == "gzip");
  CHECK(Get(server->port(), "/http09").bytes.substr(0, 15) == "<!DOCTYPE html>");
  const RawAnswer garbage = Get(server->port(), "/garbage");
  CHECK(garbage.bytes.size() == 512);
  CHECK(garbage.status() == 0);
  const RawAnswer untyped = Get(server->port(), "/no-content-type");
  CHECK(HeaderOf(untyped, "Content-Type") == "(none)");
  CHECK(untyped.Has("<h1>ok</h1>"));
  CHECK(Get(server->port(), "/empty").body().empty());
}

TEST_CASE("RoughServer: /charset writes in the encoding and declares it where it is asked to") {
  const auto server = StartServer();
  const RawAnswer western = Get(server->port(), "/charset?name=Windows-1252");
  CHECK(HeaderOf(western, "Content-Type") == "text/html; charset=Windows-1252");
  CHECK(western.Has("caf\xE9 \x80"));
  const RawAnswer japanese = Get(server->port(), "/charset?name=shift_jis&in=meta");
  CHECK(HeaderOf(japanese, "Content-Type") == "text/html");
  CHECK(japanese.Has("<meta charset=\"shift_jis\"><title>\x93\xFA\x96\x7B\x8C\xEA</title>"));
  CHECK_FALSE(Get(server->port(), "/charset?name=koi8-r&in=none").Has("koi8"));
  CHECK(Get(server->port(), "/charset?name=utf-16be").Has(std::string("c\0a\0f\0\xE9", 7)));
  CHECK_FALSE(Get(server->port(), "/charset?name=x%0D%0AInjected:%20y").Has("\nInjected"));
}

TEST_CASE("RoughServer: /hang answers nothing, until the client leaves or the server stops") {
  const auto server = StartServer();
  {
    RawClient leaves(server->port());
    leaves.Send(Request("/hang?1"));
    leaves.FinishSending();
    CHECK(leaves.Receive().bytes.empty());
  }
  CHECK_FALSE(WhenAllOver(server->log()).at(0).complete);
  RawClient stays(server->port());
  stays.Send(Request("/hang?2"));
  while (server->log().total() < 2) {
    std::this_thread::yield();
  }
  server->Stop();
  const RawAnswer answer = stays.Receive();
  CHECK(answer.bytes.empty());
  CHECK(answer.end != RawEnd::kTimedOut);
}

TEST_CASE("RoughServer: a client that closes its side still gets its answer") {
  const auto server = StartServer();
  RawClient client(server->port());
  client.Send(Request("/slow?ms=30"));
  client.FinishSending();
  CHECK(client.Receive().Has("<h1>ok</h1>"));
}

TEST_CASE("RoughServer: what is no request is refused: too long, malformed, with a body it cannot skip") {
  const auto server = StartServer();
  struct Row {
    std::string bytes;
    int status;
  };
  for (const Row& row : {Row{"GET /ok HTTP/1.1\r\nX: " + std::string(70'000, 'x'), 431}, Row{"nonsense\r\n\r\n", 400},
                         Row{"GET  HTTP/1.1\r\n\r\n", 400}, Row{std::string("\x16\x03\x01\n\n", 5), 400},
                         Row{Request("/ok", "Transfer-Encoding: chunked\r\n"), 411},
                         Row{Request("/ok", "Content-Length: 99999999999999999999999\r\n"), 413},
                         Row{Request("/ok", "Content-Length: 12x\r\n"), 413}}) {
    RawClient client(server->port());
    client.Send(row.bytes);
    CHECK(client.Receive().status() == row.status);
  }
  CHECK(server->log().total() == 0);
  CHECK(Get(server->port(), "/ok").status() == 200);
}

TEST_CASE("RoughServer: pages and hooks come before the table, and those of a host before those of all") {
  const auto server = StartServer();
  server->AddPage("/ok", "<p>another</p>");
  server->AddPage("/ok", "plain", "text/plain", {{"X-Robots-Tag", "noindex"}}, "B.test", 203);
  server->OnRequest("/echo", [](const RoughRequest& request) {
    return RawResponse(200, request.method + " " + request.host + " " + request.Query("q").value_or("-") + " " +
                                std::string(request.Header("X-THING").value_or("-")));
  });
  server->OnRequest(
      "/raw", [](const RoughRequest&) { return RoughReply("HTTP/1.0 299 Odd\n\nbody", std::chrono::milliseconds(5)); });
  CHECK(Get(server->port(), "/ok").body() == "<p>another</p>");
  RawClient client(server->port(), "127.9.8.7");
  client.Send("GET /ok HTTP/1.1\r\nhost: b.TEST:81\r\n\r\n");
  const RawAnswer of_host = client.ReceiveResponse();
  CHECK(of_host.status() == 203);
  CHECK(of_host.body() == "plain");
  CHECK(HeaderOf(of_host, "X-Robots-Tag") == "noindex");
  client.Send("GET http://c.test:8/echo?p=1&q=a%20b HTTP/1.1\r\nHost: b.test\r\nx-thing:  7 \r\n\r\n");
  CHECK(client.ReceiveResponse().body() == "GET c.test a b 7");
  CHECK(Get(server->port(), "/raw").bytes == "HTTP/1.0 299 Odd\n\nbody");
  CHECK(WhenAllOver(server->log()).at(3).status == 299);
  server->AddPage("/ok", "replaced");
  CHECK(Get(server->port(), "/ok").body() == "replaced");
}

TEST_CASE("RoughServer: robots.txt is absent, then what the setter or a request said for the host") {
  const auto server = StartServer();
  CHECK(Get(server->port(), "/robots.txt").status() == 404);
  server->SetRobots({200, "User-agent: *\nDisallow: /all\n", "", {}});
  server->SetRobots({301, "", "http://x.test/robots.txt", {}}, "a.test");
  CHECK(Get(server->port(), "/robots.txt").body() == "User-agent: *\nDisallow: /all\n");
  RawClient client(server->port());
  client.Send(Request("/robots.txt"));
  const RawAnswer redirect = client.ReceiveResponse();
  CHECK(redirect.status() == 301);
  CHECK(HeaderOf(redirect, "Location") == "http://x.test/robots.txt");
  client.Send(Request("/set-robots?status=503&ms=3"));
  CHECK(client.ReceiveResponse().status() == 200);
  client.Send(Request("/robots.txt"));
  CHECK(client.ReceiveResponse().status() == 503);
  CHECK(Get(server->port(), "/robots.txt").status() == 200);
  CHECK(Get(server->port(), "/robots.txt?status=410").status() == 410);
}

TEST_CASE("RoughServer: the log has what was sent, on which connection, from head to last byte") {
  const auto server = StartServer();
  const SteadyTime before = SystemClock().Now();
  Get(server->port(), "/slow?ms=40", "User-Agent: tester/1\r\nX-Other: 2\r\n");
  const std::vector<AccessEntry> entries = WhenAllOver(server->log());
  REQUIRE(entries.size() == 1);
  const AccessEntry& entry = entries[0];
  CHECK(entry.method == "GET");
  CHECK(entry.target == "/slow?ms=40");
  CHECK(entry.host == "127.0.0.1:" + std::to_string(server->port()));
  CHECK(entry.user_agent == "tester/1");
  CHECK(entry.head.find("\nX-Other: 2") != std::string::npos);
  CHECK(entry.status == 200);
  CHECK(entry.complete);
  CHECK(entry.arrived >= before);
  CHECK(entry.ended <= SystemClock().Now());
  CHECK(entry.ended_wall_ms - entry.arrived_wall_ms >= 30);
}

TEST_CASE("RoughServer: the first page leads to every route") {
  const auto server = StartServer();
  const RawAnswer index = Get(server->port(), "/");
  for (const char* target : {"/slow", "/reset", "/headers", "/gzip-bomb", "/garbage", "/hang", "/redirect-cookie"}) {
    CHECK(index.Has("<a href=\"" + std::string(target) + "\">"));
  }
}

TEST_CASE("RoughServer: two servers cannot have one port, a stopped one gives it back") {
  auto first = StartServer();
  const std::uint16_t port = first->port();
  const Result<std::unique_ptr<RoughServer>> second = RoughServer::Start({port, nullptr});
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::kConnect);
  first.reset();
  const Result<std::unique_ptr<RoughServer>> third = RoughServer::Start({port, nullptr});
  REQUIRE(third);
  CHECK((*third)->Url("/a", "b.test") == "http://b.test:" + std::to_string(port) + "/a");
}

TEST_CASE("RoughServer: pages may be added while requests are served") {
  const auto server = StartServer();
  std::thread adds([&] {
    for (int i = 0; i < 200; ++i) {
      server->AddPage("/p", std::string(static_cast<std::size_t>(i % 7), 'x'));
    }
  });
  for (int i = 0; i < 50; ++i) {
    const int status = Get(server->port(), "/p").status();
    CHECK((status == 200 || status == 404));
  }
  adds.join();
  CHECK(Get(server->port(), "/p").body() == "xxx");
}
}  // TEST_SUITE("simweb/rough_server")

}  // namespace spinneret::simweb
