// `-w auto`: workers and connections that follow the rate of the crawl.
#include <chrono>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "simweb/page_server.h"
#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

TEST_SUITE("integration/auto workers") {
TEST_CASE("-w auto: decides while the crawl runs, says so in samples, and the end is that of any other crawl") {
  simweb::PageServerOptions web;
  web.site.pages = 1'500;
  web.site.hosts = 3;
  web.site.links = 10;
  web.site.page_size = 2048;
  const Result<std::unique_ptr<simweb::PageServer>> server = simweb::PageServer::Start(web);
  REQUIRE(server.has_value());
  const Words arguments = {(*server)->site().UrlOf(0), "--scope", "any"};
  Crawl whole;
  whole.Run(arguments);
  REQUIRE_MESSAGE(whole.exit_code() == 0, whole.result().err);

  // Three hosts that rest after each page give it half a minute; once it has decided twice the rest may go fast.
  Crawl crawl(Crawl::Polite());
  Process process = crawl.Start({arguments[0], "--scope", "any", "-w", "auto", "--host-delay", "50ms"});
  REQUIRE(process.WaitUntil([&] { return Spinneret({"ctl", crawl.database(), "status"}).exit_code == 0; }));
  CHECK(
      process.WaitUntil([&] { return crawl.Number("SELECT count(*) FROM samples WHERE decision IS NOT NULL") >= 2; }));
  CHECK(Spinneret({"ctl", crawl.database(), "delay", "0"}).exit_code == 0);
  const ProcessResult done = process.Wait();
  CHECK_MESSAGE(done.exit_code == 0, done.err);

  // What was decided in one second holds in the next.
  CHECK(crawl.Value("SELECT decision FROM samples WHERE decision IS NOT NULL ORDER BY id LIMIT 1").find("trial") !=
        std::string::npos);
  CHECK(crawl.Number(
            "WITH s AS (SELECT decision, workers AS w0, connections AS c0, lead(workers) OVER (ORDER BY id) AS w1,"
            " lead(connections) OVER (ORDER BY id) AS c1 FROM samples)"
            " SELECT count(*) FROM s WHERE w1 IS NOT NULL AND ("
            "  (w0 <> w1 AND instr(coalesce(decision, ''), 'workers ' || w0 || ' to ' || w1 || iif(c0 = c1, ':', ',')) "
            "= 0) OR"
            "  (c0 <> c1 AND instr(coalesce(decision, ''), 'connections ' || c0 || ' to ' || c1 || ':') = 0) OR"
            "  (w0 = w1 AND c0 = c1 AND decision IS NOT NULL))") == 0);
  CHECK(crawl.Number("SELECT count(*) FROM samples WHERE connections > 512 OR workers < 1") == 0);
  CHECK_EQ(Difference(whole.End(), crawl.End()), "");
  crawl.CheckFinished();
}

TEST_CASE("-w auto: is the crawl's own, and a resume may have it otherwise") {
  const auto server = StartRough();
  server->AddPage("/", LinkPage({"/a", "/b"}));
  server->AddPage("/a", "a");
  server->AddPage("/b", "b");
  Crawl crawl;
  crawl.Run({server->Url("/"), "-w", "auto", "--limit", "1"});
  CHECK_MESSAGE(crawl.exit_code() == 16, crawl.result().err);
  const auto setting = [&](const std::string& name) {
    return crawl.Value("SELECT json_extract(settings, '$." + name + "') FROM runs ORDER BY id DESC LIMIT 1");
  };
  CHECK(setting("auto_workers") == "1");
  CHECK(std::stoi(setting("connections")) > 64);  // 512, where so many files may be open
  crawl.Resume({"--limit", "2", "-w", "2"});
  CHECK(crawl.exit_code() == 16);
  CHECK(setting("auto_workers") == "0");
  CHECK(setting("workers") == "2");
  crawl.Resume({"-w", "auto", "--connections", "7", "--limit", "9"});
  CHECK(crawl.exit_code() == 0);
  CHECK(setting("auto_workers") == "1");
  CHECK(setting("connections") == "7");
  crawl.CheckFinished();
  for (const char* const wrong : {"0", "257", "Auto", "auto2", ""}) {
    CHECK(Spinneret({"crawl", server->Url("/"), "-w", wrong, "-o", crawl.folder() / "no.db"}).exit_code == 2);
  }
}
}  // TEST_SUITE("integration/auto workers")

}  // namespace
}  // namespace spinneret::testing
