// A crawl with all its parts under valgrind, which sees what the sanitizers do not: inside the libraries, too.
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "simweb/page_server.h"
#include "simweb/record_sites.h"
#include "tests/integration/crawl_runner.h"

namespace spinneret::testing {
namespace {

TEST_SUITE("integration/memory") {
TEST_CASE("valgrind: a crawl reads nothing that was not written, and loses no memory" * doctest::skip(kSanitized)) {
  simweb::PageServerOptions options;
  options.site.pages = IsLong() ? 300 : 30;
  options.records = IsLong() ? 60 : 6;
  Result<std::unique_ptr<simweb::PageServer>> server = simweb::PageServer::Start(options);
  REQUIRE(server.has_value());
  const Crawl crawl;
  const std::string url = (*server)->site().UrlOf(0);
  const std::string records = "http://" + (*server)->site().HostName(0) + std::string(simweb::kRecordRoot);
  const ProcessResult run = testing::Run({"valgrind",
                                          "--quiet",
                                          "--suppressions=" SPINNERET_VALGRIND_SUPPRESSIONS,
                                          "--leak-check=full",
                                          "--errors-for-leak-kinds=definite",
                                          "--error-exitcode=99",
                                          SPINNERET_PROGRAM,
                                          "crawl",
                                          url,
                                          records,
                                          "--allow-private",
                                          "--host-delay",
                                          "0",
                                          "-w",
                                          "2",
                                          "--recipe",
                                          SPINNERET_RECIPES "/shop.toml",
                                          "--extract",
                                          "meta,og,jsonld,text",
                                          "--index",
                                          "text",
                                          "--store-body",
                                          "zstd",
                                          "--progress",
                                          "none",
                                          "-o",
                                          crawl.database()});
  CHECK_MESSAGE(run.exit_code == 0, run.err);
  crawl.CheckFinished();
  CHECK(crawl.Number("SELECT count(*) FROM v_records") == static_cast<long long>(options.records));
}
}  // TEST_SUITE("integration/memory")

}  // namespace
}  // namespace spinneret::testing
