// When callbacks come, and what ends a fetcher.
#include <atomic>
#include <string>

#include <doctest/doctest.h>

#include "tests/crawler/fetch/fetch_fixture.h"
#include "tests/support/dns_server.h"
#include "tests/support/scripted_server.h"

namespace spinneret {
namespace {

void Answer(ScriptedConnection& connection) {
  while (!connection.ReadRequest().empty()) {
    connection.Send(HttpResponse("x"));
  }
}

void Hang(ScriptedConnection& connection) {
  connection.ReadRequest();
  connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nbegun");
  connection.WaitForEnd();
}

FetchRequest RequestFor(const std::string& url) {
  return FetchRequest{.url = url, .headers = {}};
}

}  // namespace

TEST_SUITE("fetch/lifetime") {
TEST_CASE("Start never calls back itself, not even for what fails at once") {
  FetchFixture fetching;
  int called = 0;
  for (const char* url : {"ftp://a.test/", "http://nosuch.invalid/", "http://a+b.test/"}) {
    fetching.fetcher->Start(RequestFor(url), [&](FetchDone) { ++called; });
  }
  CHECK(called == 0);
  CHECK(fetching.fetcher->in_flight() == 3);
  fetching.RunLoop();
  CHECK(called == 3);
  CHECK(fetching.fetcher->in_flight() == 0);
}

TEST_CASE("a callback may start the next request") {
  ScriptedServer server(Answer);
  FetchFixture fetching;
  int called = 0;
  std::function<void(FetchDone)> next = [&](FetchDone done) {
    CHECK(StatusOf(done) == 200);
    if (++called < 10) {
      fetching.fetcher->Start(RequestFor(server.Url("/")), next);
    }
  };
  fetching.fetcher->Start(RequestFor(server.Url("/")), next);
  fetching.RunLoop();
  CHECK(called == 10);
}

TEST_CASE("requests that fail at once and start the next one leave room for transfers") {
  ScriptedServer server(Answer);
  FetchFixture fetching;
  bool fetched = false;
  int failures = 0;
  std::function<void(FetchDone)> again = [&](FetchDone) {
    ++failures;
    if (!fetched) {
      fetching.fetcher->Start(RequestFor("ftp://a.test/"), again);
    }
  };
  fetching.fetcher->Start(RequestFor("ftp://a.test/"), again);
  fetching.fetcher->Start(RequestFor(server.Url("/")), [&](FetchDone) { fetched = true; });
  fetching.RunLoop();
  CHECK(fetched);
  CHECK(failures > 0);
}

TEST_CASE("CancelAll ends what runs, what resolves and what waits, by callbacks from the loop") {
  const DnsServer dns({{"silent.test", {.ips = {}, .silent = true}}});
  ScriptedServer server(Hang);
  FetchSettings settings = FetchFixture::Settings();
  settings.dns_servers = {dns.address()};
  settings.max_connections = 3;
  FetchFixture fetching(settings);
  int cancelled = 0;
  const auto count = [&](FetchDone done) { cancelled += ErrorOf(done) == "cancelled" ? 1 : 0; };
  fetching.fetcher->Start(RequestFor("http://silent.test/"), count);
  for (int i = 0; i < 5; ++i) {
    fetching.fetcher->Start(RequestFor(server.Url("/")), count);
  }
  while (server.connections() < 2) {
    uv_run(&fetching.loop, UV_RUN_NOWAIT);
  }
  fetching.fetcher->CancelAll();
  CHECK(cancelled == 0);
  CHECK(fetching.fetcher->in_flight() == 6);
  fetching.RunLoop();
  CHECK(cancelled == 6);
  CHECK(fetching.fetcher->in_flight() == 0);
}

TEST_CASE("CancelAll from within a callback ends the others, and the fetcher goes on to work") {
  ScriptedServer server([](ScriptedConnection& connection) {
    const std::string head = connection.ReadRequest();
    if (head.starts_with("GET /fast")) {
      connection.Send(HttpResponse("fast"));
    }
    connection.WaitForEnd();
  });
  FetchFixture fetching;
  int cancelled = 0;
  for (int i = 0; i < 4; ++i) {
    fetching.fetcher->Start(RequestFor(server.Url("/slow")),
                            [&](FetchDone done) { cancelled += ErrorOf(done) == "cancelled" ? 1 : 0; });
  }
  fetching.fetcher->Start(RequestFor(server.Url("/fast")), [&](FetchDone done) {
    CHECK(StatusOf(done) == 200);
    fetching.fetcher->CancelAll();
  });
  fetching.RunLoop();
  CHECK(cancelled == 4);
  ScriptedServer other(Answer);
  CHECK(StatusOf(fetching.Get(other.Url("/"))) == 200);
}

TEST_CASE("destroying a fetcher with transfers in every state calls nobody back") {
  const DnsServer dns({{"silent.test", {.ips = {}, .silent = true}}});
  ScriptedServer server(Hang);
  FetchSettings settings = FetchFixture::Settings();
  settings.dns_servers = {dns.address()};
  settings.max_connections = 3;
  FetchFixture fetching(settings);
  int called = 0;
  const auto count = [&](FetchDone) { ++called; };
  fetching.fetcher->Start(RequestFor("http://silent.test/"), count);
  for (int i = 0; i < 5; ++i) {
    fetching.fetcher->Start(RequestFor(server.Url("/")), count);
  }
  while (server.connections() < 2) {
    uv_run(&fetching.loop, UV_RUN_NOWAIT);
  }
  fetching.fetcher->Start(RequestFor("ftp://a.test/"), count);
  fetching.fetcher.reset();
  fetching.RunLoop();
  CHECK(called == 0);
}

TEST_CASE("a callback may destroy its fetcher, what was to be called after it is not") {
  FetchFixture fetching;
  int called = 0;
  for (int i = 0; i < 3; ++i) {
    fetching.fetcher->Start(RequestFor("http://nosuch.invalid/"), [&](FetchDone) {
      ++called;
      fetching.fetcher.reset();
    });
  }
  fetching.RunLoop();
  CHECK(called == 1);
}

TEST_CASE("a callback of a real transfer may destroy its fetcher while others run") {
  ScriptedServer server([](ScriptedConnection& connection) {
    if (connection.ReadRequest().starts_with("GET /fast")) {
      connection.Send(HttpResponse("fast"));
    }
    connection.WaitForEnd();
  });
  FetchFixture fetching;
  int called = 0;
  for (const char* path : {"/slow", "/fast", "/slow"}) {
    fetching.fetcher->Start(RequestFor(server.Url(path)), [&](FetchDone) {
      ++called;
      fetching.fetcher.reset();
    });
  }
  fetching.RunLoop();
  CHECK(called == 1);
}

TEST_CASE("a loop with an idle fetcher ends") {
  ScriptedServer server(Answer);
  FetchFixture fetching;
  fetching.Get(server.Url("/"));
  CHECK(uv_run(&fetching.loop, UV_RUN_NOWAIT) == 0);
  CHECK(uv_loop_alive(&fetching.loop) == 0);
}

TEST_CASE("settings that cannot be used are refused when the fetcher is made, without their passwords") {
  uv_loop_t loop{};
  REQUIRE(uv_loop_init(&loop) == 0);
  const auto refused = [&](FetchSettings settings) {
    const auto made = MakeCurlFetcher(&loop, std::move(settings));
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().code == ErrorCode::kInvalidArgument);
    CHECK(made.error().message.find("secret") == std::string::npos);
  };
  const auto with = [](auto change) {
    FetchSettings settings;
    change(settings);
    return settings;
  };
  refused(with([](FetchSettings& s) { s.headers = {"Authorization"}; }));
  refused(with([](FetchSettings& s) { s.headers = {"Authorization: secret\r\nHost: b"}; }));
  refused(with([](FetchSettings& s) { s.headers = {"a b: secret"}; }));
  refused(with([](FetchSettings& s) { s.headers = {": secret"}; }));
  refused(with([](FetchSettings& s) { s.proxies = {"ftp://me:secret@proxy.test"}; }));
  refused(with([](FetchSettings& s) { s.proxies = {"http://me:secret@"}; }));
  refused(with([](FetchSettings& s) { s.ca_file = "/nonexistent/ca.pem"; }));
  refused(with([](FetchSettings& s) { s.user_agent = "a\nb"; }));
  refused(with([](FetchSettings& s) { s.resolve = {"a.test:80"}; }));
  uv_run(&loop, UV_RUN_DEFAULT);
  CHECK(uv_loop_close(&loop) == 0);
}
}  // TEST_SUITE("fetch/lifetime")

}  // namespace spinneret
