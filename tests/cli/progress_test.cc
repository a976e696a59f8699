#include "cli/progress.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "cli/progress_view.h"
#include "cli/terminal.h"

namespace spinneret::cli {
namespace {

using std::chrono::milliseconds;

CrawlStatus BusyStatus() {
  CrawlStatus status;
  status.elapsed = milliseconds{83'000};
  status.pages = 12'345;
  status.pages_per_second = 148.7;
  status.queued = 67'890;
  status.failed = 2;
  status.http_errors = 3;
  status.hosts = 21;
  status.active_hosts = 7;
  status.retries = 1;
  status.bytes_wire = 1536;
  status.main_utilization = 0.31;
  status.worker_utilization = {0.0, 0.5, 1.0};
  return status;
}

// What was written to a temporary stream.
class Recording {
 public:
  Recording() : stream_(std::tmpfile()) { REQUIRE(stream_ != nullptr); }
  ~Recording() { std::fclose(stream_); }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  std::FILE* stream() { return stream_; }
  std::string text() {
    std::string out;
    std::rewind(stream_);
    for (int c = std::fgetc(stream_); c != EOF; c = std::fgetc(stream_)) {
      out += static_cast<char>(c);
    }
    return out;
  }

 private:
  std::FILE* stream_;
};

TEST_SUITE("cli/progress") {
TEST_CASE("RenderProgressLine: with room, everything stands there") {
  CHECK(
      RenderProgressLine(BusyStatus(), 200) ==
      "12,345 pages  148/s  67,890 queued  5 errors  7/21 hosts  1 retry  1.5 KiB  1m 23s  about 7m 37s left  workers "
      "\u2581\u2585\u2588 50%  main 31%");
  CHECK(RenderProgressLine(BusyStatus(), 200, Glyphs::kAscii).find("workers _+@ 50%") != std::string::npos);
}

TEST_CASE("RenderProgressLine: what is least needed goes first, and no width is passed") {
  CHECK(RenderProgressLine(BusyStatus(), 80) ==
        "12,345 pages  148/s  67,890 queued  5 errors  1m 23s  about 7m 37s left");
  CHECK(RenderProgressLine(BusyStatus(), 36) == "12,345 pages  148/s  67,890 queued");
  CHECK(RenderProgressLine(BusyStatus(), 12) == "12,345 pages");
  for (int width = 0; width < 130; ++width) {
    CAPTURE(width);
    CHECK(DisplayWidth(RenderProgressLine(BusyStatus(), width)) <= width);
  }
}

TEST_CASE("RenderProgressLine: a limit, one page, many workers and senseless numbers are shown in bounds") {
  CrawlStatus status;
  status.pages = 1;
  CHECK(RenderProgressLine(status, 80) == "1 page  0.0/s  0 queued  0/0 hosts  0 B  0ms");
  status.limit = 500;
  status.pages_per_second = std::numeric_limits<double>::quiet_NaN();
  status.worker_utilization = std::vector<double>(200, 7.5);
  status.elapsed = milliseconds{-1};
  CHECK(RenderProgressLine(status, 200) == "1/500 pages  0.0/s  0 queued  0/0 hosts  0 B  0ms  workers 100%  main 0%");
}

TEST_CASE("RenderProgressLine: what is left, by the rate or by the host that politeness makes slowest") {
  CrawlStatus status = BusyStatus();
  status.queued = 1487;
  CHECK(RenderProgressLine(status, 300).find("about 10s left") != std::string::npos);
  status.look.longest = "slow.example";
  status.look.longest_left = std::chrono::hours{5} + std::chrono::minutes{12};
  CHECK(RenderProgressLine(status, 300).find("at least 5h 12m left (slow.example)") != std::string::npos);
  // With a limit that is near, nobody waits for that host.
  status.limit = status.pages + 149;
  CHECK(RenderProgressLine(status, 300).find("about 2s left") != std::string::npos);
  status.limit = 0;
  status.look.longest_left = milliseconds{0};
  status.pages_per_second = 0;
  CHECK(RenderProgressLine(status, 300).find("left") == std::string::npos);
  const nlohmann::json json = nlohmann::json::parse(RenderProgressJson(status));
  CHECK(json["left_ms"].is_null());
  CHECK(json["left_at_least_ms"] == 0);
  CHECK(json["errors"].empty());
  status = BusyStatus();
  status.queued = 1487;
  status.elapsed = milliseconds{1000};  // too early to say
  CHECK(RenderProgressLine(status, 300).find("left") == std::string::npos);
}

TEST_CASE("RenderProgressJson: one line that is JSON, with the end in the last") {
  const nlohmann::json tick = nlohmann::json::parse(RenderProgressJson(BusyStatus()));
  CHECK(tick["pages"] == 12'345);
  CHECK(tick["elapsed_ms"] == 83'000);
  CHECK(tick["worker_utilization"].size() == 3);
  CHECK_FALSE(tick.contains("end"));
  const std::string last = RenderProgressJson(BusyStatus(), EndReason::kLimit);
  CHECK(nlohmann::json::parse(last)["end"] == "limit");
  CHECK(last.find('\n') == std::string::npos);
}

TEST_CASE("progress: records are shown once there are some") {
  CrawlStatus status = BusyStatus();
  CHECK(RenderProgressLine(status, 200).find("record") == std::string::npos);
  status.records = 7;
  CHECK(RenderProgressLine(status, 200).find("7 records") != std::string::npos);
  CHECK(nlohmann::json::parse(RenderProgressJson(status))["records"] == 7);
}

TEST_CASE("Progress: plain writes a line every ten seconds of the crawl, json one a second and one at the end") {
  Recording plain;
  Recording json;
  {
    Progress plain_progress(ProgressMode::kAuto, plain.stream());  // not a terminal
    Progress json_progress(ProgressMode::kJson, json.stream());
    CrawlStatus status = BusyStatus();
    for (int ms = 0; ms <= 25'000; ms += 200) {
      status.elapsed = milliseconds{ms};
      plain_progress.Update(status);
      json_progress.Update(status);
    }
    CrawlSummary summary;
    summary.status = status;
    plain_progress.Finish(summary);
    json_progress.Finish(summary);
  }
  const auto lines = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
  CHECK(lines(plain.text()) == 2);
  CHECK(lines(json.text()) == 27);
  CHECK(json.text().find("\"end\":\"done\"") != std::string::npos);
}

TEST_CASE("Progress: none writes nothing") {
  Recording recording;
  {
    Progress progress(ProgressMode::kNone, recording.stream());
    progress.Update(BusyStatus());
    progress.Finish({});
  }
  CHECK(recording.text().empty());
}

TEST_CASE("Progress: the live view is redrawn at most five times a second and taken away at the end") {
  Recording recording;
  {
    Progress progress(ProgressMode::kTty, recording.stream());
    CrawlStatus status;
    for (int ms = 0; ms < 1000; ms += 10) {
      status.elapsed = milliseconds{ms};
      progress.Update(status);
    }
    progress.Finish({});
  }
  const std::string text = recording.text();
  const auto draws = std::count(text.begin(), text.end(), 'q');  // of "queue" and "requests"
  CHECK(draws >= 8);
  CHECK(draws <= 12);
  // Two lines: each redrawing goes up one, and so does the end.
  CHECK(std::count(text.begin(), text.end(), '\n') * 2 == draws);
  CHECK(text.ends_with("\r\x1b[1A\x1b[J"));
}

TEST_CASE("Progress: log lines of other threads and a live line share a stream without harm") {
  Recording recording;
  SetLogLevel(LogLevel::kInfo);
  {
    Progress progress(ProgressMode::kTty, recording.stream());
    std::thread logger([] {
      for (int i = 0; i < 3; ++i) {
        Log(LogLevel::kInfo, "a worker's line");
      }
    });
    CrawlStatus status;
    for (int ms = 0; ms < 20'000; ms += 200) {
      status.elapsed = milliseconds{ms};
      progress.Update(status);
    }
    logger.join();
    progress.Finish({});
  }
  // Each line that was drawn over begins at the line's beginning, and the last thing is an erased line.
  const std::string text = recording.text();
  CHECK(text.starts_with("\r"));
  CHECK(text.ends_with("\x1b[J"));
}

TEST_CASE("RenderProgressView: each line is about one thing, and what there is not is left out") {
  CrawlStatus status = BusyStatus();
  status.transfers = 64;
  status.fastest_rate = 200;
  status.slowest_rate = 100;
  status.errors = {{"404", 41}, {"timeout", 12}, {"dns", 3}};
  status.look.busiest = {{"shop.example", 240}, {"blog.example", 24}};
  status.look.slowest = "slow.example";
  status.look.slowest_answer = milliseconds{4200};
  status.look_span = milliseconds{2000};
  CHECK(RenderProgressView(status, 100, Glyphs::kAscii) ==
        std::vector<std::string>{
            " 15% ###......................  12,345 of 80,235 pages   148/s   1m 23s",
            " left 5m 40s to 11m 19s for the queue",
            "queue 67,890 URLs on 7 of 21 hosts   64 requests under way   1.5 KiB",
            "error 41 x 404   12 x timeout   3 x dns   1 retry",
            "hosts shop.example 120/s   blog.example 12.0/s   slow.example answers in 4.2s",
            " load workers _+@ 50%   main thread 31%",
        });
  CHECK(RenderProgressView(status, 100, Glyphs::kUnicode).front().starts_with(" 15% \u2588\u2588\u2588\u258a\u2591"));
  CHECK(RenderProgressView({}, 100, Glyphs::kAscii) ==
        std::vector<std::string>{"  0% .........................  0 of 0 pages   0.0/s   0ms",
                                 "queue 0 URLs on 0 of 0 hosts   0 requests under way   0 B"});
  for (int width = 0; width < 130; ++width) {
    CAPTURE(width);
    for (const std::string& line : RenderProgressView(status, width, Glyphs::kUnicode)) {
      CHECK(DisplayWidth(line) <= width);
    }
  }
}

TEST_CASE("RenderProgressView: how long it will take is a range, never less than politeness allows") {
  const auto left = [](const CrawlStatus& status) { return RenderProgressView(status, 100, Glyphs::kAscii)[1]; };
  CrawlStatus status = BusyStatus();
  status.queued = 1000;
  status.pages_per_second = 10;
  CHECK(left(status) == " left 1m 40s for the queue");
  status.fastest_rate = 20;
  status.slowest_rate = 5;
  CHECK(left(status) == " left 50s to 3m 20s for the queue");
  status.look.longest = "slow.example";
  status.look.longest_left = milliseconds{100'000};
  CHECK(left(status) == " left 1m 40s to 3m 20s for the queue; slow.example needs 1m 40s by its delay");
  status.look.longest_left = std::chrono::hours{5} + std::chrono::minutes{12};
  CHECK(left(status) == " left slow.example needs 5h 12m by its delay");
  status.limit = status.pages + 100;  // near: nobody waits for that host
  CHECK(left(status) == " left 5s to 20s for the queue");
}

TEST_CASE("RenderProgressView: a host's name cannot move the cursor") {
  CrawlStatus status = BusyStatus();
  status.look.busiest = {{"evil\x1b[2J.example", 1}};
  status.look.slowest = "e\u202evil";
  for (const std::string& line : RenderProgressView(status, 200, Glyphs::kUnicode)) {
    CHECK(line.find('\x1b') == std::string::npos);
    CHECK(line.find("\u202e") == std::string::npos);
  }
}
}  // TEST_SUITE("cli/progress")

}  // namespace
}  // namespace spinneret::cli
