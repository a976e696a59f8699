// spinneret simweb: serves the simulated web on the loopback addresses, or lists what it consists of.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/resource.h>

#include "cli/commands.h"
#include "cli/duration.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "simweb/page_server.h"
#include "simweb/record_sites.h"
#include "simweb/rough_server.h"
#include "simweb/site.h"
#include "simweb/trap_sites.h"

namespace spinneret::cli {
namespace {

struct SimwebFlags {
  simweb::SiteSettings site;
  std::uint16_t port = 0;
  unsigned threads = 1;
  std::string page_size = "8k";
  std::string latency = "0";
  std::string crawl_delay;
  std::string robots_file;
  std::optional<std::uint16_t> rough_port;
  std::string log_file;
  std::string run_for;
  bool traps = false;
  std::uint32_t records = 0;
  std::uint32_t faults = 0;
  bool list = false;
};

// What the flags say once their text is read.
struct Settings {
  simweb::PageServerOptions server;
  std::optional<std::chrono::milliseconds> run_for;
};

// SIGINT and SIGTERM are waited for; threads that start later inherit that they are blocked.
sigset_t BlockStopSignals() {
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stops, nullptr);
  return stops;
}

// Until a stop signal, or until `run_for` has passed.
void WaitForStop(const sigset_t& stops, std::optional<std::chrono::milliseconds> run_for) {
  const auto deadline = std::chrono::steady_clock::now() + run_for.value_or(std::chrono::milliseconds(0));
  while (true) {
    int caught = 0;
    if (!run_for) {
      caught = sigwaitinfo(&stops, nullptr);
    } else {
      const auto left =
          std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(deadline - std::chrono::steady_clock::now()));
      timespec timeout{};
      timeout.tv_sec = static_cast<std::time_t>(left.count() / 1'000'000'000);
      timeout.tv_nsec = static_cast<long>(left.count() % 1'000'000'000);
      caught = sigtimedwait(&stops, nullptr, &timeout);
    }
    if (caught > 0 || errno != EINTR) {
      return;
    }
  }
}

// Thousands of kept-alive connections need more descriptors than the usual soft limit.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

// None when it is not there, is a folder, or is larger than any robots.txt.
std::optional<std::string> ReadFile(const std::string& path) {
  constexpr std::size_t kLimit = std::size_t{16} << 20U;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (file == nullptr) {
    return std::nullopt;
  }
  std::string text;
  std::array<char, 65'536> block{};
  while (text.size() <= kLimit) {
    const std::size_t got = std::fread(block.data(), 1, block.size(), file.get());
    text.append(block.data(), got);
    if (got < block.size()) {
      return std::ferror(file.get()) != 0 ? std::nullopt : std::optional(std::move(text));
    }
  }
  return std::nullopt;
}

Result<Settings> Read(const SimwebFlags& flags) {
  Settings settings;
  settings.server.site = flags.site;
  settings.server.site.port = flags.port;
  settings.server.port = flags.port;
  settings.server.threads = flags.threads;
  settings.server.traps = flags.traps;
  settings.server.records = flags.records;
  settings.server.faults = flags.faults;
  const std::optional<std::uint64_t> page_size = ParseSize(flags.page_size);
  if (!page_size || *page_size > (std::uint64_t{1} << 30U)) {
    return Err(ErrorCode::kInvalidArgument, "--page-size: not a size up to 1G: " + flags.page_size);
  }
  settings.server.site.page_size = static_cast<std::size_t>(*page_size);
  const std::optional<std::chrono::milliseconds> latency = ParseDuration(flags.latency);
  if (!latency) {
    return Err(ErrorCode::kInvalidArgument, "--latency: not a duration (500ms, 2s, 10m, 1h): " + flags.latency);
  }
  settings.server.latency = *latency;
  if (!flags.run_for.empty()) {
    settings.run_for = ParseDuration(flags.run_for);
    if (!settings.run_for) {
      return Err(ErrorCode::kInvalidArgument, "--for: not a duration (500ms, 2s, 10m, 1h): " + flags.run_for);
    }
  }
  if (!flags.crawl_delay.empty()) {
    const std::optional<std::chrono::milliseconds> delay = ParseDuration(flags.crawl_delay);
    if (!delay) {
      return Err(ErrorCode::kInvalidArgument,
                 "--crawl-delay: not a duration (500ms, 2s, 10m, 1h): " + flags.crawl_delay);
    }
    settings.server.robots =
        fmt::format("User-agent: *\nCrawl-delay: {}\n", static_cast<double>(delay->count()) / 1000.0);
  }
  if (!flags.robots_file.empty()) {
    std::optional<std::string> text = ReadFile(flags.robots_file);
    if (!text) {
      return Err(ErrorCode::kNotFound, "--robots: cannot read " + flags.robots_file);
    }
    settings.server.robots = *std::move(text);
  }
  return settings;
}

// page\tURL and link\tFROM\tTO\tTAG\tTEXT, page by page; nothing is kept.
int List(const simweb::Site& site) {
  std::string lines;
  bool written = true;
  const auto write = [&] {
    written = written && std::fwrite(lines.data(), 1, lines.size(), stdout) == lines.size();
    lines.clear();
  };
  for (std::uint64_t page = 0; page < site.PageCount() && written; ++page) {
    const std::string url = site.UrlOf(page);
    lines += fmt::format("page\t{}\n", url);
    for (const simweb::SiteLink& link : site.LinksOf(page)) {
      lines += fmt::format("link\t{}\t{}\t{}\t{}\n", url, link.url, link.tag, link.text);
    }
    if (lines.size() > 65'536) {
      write();
    }
  }
  write();
  if (!written || std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return Fail(Err(ErrorCode::kStorage, "standard output: the list could not be written"));
  }
  return kDone;
}

int Serve(const SimwebFlags& flags, Settings settings) {
  RaiseDescriptorLimit();
  const sigset_t stops = BlockStopSignals();
  simweb::AccessLog unlogged(0);
  std::unique_ptr<simweb::AccessLog> file;
  simweb::AccessLog* log = &unlogged;
  if (!flags.log_file.empty()) {
    Result<std::unique_ptr<simweb::AccessLog>> opened = simweb::AccessLog::Open(flags.log_file, 0);
    if (!opened) {
      return UsageFailure("--log: " + opened.error().message);
    }
    file = *std::move(opened);
    log = file.get();
  }
  settings.server.log = log;
  Result<std::unique_ptr<simweb::PageServer>> pages = simweb::PageServer::Start(settings.server);
  if (!pages) {
    return pages.error().code == ErrorCode::kConnect ? UsageFailure("--port: " + pages.error().message)
                                                     : Fail(pages.error());
  }
  std::unique_ptr<simweb::RoughServer> rough;
  if (flags.rough_port) {
    Result<std::unique_ptr<simweb::RoughServer>> started = simweb::RoughServer::Start({*flags.rough_port, log});
    if (!started) {
      return started.error().code == ErrorCode::kConnect ? UsageFailure("--rough-port: " + started.error().message)
                                                         : Fail(started.error());
    }
    rough = *std::move(started);
  }
  const simweb::SiteSettings& site = (*pages)->site().settings();
  std::string line = fmt::format("simweb: http://127.0.0.1:{}/ ({} {}, {} {})", (*pages)->port(), site.hosts,
                                 site.hosts == 1 ? "host" : "hosts", site.pages, site.pages == 1 ? "page" : "pages");
  if (flags.traps) {
    line += fmt::format("; sites without an end at http://127.0.0.1:{}{}", (*pages)->port(), simweb::kTrapRoot);
  }
  if (flags.records > 0) {
    line += fmt::format("; sites with {} records each at http://127.0.0.1:{}{}", flags.records, (*pages)->port(),
                        simweb::kRecordRoot);
  }
  if (rough != nullptr) {
    line += fmt::format("; misbehaving routes at {}", rough->Url("/"));
  }
  line += '\n';
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);

  WaitForStop(stops, settings.run_for);
  if (rough != nullptr) {
    rough->Stop();
  }
  (*pages)->Stop();
  if (const Result<void> flushed = log->Flush(); !flushed) {
    return Fail(flushed.error());
  }
  return kDone;
}

int Run(const SimwebFlags& flags) {
  Result<Settings> settings = Read(flags);
  if (!settings) {
    return Fail(settings.error());
  }
  if (!flags.list) {
    return Serve(flags, *std::move(settings));
  }
  if (flags.port == 0) {
    return UsageFailure("--list needs the --port that stands in the URLs");
  }
  return List(simweb::Site(settings->server.site));
}

}  // namespace

