#include "cli/dashboard_state.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/progress.h"

namespace spinneret::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostBars = 12;
// As storage/report/response-times.sql names them.
constexpr std::array<const char*, RequestTimes::kBoundsMs.size() + 1> kTimeLabels = {
    "under 10 ms", "10 to 20", "20 to 50", "50 to 100", "100 to 200", "200 to 500",
    "0.5 to 1 s",  "1 to 2 s", "2 to 5 s", "5 to 10 s", "over 10 s"};

double Tenths(double value) {
  return std::round(value * 10) / 10;
}

Json Bars(const std::vector<KindCount>& kinds) {
  Json labels = Json::array(), values = Json::array();
  for (std::size_t i = 0; i < std::min(kinds.size(), kMostBars); ++i) {
    labels.push_back(kinds[i].kind);
    values.push_back(kinds[i].count);
  }
  return {{"labels", std::move(labels)}, {"values", std::move(values)}};
}

Json Charts(const DashboardState& state) {
  Json charts;
  for (const char* key : {"seconds", "pages_per_second", "main", "workers", "pending"}) {
    charts["series"][key] = Json::array();
  }
  Json& series = charts["series"];
  for (const CrawlCourse::Point& point : state.course) {
    series["seconds"].push_back(Tenths(point.seconds));
    series["pages_per_second"].push_back(Tenths(point.pages_per_second));
    series["main"].push_back(Tenths(100 * point.main));
    series["workers"].push_back(Tenths(100 * point.workers));
    series["pending"].push_back(point.pending);
  }
  charts["statuses"] = Bars(state.status.statuses);
  charts["failures"] = Bars(state.status.errors);
  charts["types"] = Bars(state.status.types);
  charts["times"] = {{"labels", kTimeLabels}, {"values", state.status.times.counts}};
  return charts;
}

Json HostRows(const HostsLook& look) {
  Json rows = Json::array();
  for (const HostsLook::Large& host : look.largest) {
    const char* const state = host.paused          ? "paused"
                              : host.in_flight > 0 ? "asked"
                              : host.pending > 0   ? "waiting"
                                                   : "done";
    rows.push_back({host.host, host.pages, host.pending, host.in_flight, host.delay.count(),
                    host.latency.count() > 0 ? Json(host.latency.count()) : Json(), state});
  }
  return rows;
}

Json PageRows(const std::vector<RecentPages::Page>& pages) {
  Json rows = Json::array();
  for (const RecentPages::Page& page : pages) {
    // An ellipsis shows what is cut, and that it is not the URL.
    const std::string url = page.whole ? page.url : page.url + " \xe2\x80\xa6";
    rows.push_back({url, page.error.empty() ? std::to_string(page.status) : page.error, page.title,
                    page.total_ms >= 0 ? Json(Tenths(page.total_ms)) : Json(), page.bytes});
  }
  return rows;
}

// The web's bytes need not be UTF-8, and what is cut may end within a character.
std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void CrawlCourse::Add(const CrawlStatus& status) {
  sum_.main += Share(status.main_utilization);
  sum_.workers += MeanShare(status.worker_utilization);
  if (++sum_.count < per_point_) {
    return;
  }
  const double seconds = std::chrono::duration<double>(status.elapsed).count();
  if (seconds <= last_seconds_) {
    return;
  }
  const auto count = static_cast<double>(std::exchange(sum_.count, 0));
  Point point;
  point.seconds = seconds;
  point.pages_per_second = static_cast<double>(status.run_pages - last_pages_) / (seconds - last_seconds_);
  point.main = std::exchange(sum_.main, 0) / count;
  point.workers = std::exchange(sum_.workers, 0) / count;
  point.pending = status.queued;
  last_seconds_ = seconds;
  last_pages_ = status.run_pages;
  points_.push_back(point);
  if (points_.size() > kMost) {
    Thin();
  }
}

void CrawlCourse::Thin() {
  std::vector<Point> half;
  double from = 0;
  for (std::size_t i = 0; i + 1 < points_.size(); i += 2) {
    const Point& a = points_[i];
    Point both = points_[i + 1];
    const double share = (a.seconds - from) / (both.seconds - from);  // of the first, in both
    both.pages_per_second = share * a.pages_per_second + (1 - share) * both.pages_per_second;
    both.main = share * a.main + (1 - share) * both.main;
    both.workers = share * a.workers + (1 - share) * both.workers;
    both.pending = std::max(a.pending, both.pending);
    from = both.seconds;
    half.push_back(both);
  }
  if (points_.size() % 2 == 1) {
    half.push_back(points_.back());
  }
  points_ = std::move(half);
  per_point_ *= 2;
}

void RecentPages::Add(const PageGlance& glance) {
  Page page;
  page.url = glance.url.substr(0, kMostText);
  page.whole = page.url.size() == glance.url.size();
  page.title = glance.title.substr(0, kMostText);
  page.status = glance.status;
  page.error = glance.error;
  page.total_ms = glance.total_ms;
  page.bytes = glance.bytes;
  pages_.push_back(std::move(page));
  if (pages_.size() > kMost) {
    pages_.pop_front();
  }
}

std::string ChartsText(const DashboardState& state) {
  return Dump(Charts(state));
}

std::string MessageText(const DashboardState& state) {
  Json message = Json::parse(RenderProgressJson(state.status, state.end), nullptr, /*allow_exceptions=*/false);
  message["end_sentence"] = state.end_sentence;
  message["charts"] = Charts(state);
  message["tables"] = {
      {"hosts", HostRows(state.status.look)}, {"recent", PageRows(state.recent)}, {"failed", PageRows(state.failed)}};
  return Dump(message);
}

}  // namespace spinneret::cli
