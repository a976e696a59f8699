#include "crawler/fetch/resolver.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <uv.h>

#include "crawler/fetch/curl_fetcher.h"
#include "tests/support/dns_server.h"

namespace spinneret {
namespace {

using Ips = std::vector<std::string>;

// A loop with a resolver on it that asks `server`.
struct Resolving {
  explicit Resolving(const DnsServer* server = nullptr, ResolverSettings settings = {}) {
    REQUIRE(InitFetching().has_value());
    REQUIRE(uv_loop_init(&loop) == 0);
    settings.servers = {server == nullptr ? "127.0.0.1:9" : server->address()};
    settings.timeout = std::chrono::milliseconds(50);
    Result<std::unique_ptr<Resolver>> made = Resolver::Make(&loop, settings);
    REQUIRE(made.has_value());
    resolver = *std::move(made);
  }
  ~Resolving() {
    resolver.reset();
    Run();
    CHECK(uv_loop_close(&loop) == 0);
  }
  Resolving(const Resolving&) = delete;
  Resolving& operator=(const Resolving&) = delete;

  void Run() { uv_run(&loop, UV_RUN_DEFAULT); }
  Result<Addresses> Ask(const std::string& host, std::uint16_t port = 80) {
    std::optional<Result<Addresses>> got;
    resolver->Resolve(host, port, [&](const Result<Addresses>& answer) { got = answer; });
    CHECK_FALSE(got.has_value());  // never from within Resolve()
    Run();
    REQUIRE(got.has_value());
    return *std::move(got);
  }
  Ips IpsOf(const std::string& host, std::uint16_t port = 80) {
    const Result<Addresses> answer = Ask(host, port);
    return answer ? answer->ips : Ips{"error: " + answer.error().message};
  }

  uv_loop_t loop{};
  std::unique_ptr<Resolver> resolver;
};

}  // namespace

TEST_SUITE("fetch/resolver") {
TEST_CASE("a name is asked once for both families, then answered from the cache") {
  const DnsServer server({{"a.test", {.ips = {"192.0.2.1", "2001:db8::1"}}}});
  Resolving resolving(&server);
  Ips ips = resolving.IpsOf("a.test");
  std::sort(ips.begin(), ips.end());
  CHECK(ips == Ips{"192.0.2.1", "2001:db8::1"});
  CHECK(resolving.resolver->Find("a.test", 80).has_value());
  CHECK(resolving.resolver->Find("A.Test", 443).has_value());
  CHECK(resolving.IpsOf("a.test").size() == 2);
  CHECK(server.asked("a.test") == 1);
}

TEST_CASE("look-ups of one name that are under way share one question") {
  const DnsServer server({{"a.test", {.ips = {"192.0.2.1"}}}});
  Resolving resolving(&server);
  int answers = 0;
  for (int i = 0; i < 10; ++i) {
    resolving.resolver->Resolve("a.test", 80, [&](const Result<Addresses>& answer) { answers += answer ? 1 : 0; });
  }
  resolving.Run();
  CHECK(answers == 10);
  CHECK(server.asked("a.test") == 1);
}

TEST_CASE("a name that does not exist is an error in c-ares' words, and is remembered") {
  const DnsServer server({});
  Resolving resolving(&server);
  const Result<Addresses> answer = resolving.Ask("missing.test");
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == ErrorCode::kDns);
  CHECK(answer.error().message.find("missing.test: Domain name not found") != std::string::npos);
  const std::optional<Result<Addresses>> again = resolving.resolver->Find("missing.test", 80);
  REQUIRE(again.has_value());
  CHECK_FALSE(again->has_value());
  CHECK(server.asked("missing.test") == 1);
}

TEST_CASE("a name without addresses, a server that fails and a server that is silent are errors") {
  const DnsServer server(
      {{"none.test", {}}, {"broken.test", {.ips = {}, .rcode = 2}}, {"silent.test", {.ips = {}, .silent = true}}});
  Resolving resolving(&server);
  for (const char* name : {"none.test", "broken.test", "silent.test"}) {
    CAPTURE(name);
    const Result<Addresses> answer = resolving.Ask(name);
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().code == ErrorCode::kDns);
  }
  CHECK(server.asked("silent.test") == 2);  // tries
}

TEST_CASE("a machine without a DNS server gets an error, not a hang") {
  Resolving resolving;
  const Result<Addresses> answer = resolving.Ask("a.test");
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == ErrorCode::kDns);
}

TEST_CASE("literals, localhost and names that are never in DNS are answered without a question") {
  const DnsServer server({});
  Resolving resolving(&server);
  CHECK(resolving.IpsOf("192.0.2.7") == Ips{"192.0.2.7"});
  CHECK(resolving.IpsOf("[2001:db8::7]") == Ips{"2001:db8::7"});
  for (const char* name : {"localhost", "LOCALHOST", "localhost.", "a.localhost"}) {
    CAPTURE(name);
    CHECK(resolving.IpsOf(name) == Ips{"127.0.0.1", "::1"});
  }
  for (const char* name : {"nosuch.invalid", "invalid", "a.onion.", ""}) {
    CAPTURE(name);
    CHECK_FALSE(resolving.Ask(name).has_value());
  }
  CHECK(server.asked_in_all() == 0);
  CHECK(resolving.IpsOf("notlocalhost").front().starts_with("error: "));
  CHECK(server.asked("notlocalhost") == 1);
}

