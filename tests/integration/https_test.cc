// HTTPS and HTTP/2 as a real server speaks them: certificates on both sides, many requests on one connection.
#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"
#include "tests/integration/nginx_server.h"

namespace spinneret::testing {
namespace {

constexpr int kPages = 40;

bool Skipped() {
  if (NginxServer::Installed()) {
    return false;
  }
  MESSAGE("skipped: nginx is not installed");
  return true;
}

// A start page that links to /p/1 … /p/40, each a page of its own.
std::string Pages() {
  std::string links;
  for (int i = 1; i <= kPages; ++i) {
    links += "<a href=/p/" + std::to_string(i) + ">x</a>";
  }
  return "location = /robots.txt { return 404; }\n"
         "location = / { return 200 '" +
         links +
         "'; }\n"
         "location /p/ { add_header Last-Modified 'Mon, 02 Mar 2026 10:00:00 GMT'; add_header ETag '\"v1\"';\n"
         "  return 200 '<title>$uri</title>'; }\n";
}

std::set<std::string> Connections(const NginxServer& server) {
  std::set<std::string> connections;
  for (const std::string& line : server.Log()) {
    connections.insert(line.substr(0, line.find(' ')));
  }
  return connections;
}

TEST_SUITE("integration/https") {
TEST_CASE("https: a site is crawled over HTTP/2, with its certificate verified and every phase timed") {
  if (Skipped()) {
    return;
  }
  const TestCa ca;
  const NginxServer server(ca, Pages());
  Crawl crawl;
  crawl.Run({server.Url("/"), "--ca-file", ca.file(), "--resolve", server.Resolve(), "-w", "1"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.PageCount() == kPages + 1);
  CHECK(crawl.Number("SELECT count(*) FROM v_fetches WHERE http_version = '2' AND status = 200") == kPages + 1);
  // However many are asked at once.
  CHECK(Connections(server).size() == 1);
  // robots.txt came first, and made the connection that all use.
  CHECK(crawl.Number("SELECT count(*) FROM v_fetches WHERE tls_ms IS NULL AND connect_ms IS NULL") == kPages + 1);
  Crawl first;
  first.Run({server.Url("/p/1"), "--ca-file", ca.file(), "--resolve", server.Resolve(), "--robots", "ignore"});
  CHECK(first.Number("SELECT count(*) FROM v_fetches WHERE dns_ms >= 0 AND connect_ms > 0 AND tls_ms > 0") == 1);
  CHECK(crawl.Number("SELECT count(*) FROM v_fetches WHERE ttfb_ms > 0 AND total_ms >= ttfb_ms") == kPages + 1);
  CHECK(crawl.Number("SELECT count(*) FROM fetches WHERE etag = '\"v1\"' AND last_modified LIKE 'Mon, 02 Mar 2026%'") ==
        kPages);
  const std::vector<std::string> log = server.Log();
  CHECK(std::all_of(log.begin(), log.end(), [](const std::string& line) { return line.find(" HTTP/2.0 ") > 0; }));
  crawl.CheckWhole();
}

TEST_CASE("https: a certificate that nobody vouches for is a tls error, unless it is not to be verified") {
  if (Skipped()) {
    return;
  }
  const TestCa ca;
  const TestCa stranger;
  const NginxServer server(ca, Pages());
  const Words common = {server.Url("/p/1"), "--resolve", server.Resolve(), "--robots", "ignore"};
  Crawl system;
  system.Run(common);
  CHECK(system.exit_code() == 1);
  CHECK(system.Value("SELECT error FROM v_pages") == "tls");
  CHECK(system.Value("SELECT status IS NULL AND tls_ms IS NULL AND total_ms > 0 FROM v_fetches") == "1");

  Words other = common;
  other.insert(other.end(), {"--ca-file", stranger.file()});
  Crawl wrong;
  wrong.Run(other);
  CHECK(wrong.exit_code() == 1);
  CHECK(wrong.Value("SELECT error FROM v_pages") == "tls");
  CHECK(wrong.Number("SELECT count(*) FROM v_fetches") == 1);  // the next try would end the same way

  Words insecure = common;
  insecure.emplace_back("--insecure");
  Crawl trusting;
  trusting.Run(insecure);
  CHECK_MESSAGE(trusting.exit_code() == 0, trusting.result().err);
  CHECK(trusting.Value("SELECT title FROM v_pages") == "/p/1");
  CHECK(server.Log().size() == 1);
}

TEST_CASE("https: a site that asks for a client certificate is crawled with one, robots.txt included") {
  if (Skipped()) {
    return;
  }
  const TestCa ca;
  const NginxServer server(ca,
                           "location = /robots.txt { return 200 'User-agent: *\\nDisallow: /no'; }\n"
                           "location / { return 200 '<a href=/no>x</a><title>inside</title>'; }\n",
                           "ssl_client_certificate " + ca.file() + ";\nssl_verify_client on;\n");
  const Words common = {server.Url("/"), "--ca-file", ca.file(), "--resolve", server.Resolve()};
  Crawl without;
  without.Run(common);
  CHECK(without.Value("SELECT status FROM v_pages WHERE url LIKE '%/'") == "400");

  const std::string certificate = ca.Issue("crawler");
  Words with = common;
  with.insert(with.end(), {"--cert", certificate, "--key", ca.KeyOf("crawler")});
  Crawl inside;
  inside.Run(with);
  CHECK_MESSAGE(inside.exit_code() == 0, inside.result().err);
  CHECK(inside.Value("SELECT title FROM v_pages WHERE status = 200") == "inside");
  CHECK(inside.Value("SELECT reason FROM v_skipped") == "robots");
  CHECK(server.Log().back().ends_with(" CN=crawler"));

  // One file with a key that has a password; resume asks for the password again, and not for the rest.
  const std::string locked = ca.Issue("locked", "open sesame");
  WriteFile(locked, ReadFile(locked) + ReadFile(ca.KeyOf("locked")));
  Words limited = common;
  limited.insert(limited.end(), {"--cert", locked + ":open sesame"});
  Crawl one_file;
  one_file.Run(limited);
  CHECK_MESSAGE(one_file.exit_code() == 0, one_file.result().err);
  CHECK(one_file.Value("SELECT count(*) FROM runs WHERE settings LIKE '%sesame%'") == "0");
  one_file.Resume();
  CHECK(one_file.exit_code() == 2);
  CHECK(one_file.result().err.find("--cert") != std::string::npos);

  const auto refused = [&](const Words& flags) {
    Words words = common;
    words.insert(words.end(), flags.begin(), flags.end());
    Crawl crawl;
    crawl.Run(words);
    CHECK(crawl.exit_code() == 2);
    CHECK(crawl.result().err.find("hush") == std::string::npos);
    return crawl.result().err;
  };
  CHECK(refused({"--cert", certificate}).find("no private key") != std::string::npos);
  CHECK(refused({"--cert", certificate, "--key", ca.KeyOf("shop.test")}).find("does not belong") != std::string::npos);
  CHECK(refused({"--cert", locked + ":hush"}).find("this password") != std::string::npos);
  CHECK(refused({"--cert", "/nowhere.pem:hush"}).find("/nowhere.pem") != std::string::npos);
  CHECK(refused({"--cert", ca.KeyOf("crawler")}).find("no certificate") != std::string::npos);
  CHECK(refused({"--key", ca.KeyOf("crawler")}).find("--cert") != std::string::npos);
}

TEST_CASE("https: a client certificate is shown to the seeds' hosts alone") {
  if (Skipped()) {
    return;
  }
  const TestCa ca;
  const std::string optional = "ssl_client_certificate " + ca.file() + ";\nssl_verify_client optional;\n";
  const NginxServer other(ca, "location / { return 200 'other'; }\n", optional);
  const NginxServer server(ca, "location / { return 200 '<a href=" + other.Url("/page") + ">x</a>'; }\n", optional);
  Crawl crawl;
  crawl.Run({server.Url("/"), "--scope", "any", "--ca-file", ca.file(), "--resolve", server.Resolve(), "--resolve",
             other.Resolve(), "--cert", ca.Issue("crawler"), "--key", ca.KeyOf("crawler"), "-w", "1"});
  CHECK_MESSAGE(crawl.exit_code() == 0, crawl.result().err);
  CHECK(crawl.PageCount() == 2);
  for (const std::string& line : server.Log()) {
    CHECK(line.ends_with(" CN=crawler"));
  }
  for (const std::string& line : other.Log()) {
    CHECK(line.ends_with(" -"));
  }
  CHECK(other.Log().size() == 2);
}
}  // TEST_SUITE("integration/https")

}  // namespace
}  // namespace spinneret::testing
