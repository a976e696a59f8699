// A whole crawl through proxies: one that fails is named and rests, and nothing is lost; HTTPS goes through a tunnel.
#include <string>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"
#include "tests/integration/nginx_server.h"
#include "tests/support/scripted_server.h"

namespace spinneret::testing {
namespace {

// A forward proxy for one server, whatever host is asked for: relays what comes.
ScriptedServer::Script ForwardTo(std::uint16_t port) {
  return [port](ScriptedConnection& connection) { connection.RelayTo(port); };
}

// Answers CONNECT and relays to `port`.
ScriptedServer::Script TunnelTo(std::uint16_t port) {
  return [port](ScriptedConnection& connection) {
    if (connection.ReadRequest().starts_with("CONNECT ") &&
        connection.Send("HTTP/1.1 200 Connection established\r\nContent-Type: x/proxy\r\nSet-Cookie: p=1\r\n\r\n")) {
      connection.RelayTo(port);
    }
  };
}

std::string Url(const ScriptedServer& server, const std::string& credentials = {}) {
  return "http://" + credentials + "127.0.0.1:" + std::to_string(server.port());
}

TEST_SUITE("integration/proxy") {
TEST_CASE("proxy: one of two fails, is named without its password, and every page is fetched through the other") {
  const auto server = StartRough();
  ScriptedServer good(ForwardTo(server->port()));
  const std::string closed = std::to_string(ClosedLoopbackPort());
  Words seeds;
  for (int i = 0; i < 12; ++i) {
    seeds.push_back("http://site" + std::to_string(i) + ".example/ok");
  }
  Crawl crawl({"--host-delay", "0", "--progress", "none"});  // a proxy's own address may be private
  Words words = seeds;
  words.insert(words.end(), {"--proxy", Url(good), "--proxy", "http://me:hush@127.0.0.1:" + closed, "-w", "2"});
  crawl.Run(words);
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Number("SELECT count(*) FROM v_pages WHERE status = 200") == 12);
  const std::string event = "SELECT count(*) FROM events WHERE kind = 'proxy_rests' AND detail LIKE ";
  CHECK(crawl.Number(event + "'the proxy http://127.0.0.1:" + closed + " rests for 5 s%'") >= 1);
  CHECK(crawl.Number(event + "'%hush%'") == 0);
  CHECK(crawl.result().err.find("http://127.0.0.1:" + closed + " rests") != std::string::npos);
  CHECK(crawl.result().err.find("hush") == std::string::npos);
  CHECK(crawl.Number("SELECT count(*) FROM runs WHERE settings LIKE '%hush%'") == 0);
}

TEST_CASE("proxy: where none works the pages fail as connect, after the retries of the table") {
  Crawl crawl({"--host-delay", "0", "--progress", "none"});
  crawl.Run({"http://far.example/", "--robots", "ignore", "--retries", "1", "--proxy",
             "http://127.0.0.1:" + std::to_string(ClosedLoopbackPort())});
  CHECK(crawl.exit_code() == 1);
  CHECK(crawl.Value("SELECT error FROM v_pages") == "connect");
  CHECK(crawl.Number("SELECT count(*) FROM v_fetches WHERE error = 'connect'") == 2);
}

TEST_CASE("proxy: HTTPS goes through a tunnel, and the proxy's own answer is not taken for the host's") {
  if (!NginxServer::Installed()) {
    MESSAGE("skipped: nginx is not installed");
    return;
  }
  const TestCa ca;
  const NginxServer server(ca, "location / { add_header ETag '\"mine\"'; return 200 '<title>inside</title>'; }\n");
  ScriptedServer tunnel(TunnelTo(server.port()));
  Crawl crawl({"--host-delay", "0", "--progress", "none"});
  crawl.Run({server.Url("/"), "--ca-file", ca.file(), "--proxy", Url(tunnel), "--store-body", "zstd"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.Value("SELECT title FROM v_pages WHERE mime = 'text/html' AND status = 200") == "inside");
  CHECK(crawl.Value("SELECT etag FROM fetches") == "\"mine\"");
  CHECK(crawl.Number("SELECT count(*) FROM fetches WHERE CAST(headers AS TEXT) LIKE '%x/proxy%'") == 0);
}
}  // TEST_SUITE("integration/proxy")

}  // namespace
}  // namespace spinneret::testing
