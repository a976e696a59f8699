// What a dashboard shows of a crawl at a moment, and the message that carries it to a page.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "crawler/crawl_status.h"

namespace spinneret::cli {

// How a crawl went, in at most kMost points: when there are more, two become one.
class CrawlCourse {
 public:
  static constexpr std::size_t kMost = 300;
  struct Point {
    double seconds = 0;  // at its end
    double pages_per_second = 0;
    double main = 0, workers = 0;  // utilisation, 0 to 1
    std::uint64_t pending = 0;
  };

  void Add(const CrawlStatus& status);
  const std::vector<Point>& points() const { return points_; }

 private:
  struct Sum {
    std::uint64_t count = 0;
    double main = 0, workers = 0;
  };
  void Thin();

  std::vector<Point> points_;
  std::uint64_t per_point_ = 1;  // statuses
  Sum sum_;                      // of those since the last point
  double last_seconds_ = 0;
  std::uint64_t last_pages_ = 0;
};

// The last pages that a crawl was done with. Thread: the crawl's.
class RecentPages {
 public:
  static constexpr std::size_t kMost = 100;
  static constexpr std::size_t kMostText = 300;  // bytes of a URL or title; the rest is cut
  struct Page {
    std::string url;
    bool whole = true;  // the URL is not cut
    std::string title;
    int status = 0;
    std::string error;
    double total_ms = 0;
    std::uint64_t bytes = 0;
  };

  void Add(const PageGlance& page);
  // The newest last.
  const std::deque<Page>& pages() const { return pages_; }

 private:
  std::deque<Page> pages_;
};

// A value of its own: what it was made of may change meanwhile.
struct DashboardState {
  std::string database;
  CrawlStatus status;
  std::vector<CrawlCourse::Point> course;
  std::vector<RecentPages::Page> recent, failed;  // the newest first
  std::optional<EndReason> end;
  std::string end_sentence;
};

// JSON of one line: what `--progress json` says, and "charts" and "tables" for the page.
std::string MessageText(const DashboardState& state);
// Of MessageText "charts" alone.
std::string ChartsText(const DashboardState& state);

// Columns of the tables, in the order of a row's cells.
inline constexpr std::array<const char*, 7> kHostColumns = {"host",     "pages",     "waiting", "in_flight",
                                                            "delay_ms", "answer_ms", "state"};
inline constexpr std::array<const char*, 5> kPageColumns = {"url", "answer", "title", "total_ms", "bytes"};

}  // namespace spinneret::cli
