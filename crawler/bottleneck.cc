#include "crawler/bottleneck.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace spinneret {
namespace {

constexpr std::uint64_t kFewestSamples = 3;
// From here on a part of the machine counts as always busy: its loop measures some waiting even when it has none to do.
constexpr double kBusy = 0.75;
constexpr double kMuch = 0.35;  // of the time, for a cause that others share it with

std::string Percent(double share) {
  return fmt::format("{:.0f} %", 100 * std::clamp(share, 0.0, 1.0));
}

std::string Milliseconds(double ms) {
  return ms < 10       ? fmt::format("{:.1f} ms", ms)
         : ms < 10'000 ? fmt::format("{:.0f} ms", ms)
                       : fmt::format("{:.1f} s", ms / 1000);
}

std::string Span(double ms) {
  const auto minutes = static_cast<std::int64_t>(std::llround(ms / 60'000));
  if (minutes < 1) {
    return fmt::format("{:.0f} s", ms / 1000);
  }
  return minutes < 60 ? fmt::format("{} min", minutes) : fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

// "shop.example: 3 000 URLs left, 50 min at one each 1000 ms".
std::string HostSentence(const CrawlPace& pace) {
  if (pace.slowest.empty()) {
    return {};
  }
  const CrawlPace::HostPace& host = pace.slowest.front();
  if (host.pending > 0) {
    return fmt::format(" {} alone needs {} more for the {} URLs it has left, one each {}.", host.name,
                       Span(static_cast<double>(host.pending) * host.interval_ms), host.pending,
                       Milliseconds(host.interval_ms));
  }
  return fmt::format(" {} took {} for its {} pages, one each {}.", host.name,
                     Span(static_cast<double>(host.pages) * host.interval_ms), host.pages,
                     Milliseconds(host.interval_ms));
}

std::string Workers(const CrawlMeans& means) {
  return fmt::format("{} {}", means.workers, means.workers == 1 ? "worker" : "workers");
}

}  // namespace

std::string_view BottleneckName(Bottleneck bottleneck) {
  switch (bottleneck) {
    case Bottleneck::kUnknown:
      return "unknown";
    case Bottleneck::kNone:
      return "none";
    case Bottleneck::kDisk:
      return "disk";
    case Bottleneck::kMainThread:
      return "main thread";
    case Bottleneck::kWorkers:
      return "workers";
    case Bottleneck::kDns:
      return "dns";
    case Bottleneck::kConnections:
      return "network";
    case Bottleneck::kServers:
      return "servers";
    case Bottleneck::kPoliteness:
      return "politeness";
    case Bottleneck::kFewLinks:
      return "too few links";
  }
  return "unknown";
}

Diagnosis Diagnose(const CrawlPace& pace, const CrawlMeans& means) {
  if (pace.samples < kFewestSamples || pace.requests == 0) {
    return {Bottleneck::kUnknown, "The crawl was too short to say what held it back.", ""};
  }
  const double requests = static_cast<double>(pace.requests);
  const double mean_ms = pace.total_ms / requests;
  const double delay_ms = static_cast<double>(means.host_delay.count());
  if (pace.commit_share >= kMuch && pace.commit_share >= pace.worker_utilization - kMuch) {
    return {Bottleneck::kDisk,
            fmt::format("{} of the time went into commits, which wait for the disk.", Percent(pace.commit_share)),
            "A faster disk for the database would help; more workers will not."};
  }
  if (pace.main_utilization >= kBusy && pace.main_utilization >= pace.worker_utilization) {
    return {Bottleneck::kMainThread,
            fmt::format("The main thread, which schedules and stores, was busy {} of the time; the workers {}.",
                        Percent(pace.main_utilization), Percent(pace.worker_utilization)),
            "More workers will not help. Fewer links to store would: --scope, --exclude; so would no --store-body."};
  }
  if (pace.worker_utilization >= kBusy) {
    const bool cores_free = means.workers < means.cores;
    return {Bottleneck::kWorkers,
            fmt::format("The {} read pages {} of the time.", Workers(means), Percent(pace.worker_utilization)),
            cores_free
                ? fmt::format("More workers will help: the machine has {} cores (-w {}).", means.cores, means.cores)
                : fmt::format("The machine's {} cores are all in use: a faster machine, or fewer recipes and "
                              "--extract, would help.",
                              means.cores)};
  }
  if (pace.total_ms > 0 && pace.dns_ms / pace.total_ms >= kMuch) {
    return {
        Bottleneck::kDns,
        fmt::format("{} of a request's time, {} of {}, went into looking up names.",
                    Percent(pace.dns_ms / pace.total_ms), Milliseconds(pace.dns_ms / requests), Milliseconds(mean_ms)),
        "A nearer or faster name server would help; more workers will not."};
  }
  const double connections = means.connections;
  if (pace.transfers >= kBusy * connections) {
    return {
        Bottleneck::kConnections,
        fmt::format("{:.0f} of {} connections were in use on average, each {} for a request, {} of it until the "
                    "first byte.",
                    pace.transfers, means.connections, Milliseconds(mean_ms), Milliseconds(pace.ttfb_ms / requests)),
        fmt::format("More connections will help as long as the servers and the line keep up: --connections {}.",
                    means.connections * 2)};
  }
  // Each host may have so many at once; what is not running then rests.
  const double possible = std::min(connections, pace.hosts * means.host_connections);
  if (pace.waiting < std::max(1.0, possible - pace.transfers)) {
    if (pace.transfers + 0.5 >= possible && delay_ms <= mean_ms) {
      return {
          Bottleneck::kServers,
          fmt::format("There was never much to ask beside the {:.1f} requests that were running, and a request took "
                      "{}.",
                      pace.transfers, Milliseconds(mean_ms)),
          ""};
    }
    return {
        Bottleneck::kFewLinks,
        fmt::format("Only {:.1f} URLs were waiting on average: pages brought too few new links to keep {} connections "
                    "busy.",
                    pace.waiting, means.connections),
        "More seeds or --sitemaps auto would help; more workers will not."};
  }
  const double resting = possible > 0 ? 1 - std::min(1.0, pace.transfers / possible) : 0;
  // What the crawl and robots.txt ask for. Beyond it a host rests for a multiple of the time that it took to answer.
  const double asked_ms = pace.slowest.empty() ? delay_ms : pace.slowest.front().interval_ms - mean_ms;
  if (asked_ms >= mean_ms && resting >= kMuch) {
    return {Bottleneck::kPoliteness,
            fmt::format("{} of the time the hosts that had something to ask ({:.1f} on average) rested between two "
                        "requests.",
                        Percent(resting), pace.hosts) +
                HostSentence(pace),
            "More workers will not help. More hosts would; on a site of your own, a smaller --host-delay."};
  }
  if (resting >= kMuch || pace.transfers >= 0.5 * possible) {
    return {
        Bottleneck::kServers,
        fmt::format(
            "A request took {}, {} of it until the first byte. A host is asked {} at a time{}.", Milliseconds(mean_ms),
            Milliseconds(pace.ttfb_ms / requests),
            means.host_connections == 1 ? "one" : std::to_string(means.host_connections),
            means.adaptive_delay && resting >= kMuch ? ", and rests for twice the time that it took to answer" : "") +
            HostSentence(pace),
        "More workers will not help. More hosts would; on a site of your own, --host-connections and "
        "--adaptive-delay off."};
  }
  return {
      Bottleneck::kNone,
      fmt::format("Nothing was busy all the time: workers {}, main thread {}, {:.1f} of {} connections in use.",
                  Percent(pace.worker_utilization), Percent(pace.main_utilization), pace.transfers, means.connections),
      ""};
}

}  // namespace spinneret