void AddSimwebCommand(CLI::App& app, int& exit_status) {
  auto flags = std::make_shared<SimwebFlags>();
  CLI::App* const command =
      app.add_subcommand("simweb", "Serve a simulated web on this machine, for trying, testing and tuning");
  command->add_option("--hosts", flags->site.hosts, "Hosts: 127.0.0.1 and the addresses after it")
      ->check(CLI::Range(std::uint32_t{1}, simweb::kMaxHosts))
      ->capture_default_str();
  command->add_option("--pages", flags->site.pages, "Pages over all hosts")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}))
      ->capture_default_str();
  command->add_option("--links", flags->site.links, "Links per page; more where pages could not be reached otherwise")
      ->check(CLI::Range(std::uint32_t{0}, std::uint32_t{100'000}))
      ->capture_default_str();
  command->add_option("--page-size", flags->page_size, "Bytes per page (k, M)")->capture_default_str();
  command->add_option("--latency", flags->latency, "Time before each response starts")->capture_default_str();
  command->add_option("--port", flags->port, "Port of every host; 0: a free one")->capture_default_str();
  command->add_option("--seed", flags->site.seed, "The same seed and numbers give the same web")->capture_default_str();
  command->add_option("--robots", flags->robots_file, "Serve FILE as every host's robots.txt (else there is none)")
      ->type_name("FILE");
  command->add_option("--crawl-delay", flags->crawl_delay, "Serve a robots.txt with this Crawl-delay")
      ->excludes("--robots");
  command->add_flag("--traps", flags->traps,
                    "Also serve sites without an end under /traps/: what a crawl has to leave");
  command
      ->add_option(
          "--records", flags->records,
          "Also serve a shop, a blog and a job board of N records each under /records/: what recipes bring back")
      ->check(CLI::Range(std::uint32_t{1}, simweb::kMaxRecords))
      ->type_name("N");
  command
      ->add_option("--faults", flags->faults,
                   "Each URL fails up to N times before it is served, in one way or another, by the --seed")
      ->check(CLI::Range(std::uint32_t{0}, std::uint32_t{1000}))
      ->type_name("N");
  command->add_option("--rough-port", flags->rough_port, "Also serve what misbehaves on this port; 0: a free one");
  command->add_option("--log", flags->log_file, "Write each request with its times to FILE, tab-separated")
      ->type_name("FILE");
  command->add_option("--threads", flags->threads, "Threads that serve")
      ->check(CLI::Range(1U, 256U))
      ->capture_default_str();
  command->add_option("--for", flags->run_for, "Stop after this time (else on SIGINT or SIGTERM)");
  command->add_flag("--list", flags->list, "Serve nothing; print every page and link, tab-separated");
  command->callback([flags, &exit_status] { exit_status = Run(*flags); });
}

}  // namespace spinneret::cli
