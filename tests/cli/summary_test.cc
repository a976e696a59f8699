#include "cli/summary.h"

#include <string>

#include <doctest/doctest.h>

#include "cli/exit_status.h"
#include "cli/terminal.h"

namespace spinneret::cli {
namespace {

CrawlSummary SampleSummary() {
  CrawlSummary summary;
  summary.status.elapsed = std::chrono::milliseconds{10'000};
  summary.status.pages = 1500;
  summary.status.run_pages = 1000;
  summary.status.redirects = 1;
  summary.status.hosts = 3;
  summary.status.queued = 42;
  summary.status.bytes_wire = 5U << 20U;
  summary.cpu_seconds = 1.5;
  summary.statuses = {{200, 1400}, {404, 100}};
  summary.errors = {{"dns", 2}, {"timeout", 7}};
  summary.skipped = {{"robots", 10}, {"scope", 12'000}, {"trap", 0}};
  summary.widened_hosts = {"www.shop.example"};
  summary.bad_seed_lines = 1;
  return summary;
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_SUITE("cli/summary") {
TEST_CASE("summary: what happened in numbers, most frequent first, within 80 columns") {
  CrawlSummary summary = SampleSummary();
  for (int i = 0; i < 40; ++i) {
    summary.errors["some_long_error_name_" + std::to_string(i)] = 1;
    summary.widened_hosts.push_back("host-" + std::to_string(i) + ".shop.example");
  }
  const std::string text = RenderSummary(summary, "crawl.db");
  CHECK(Has(text, "1,500 (1,000 in this run), 100.0/s over 10s, 1 redirect\n"));
  CHECK(Has(text, "5 MiB received, 1.50 ms CPU per page"));
  CHECK(Has(text, "200 1,400, 404 100\n"));
  CHECK(Has(text, "timeout 7, dns 2,"));
  CHECK(Has(text, "scope 12,000, robots 10\n"));
  CHECK_FALSE(Has(text, "trap"));
  CHECK(Has(text, "and 33 more"));
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    CHECK(DisplayWidth(text.substr(at, end - at)) <= 80);
    at = end + 1;
  }
}

TEST_CASE("summary: a refresh says what it found, and that nothing was due") {
  CrawlSummary summary = SampleSummary();
  CHECK_FALSE(Has(RenderSummary(summary, "crawl.db"), "refresh"));
  summary.refresh.emplace();
  CHECK(Has(RenderSummary(summary, "crawl.db"), "  refresh     nothing was due\n"));
  summary.refresh = {.unchanged = 1180, .not_modified = 1112, .changed = 31, .added = 4, .gone = 2};
  CHECK(Has(RenderSummary(summary, "crawl.db"),
            "  refresh     1,180 unchanged (1,112 by 304), 31 changed, 4 new, 2 gone\n"));
  summary.refresh = {.unchanged = 1, .failed = 2, .unasked = 3};
  CHECK(Has(RenderSummary(summary, "crawl.db"),
            "  refresh     1 unchanged, 2 failed and kept, 3 forbidden now and kept\n"));
}

TEST_CASE("summary: says what to do next, for each end") {
  CrawlSummary summary = SampleSummary();
  CHECK(Has(RenderSummary(summary, "crawl.db"), "spinneret query crawl.db --list"));
  CHECK_FALSE(Has(RenderSummary(summary, "crawl.db"), "spinneret resume"));
  summary.reason = EndReason::kLimit;
  CHECK(Has(RenderSummary(summary, "crawl.db"), "spinneret resume crawl.db --limit N"));
  summary.reason = EndReason::kStopped;
  CHECK(Has(RenderSummary(summary, "my crawl's.db"), "spinneret resume 'my crawl'\\''s.db'\n"));
  summary.reason = EndReason::kNoSeed;
  const SeedTrouble gone = {
      .url = "http://a.example/", .what = "dns: \x1b[2Jno such name", .todo = "check the name", .may_pass = true};
  const std::string text = RenderSummary(summary, "crawl.db", {}, {gone});
  CHECK(Has(text, "  http://a.example/\n    dns: "));
  CHECK(Has(text, "\n    check the name\n"));
  CHECK(Has(text, "spinneret resume crawl.db --retry-failed"));
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK_FALSE(Has(RenderSummary(summary, "crawl.db"), "spinneret resume"));
}

TEST_CASE("summary: text from the web cannot move the cursor") {
  CrawlSummary summary = SampleSummary();
  summary.widened_hosts = {"a\x1b[2J.example"};
  summary.detail = "server said \x1b]0;hi\x07";
  const std::string text = RenderSummary(summary, "a\x1b.db");
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\x07') == std::string::npos);
}

TEST_CASE("exit status: one for each end, as the contract has them") {
  CHECK(ExitStatusFor(EndReason::kDone) == 0);
  CHECK(ExitStatusFor(EndReason::kNoSeed) == 1);
  CHECK(ExitStatusFor(EndReason::kInternal) == 1);
  CHECK(ExitStatusFor(EndReason::kStorage) == 3);
  CHECK(ExitStatusFor(EndReason::kStopped) == 11);
  CHECK(ExitStatusFor(EndReason::kSize) == 14);
  CHECK(ExitStatusFor(EndReason::kTime) == 15);
  CHECK(ExitStatusFor(EndReason::kLimit) == 16);
}
}  // TEST_SUITE("cli/summary")

}  // namespace
}  // namespace spinneret::cli
