#include <string>

#include <doctest/doctest.h>

#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

TEST_SUITE("integration/mime") {
TEST_CASE("crawl: a page is what browsers take it for, whatever its Content-Type says or leaves out") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/none", "/any", "/plain", "/binary", "/image", "/nosniff"}));
  server->AddPage("/none", "<html><a href=/from-none>x</a>", "");
  server->AddPage("/any", "<html><a href=/from-any>x</a>", "*/*");
  server->AddPage("/plain", "<html><a href=/from-plain>x</a>", "text/plain");
  server->AddPage("/binary", "PK\x03\x04", "text/plain");
  server->AddPage("/image", "GIF89a", "image/png");
  server->AddPage("/nosniff", "<html><a href=/from-nosniff>x</a>", "", {{"X-Content-Type-Options", "nosniff"}});
  Crawl crawl;
  crawl.Run({server->Url("/")});
  REQUIRE(crawl.exit_code() == 0);
  const auto mime = [&](const std::string& path) { return crawl.Pages("url LIKE '%" + path + "'", "mime"); };
  CHECK(mime("/none") == Words{"text/html"});
  CHECK(mime("/any") == Words{"text/html"});
  CHECK(mime("/plain") == Words{"text/plain"});
  CHECK(mime("/binary") == Words{"application/octet-stream"});
  CHECK(mime("/image") == Words{"image/gif"});
  CHECK(mime("/nosniff") == Words{"text/plain"});
  CHECK(crawl.Pages("url LIKE '%/from-%'").size() == 2);
}
}  // TEST_SUITE("integration/mime")

}  // namespace
}  // namespace spinneret::testing