TEST_CASE("names that DNS cannot carry are errors") {
  Resolving resolving;
  for (const std::string& name :
       {std::string(300, 'a'), std::string(70, 'a') + ".test", std::string("a..test"), std::string("a\0b", 3)}) {
    CAPTURE(name);
    const Result<Addresses> answer = resolving.Ask(name);
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().code == ErrorCode::kDns);
  }
}

TEST_CASE("an override answers for its host and port alone and is marked as pinned") {
  const DnsServer server({{"a.test", {.ips = {"192.0.2.1"}}}});
  ResolverSettings settings;
  settings.overrides = {"A.test:80:127.0.0.1", "b.test:443:[::1],127.0.0.2", "[::2]:80:127.0.0.3", "*:8080:127.0.0.4"};
  Resolving resolving(&server, settings);
  const Result<Addresses> pinned = resolving.Ask("a.test");
  REQUIRE(pinned.has_value());
  CHECK(pinned->ips == Ips{"127.0.0.1"});
  CHECK(pinned->pinned);
  const Result<Addresses> other_port = resolving.Ask("a.test", 81);
  REQUIRE(other_port.has_value());
  CHECK(other_port->ips == Ips{"192.0.2.1"});
  CHECK_FALSE(other_port->pinned);
  CHECK(resolving.IpsOf("b.test", 443) == Ips{"::1", "127.0.0.2"});
  CHECK(resolving.IpsOf("[::2]") == Ips{"127.0.0.3"});
  CHECK(resolving.IpsOf("any.test", 8080) == Ips{"127.0.0.4"});
}

TEST_CASE("an override or a server that cannot be read is refused when the resolver is made") {
  uv_loop_t loop{};
  REQUIRE(uv_loop_init(&loop) == 0);
  for (const char* text : {"", "a.test", "a.test:80", "a.test:80:", "a.test:80:b.test", "a.test:x:127.0.0.1",
                           "a.test:65536:127.0.0.1", ":80:127.0.0.1", "[::1:80:127.0.0.1", "a.test:80:127.0.0.1,"}) {
    CAPTURE(text);
    ResolverSettings settings;
    settings.overrides = {text};
    const auto made = Resolver::Make(&loop, settings);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().code == ErrorCode::kInvalidArgument);
  }
  ResolverSettings settings;
  settings.servers = {"not an address"};
  CHECK_FALSE(Resolver::Make(&loop, settings).has_value());
  uv_run(&loop, UV_RUN_DEFAULT);
  CHECK(uv_loop_close(&loop) == 0);
}

TEST_CASE("an address that worked comes first from then on") {
  const DnsServer server({{"a.test", {.ips = {"192.0.2.1", "192.0.2.2", "192.0.2.3"}}}});
  Resolving resolving(&server);
  const Ips ips = resolving.IpsOf("a.test");
  REQUIRE(ips.size() == 3);
  resolving.resolver->Prefer("a.test", ips[2]);
  CHECK(resolving.IpsOf("a.test") == Ips{ips[2], ips[0], ips[1]});
  resolving.resolver->Prefer("a.test", "192.0.2.99");
  CHECK(resolving.IpsOf("a.test").size() == 3);
  resolving.resolver->Prefer("unknown.test", "192.0.2.1");
}

TEST_CASE("a name with very many addresses keeps sixteen") {
  DnsAnswer many;
  for (int i = 1; i <= 30; ++i) {
    many.ips.push_back("192.0.2." + std::to_string(i));
  }
  const DnsServer server({{"many.test", many}});
  Resolving resolving(&server);
  CHECK(resolving.IpsOf("many.test").size() == 16);
}

TEST_CASE("the cache is bounded: the name least recently used is asked again") {
  const DnsServer server(
      {{"a.test", {.ips = {"192.0.2.1"}}}, {"b.test", {.ips = {"192.0.2.2"}}}, {"c.test", {.ips = {"192.0.2.3"}}}});
  ResolverSettings settings;
  settings.max_entries = 2;
  Resolving resolving(&server, settings);
  resolving.IpsOf("a.test");
  resolving.IpsOf("b.test");
  resolving.IpsOf("a.test");
  resolving.IpsOf("c.test");
  CHECK(resolving.resolver->Find("a.test", 80).has_value());
  CHECK_FALSE(resolving.resolver->Find("b.test", 80).has_value());
  CHECK(resolving.IpsOf("b.test") == Ips{"192.0.2.2"});
  CHECK(server.asked("b.test") == 2);
}

TEST_CASE("a resolver may be destroyed with questions open, and from within a callback") {
  const DnsServer server({{"a.test", {.ips = {"192.0.2.1"}}}, {"silent.test", {.ips = {}, .silent = true}}});
  Resolving resolving(&server);
  int answers = 0;
  resolving.resolver->Resolve("silent.test", 80, [&](const Result<Addresses>&) { ++answers; });
  for (int i = 0; i < 2; ++i) {
    resolving.resolver->Resolve("a.test", 80, [&](const Result<Addresses>&) {
      ++answers;
      resolving.resolver.reset();
    });
  }
  resolving.Run();
  CHECK(answers == 1);
}
}  // TEST_SUITE("fetch/resolver")

}  // namespace spinneret
