#include "cli/metrics.h"

#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "base/printable.h"

namespace spinneret::cli {
namespace {

std::string LabelValue(std::string_view text) {
  std::string escaped;
  for (const char c : Printable(text)) {  // the format is UTF-8
    if (c == '\\' || c == '"') {
      escaped += '\\';
    }
    escaped += c;
  }
  return escaped;
}

class Metrics {
 public:
  // Samples follow, until the next family.
  void Family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
  }
  template <class Number>
  void Sample(Number value, std::string_view suffix = "") {
    text_ += fmt::format("{}{} {}\n", name_, suffix, value);
  }
  template <class Number>
  void Labelled(std::string_view label, std::string_view of, Number value, std::string_view suffix = "") {
    text_ += fmt::format("{}{}{{{}=\"{}\"}} {}\n", name_, suffix, label, LabelValue(of), value);
  }

  void Counter(std::string_view name, std::string_view help, std::uint64_t value) {
    Family(name, "counter", help);
    Sample(value);
  }
  template <class Number>
  void Gauge(std::string_view name, std::string_view help, Number value) {
    Family(name, "gauge", help);
    Sample(value);
  }
  void Kinds(std::string_view name, std::string_view help, std::string_view label,
             const std::vector<KindCount>& kinds) {
    Family(name, "counter", help);
    for (const KindCount& kind : kinds) {
      Labelled(label, kind.kind, kind.count);
    }
  }
  void Histogram(std::string_view name, std::string_view help, const RequestTimes& times) {
    Family(name, "histogram", help);
    std::uint64_t upto = 0;
    for (std::size_t i = 0; i < times.counts.size(); ++i) {
      upto += times.counts[i];
      const bool last = i == RequestTimes::kBoundsMs.size();
      Labelled("le", last ? "+Inf" : fmt::format("{}", RequestTimes::kBoundsMs[i] / 1000.0), upto, "_bucket");
    }
    Sample(times.total_ms / 1000, "_sum");
    Sample(upto, "_count");
  }

  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
  std::string name_;
};

}  // namespace

std::string MetricsText(const CrawlStatus& status, const std::string& database) {
  Metrics metrics;
  metrics.Family("spinneret_info", "gauge", "Always 1; says of which crawl the numbers are.");
  metrics.Labelled("database", database, 1);
  metrics.Gauge("spinneret_run_seconds", "Time since this run began.",
                std::chrono::duration<double>(status.elapsed).count());
  metrics.Counter("spinneret_pages_total", "Pages with a verdict, over all runs; redirects are not among them.",
                  status.pages);
  metrics.Counter("spinneret_redirects_total", "Redirects, over all runs.", status.redirects);
  metrics.Counter("spinneret_failed_pages_total", "Pages that gave no answer, over all runs.", status.failed);
  metrics.Counter("spinneret_skipped_urls_total", "URLs left out after they were admitted, over all runs.",
                  status.skipped);
  metrics.Counter("spinneret_retries_total", "Requests that will be repeated, in this run.", status.retries);
  metrics.Counter("spinneret_records_total", "Records taken by recipes, in this run.", status.records);
  metrics.Counter("spinneret_incomplete_records_total", "Records left out for want of a required field, in this run.",
                  status.incomplete_records);
  metrics.Counter("spinneret_received_bytes_total", "Bytes of responses on the wire, in this run.", status.bytes_wire);
  metrics.Kinds("spinneret_answers_total", "Verdicts by HTTP status, in this run.", "status", status.statuses);
  metrics.Kinds("spinneret_errors_total",
                "Pages that failed, by what went wrong: a word, or a status of 400 and above; in this run.", "kind",
                status.errors);
  metrics.Gauge("spinneret_known_urls", "URLs known.", status.known);
  metrics.Gauge("spinneret_queued_urls", "URLs that wait to be asked.", status.queued);
  metrics.Gauge("spinneret_in_flight_urls", "URLs that are with workers.", status.in_flight);
  metrics.Gauge("spinneret_transfers", "Requests under way.", status.transfers);
  metrics.Gauge("spinneret_hosts", "Hosts known.", status.hosts);
  metrics.Gauge("spinneret_active_hosts", "Hosts with URLs queued or in flight.", status.active_hosts);
  metrics.Gauge("spinneret_main_utilization_ratio", "How busy the main thread was in the last second, 0 to 1.",
                status.main_utilization);
  metrics.Family("spinneret_worker_utilization_ratio", "gauge", "How busy each worker was in the last second, 0 to 1.");
  for (std::size_t i = 0; i < status.worker_utilization.size(); ++i) {
    metrics.Labelled("worker", std::to_string(i), status.worker_utilization[i]);
  }
  metrics.Histogram("spinneret_request_seconds", "Time that requests took, in this run.", status.times);
  return metrics.Take();
}

}  // namespace spinneret::cli
