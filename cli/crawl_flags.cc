#include "cli/crawl_flags.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/printable.h"
#include "cli/canonical_flags.h"
#include "cli/duration.h"
#include "cli/loopback_address.h"
#include "cli/option_kinds.h"
#include "cli/request_checks.h"
#include "cli/seed_argument.h"
#include "crawler/inflight_slots.h"

namespace spinneret::cli {
namespace {

using std::chrono::milliseconds;

// Far above what helps: each worker is a thread, each connection a socket.
constexpr std::uint64_t kMaxWorkers = InflightSlots::kMostSlots;
constexpr std::uint64_t kMaxConnections = 100'000;
constexpr std::uint32_t kMostAutoConnections = 512;
constexpr std::uint64_t kLeastWorkerMemory = std::uint64_t{16} << 20U;
constexpr std::uint64_t kMaxDepth = 1'000'000;
// v_pages follows a chain for 50 hops.
constexpr std::uint64_t kMaxRedirects = 50;
constexpr std::uint64_t kMaxRetries = 100;
constexpr std::uint64_t kMinUrlLength = 64;
constexpr std::uint64_t kMinTrapBudget = 10;
constexpr std::uint64_t kMaxTrapBudget = 100'000'000;
constexpr std::uint64_t kMaxUrlLength = 1'048'576;

std::uint32_t Narrow(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}

// Several MIME types may stand in one value; case does not matter in them.
std::vector<std::string> SplitAccept(const std::vector<std::string>& values) {
  std::vector<std::string> types;
  for (const std::string& value : values) {
    std::string type;
    for (const char c : value + ",") {
      if (c == ',') {
        types.push_back(std::exchange(type, {}));
      } else if (c != ' ') {
        type += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      }
    }
  }
  return types;
}

bool NamesHeader(const std::vector<std::string>& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [&](const std::string& header) {
    return header.size() > name.size() && header[name.size()] == ':' &&
           std::equal(name.begin(), name.end(), header.begin(), [](char a, char b) {
             return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
           });
  });
}

}  // namespace

void OutputFlags::AddTo(CLI::App& app, const std::string& group) {
  AddChoiceOption(
      app, "--progress", {"auto", "tty", "plain", "json", "none"},
      [this](std::size_t index) {
        constexpr ProgressMode kModes[] = {ProgressMode::kAuto, ProgressMode::kTty, ProgressMode::kPlain,
                                           ProgressMode::kJson, ProgressMode::kNone};
        progress = kModes[index];
        progress_given = true;
      },
      "How progress is shown on stderr: a live view (tty), a line every 10 s (plain), a JSON object a second (json); "
      "auto is tty on a terminal and plain elsewhere (default: auto)")
      ->group(group);
  app.add_flag("-q,--quiet", quiet, "Only warnings and errors: no progress, no summary")->group(group);
  app.add_flag("-v,--verbose", verbose, "Say more about what is being done")->group(group);
}

Result<void> OutputFlags::Check() const {
  if (quiet && verbose) {
    return Err(ErrorCode::kInvalidArgument, "--quiet and --verbose contradict each other; give one of them");
  }
  if (quiet && progress_given && progress != ProgressMode::kNone) {
    return Err(ErrorCode::kInvalidArgument,
               "--quiet and --progress contradict each other; leave out --quiet to see progress");
  }
  return {};
}

void OutputFlags::Apply() const {
  SetLogLevel(quiet ? LogLevel::kWarning : verbose ? LogLevel::kDebug : LogLevel::kInfo);
}

void CrawlFlags::AddTo(CLI::App& app, Command command) {
  if (command == Command::kCrawl || command == Command::kTune) {
    AddSeeds(app);
  }
  if (command != Command::kResume && command != Command::kExtract) {
    AddScope(app, command);
  }
  if (command == Command::kExplain) {
    AddUrlLength(app, "Scope");
    AddAddressRules(app, "Scope");
    return;
  }
  if (command == Command::kFetch || command == Command::kExtract) {
    AddResponseLimits(app, "Requests");
    AddRobots(app, "Requests");
    AddRequests(app, command);
    return;
  }
  AddLimits(app, command);
  AddSpeed(app, command);
  AddRequests(app, command);
  if (command != Command::kResume) {
    scraping_.AddTo(app, "Scraping");
  }
  if (command != Command::kTune) {
    scraping_.AddGates(app, "Scraping");
  }
  AddOutput(app, command);
}

void CrawlFlags::AddSeeds(CLI::App& app) {
  app.add_option("SEED", seeds_,
                 "Where to start, repeatable: a URL; else a file that is there, read as a seed list; else a host name, "
                 "which gets https:// put before it")
      ->type_name("");
  AddListOption(app, "-i,--input", "FILE", seed_files_,
                "A seed list: one URL per line, # begins a comment; - is stdin. Repeatable")
      ->group("Seeds");
}

void CrawlFlags::AddScope(CLI::App& app, Command command) {
  static constexpr char kGroup[] = "Scope";
  AddChoiceOption(
      app, "--scope", {"page", "prefix", "host", "domain", "any"},
      [this](std::size_t index) { options_.scope = static_cast<ScopeKind>(index); },
      "How far links are followed: page: the seeds alone; prefix: a seed's directory and below; host: the seeds' "
      "hosts; domain: "
      "their registrable domains; any: everywhere (default: host)")
      ->group(kGroup);
  AddListOption(app, "--include", "RE", options_.include,
                "Only URLs in which this RE2 pattern is found somewhere. Repeatable: one of them must match",
                CheckPattern)
      ->group(kGroup);
  AddListOption(app, "--exclude", "RE", options_.exclude,
                "No URL in which this pattern is found; wins over --include. Repeatable", CheckPattern)
      ->group(kGroup);
  if (command == Command::kCrawl || command == Command::kTune) {
    AddCountOption(
        app, "-d,--depth", {0, kMaxDepth}, [this](std::uint64_t n) { options_.max_depth = Narrow(n); },
        "Exactly the pages within N link hops of a seed; redirects add none (default: no limit)")
        ->group(kGroup);
    sitemaps_.AddTo(app, kGroup);
  }
  AddCanonicalOptions(app, options_.canonical, "Which URLs are one");
  AddChoiceOption(
      app, "--traps", {"on", "off"}, [this](std::size_t index) { options_.traps = index == 0; },
      "Ask last, and leave out when nothing else is left, what looks like an endless supply of pages: calendars, "
      "session "
      "ids, growing paths, combinations of filters (default: on)")
      ->group(kGroup);
  AddCountOption(
      app, "--trap-budget", {kMinTrapBudget, kMaxTrapBudget},
      [this](std::uint64_t n) { options_.trap_budget = Narrow(n); },
      "URLs of one shape before they may be taken for a trap, where they show no plainer sign; signs are looked for "
      "from "
      "a tenth of it (default: 1000)")
      ->group(kGroup);
}

void CrawlFlags::AddLimits(CLI::App& app, Command command) {
  static constexpr char kGroup[] = "Limits";
  constexpr CountRange kFromOne{1};
  AddCountOption(
      app, "--limit", kFromOne, [this](std::uint64_t n) { options_.limit = n; },
      command == Command::kResume ? "Stop after N pages, those of earlier runs included (default: as stored)"
                                  : "Stop after N pages; redirects do not count (default: no limit)")
      ->group(kGroup);
  if (command != Command::kResume) {
    AddCountOption(
        app, "--host-limit", kFromOne, [this](std::uint64_t n) { options_.host_limit = n; },
        "At most N pages of each host (default: no limit)")
        ->group(kGroup);
  }
  if (command != Command::kTune) {
    AddDurationOption(
        app, "--time-limit", Zero::kRefused, [this](milliseconds time) { options_.time_limit = time; },
        command == Command::kResume ? "Stop this run after TIME (default: as stored)"
                                    : "Stop this run after TIME (default: no limit)")
        ->group(kGroup);
  }
  AddSizeOption(
      app, "--size-limit", [this](std::uint64_t size) { options_.size_limit_bytes = size; },
      command == Command::kResume ? "Stop after SIZE of decoded bodies (default: as stored)"
                                  : "Stop after SIZE of decoded bodies (default: no limit)")
      ->group(kGroup);
  if (command != Command::kResume) {
    AddResponseLimits(app, kGroup);
  }
}

void CrawlFlags::AddResponseLimits(CLI::App& app, const std::string& group) {
  AddSizeOption(
      app, "--max-body", [this](std::uint64_t size) { options_.max_body_bytes = size; },
      "Cut a page's body after SIZE decoded bytes; the database says that it was cut (default: 32M)")
      ->group(group);
  AddCountOption(
      app, "--max-redirects", {0, kMaxRedirects}, [this](std::uint64_t n) { options_.max_redirects = Narrow(n); },
      "Hops of one chain of redirects (default: 20)")
      ->group(group);
  AddUrlLength(app, group);
}

void CrawlFlags::AddUrlLength(CLI::App& app, const std::string& group) {
  AddCountOption(
      app, "--max-url-length", {kMinUrlLength, kMaxUrlLength},
      [this](std::uint64_t n) { options_.max_url_length = Narrow(n); },
      "Longer URLs are recorded as skipped, in bytes (default: 8192)")
      ->group(group);
}

void CrawlFlags::AddSpeed(CLI::App& app, Command command) {
  static constexpr char kGroup[] = "Politeness and speed";
  const bool resume = command == Command::kResume;
  if (command != Command::kTune) {
    AddCountOrWordOption(
        app, "-w,--workers", {1, kMaxWorkers}, "auto",
        [this](std::optional<std::uint64_t> n) {
          options_.workers = Narrow(n.value_or(0));
          options_.auto_workers = !n;
          workers_given_ = true;
        },
        resume
            ? "Worker threads, or auto (default: as stored)"
            : "Worker threads that fetch and parse; auto: they and connections follow the pages finished per second, "
              "up and down (default: one per core, at most 8)")
        ->envname("SPINNERET_WORKERS")
        ->group(kGroup);
  }
  if (command != Command::kTune) {
    AddCountOption(
        app, "--connections", {1, kMaxConnections},
        [this](std::uint64_t n) {
          options_.connections = Narrow(n);
          connections_given_ = true;
        },
        resume ? "Connections of all workers together (default: as stored)"
               : "Connections of all workers together; with -w auto the most there may be, 512 where it is not given "
                 "(default: 64)")
        ->group(kGroup);
  }
  if (resume) {
    return;
  }
  AddSizeOption(
      app, "--worker-memory", [this](std::uint64_t size) { options_.worker_memory_bytes = size; },
      "Memory of one worker: one that goes over it is replaced, and the page that did it is tried once more (default: "
      "no limit)")
      ->group(kGroup);
  AddCountOption(
      app, "--host-connections", {1, kMaxConnections},
      [this](std::uint64_t n) { options_.host_connections = Narrow(n); },
      "Connections to one host (default: 1, and with --host-delay 0 as many as --connections)")
      ->group(kGroup);
  AddDurationOption(
      app, "--host-delay", Zero::kAllowed, [this](milliseconds time) { options_.host_delay = time; },
      "Rest from the end of a host's response to the next request; its robots.txt may ask for more. 0 is for your own "
      "site "
      "(default: 1s)")
      ->group(kGroup);
  AddChoiceOption(
      app, "--adaptive-delay", {"on", "off"}, [this](std::size_t index) { options_.adaptive_delay = index == 0; },
      "Rest longer where a host answers slowly (default: on)")
      ->group(kGroup);
  AddRobots(app, kGroup);
  AddCountOption(
      app, "--retries", {0, kMaxRetries}, [this](std::uint64_t n) { options_.retries = Narrow(n); },
      "Further tries of a request that failed in a way that may pass (default: 2)")
      ->group(kGroup);
}

void CrawlFlags::AddRobots(CLI::App& app, const std::string& group) {
  AddChoiceOption(
      app, "--robots", {"obey", "ignore"},
      [this](std::size_t index) { options_.robots = index == 0 ? RobotsMode::kObey : RobotsMode::kIgnore; },
      "Obey robots.txt (RFC 9309), or ignore it on a site that is yours (default: obey)")
      ->group(group);
  AddChoiceOption(
      app, "--nofollow", {"page", "all", "ignore"},
      [this](std::size_t index) { options_.nofollow = static_cast<NofollowMode>(index); },
      "Links not to follow: those of pages that forbid it by <meta name=robots> or X-Robots-Tag (page), links with "
      "rel=nofollow, ugc or sponsored too (all), or none (ignore). Default: page, and ignore with --robots ignore")
      ->group(group);
}

void CrawlFlags::AddRequests(CLI::App& app, Command command) {
  static constexpr char kGroup[] = "Requests";
  const bool resume = command == Command::kResume;
  if (!resume) {
    AddTextOption(app, "-U,--user-agent", "TEXT", options_.user_agent,
                  "Who crawls and how a site's owner can reach you (default: spinneret's own)", CheckUserAgent)
        ->envname("SPINNERET_USER_AGENT")
        ->group(kGroup);
  }
  AddListOption(app, "-H,--header", "LINE", options_.headers,
                "\"Name: value\", sent with every request. Repeatable. Never stored: resume asks for it again",
                CheckHeader)
      ->group(kGroup);
  AddTextOption(app, "--user", "NAME:PASSWORD", options_.user,
                "HTTP credentials. Never stored: resume asks for them again", CheckUser)
      ->group(kGroup);
  connection_.AddTo(app, kGroup, resume ? ConnectionFlags::For::kResume : ConnectionFlags::For::kNewCrawl);
  if (resume) {
    return;
  }
  AddDurationOption(
      app, "--timeout", Zero::kRefused, [this](milliseconds time) { options_.timeout = time; },
      "For a whole request, from name look-up to the last byte (default: 30s)")
      ->group(kGroup);
  AddListOption(app, "--accept", "MIME", options_.accept,
                "Keep only these types: text/html, image/*. Repeatable, or with commas (default: everything)",
                CheckAccept)
      ->group(kGroup);
  AddListOption(app, "--resolve", "HOST:PORT:ADDR", options_.resolve, "Use this address for that host. Repeatable",
                CheckResolve)
      ->group(kGroup);
  AddListOption(app, "--dns-servers", "ADDR[:PORT]", options_.dns_servers,
                "Ask these name servers instead of the system's. Repeatable, or with commas", CheckDnsServer)
      ->delimiter(',')
      ->group(kGroup);
  AddAddressRules(app, kGroup);
  app.add_flag("--insecure", options_.insecure, "Do not verify TLS certificates")->group(kGroup);
  AddTextOption(app, "--ca-file", "FILE", options_.ca_file,
                "Trust the certificates in this PEM file instead of the system's", CheckReadableFile)
      ->group(kGroup);
}

void CrawlFlags::AddAddressRules(CLI::App& app, const char* group) {
  app.add_flag("--allow-private", options_.allow_private,
               "Also connect to loopback, private and link-local addresses, which are refused otherwise")
      ->group(group);
  AddListOption(app, "--allow-net", "NET", options_.allow_net,
                "Connect to this block of addresses, such as 10.1.0.0/16, whatever holds otherwise. Repeatable; the "
                "smallest block that holds an address decides",
                CheckNet)
      ->group(group);
  AddListOption(app, "--deny-net", "NET", options_.deny_net, "Do not connect to this block of addresses. Repeatable",
                CheckNet)
      ->group(group);
}

void CrawlFlags::AddOutput(CLI::App& app, Command command) {
  static constexpr char kGroup[] = "Output";
  if (command == Command::kCrawl) {
    AddTextOption(app, "-o,--output", "DB", options_.database,
                  "The database to write; must not exist yet (default: crawl.db)",
                  [](const std::string& text) { return text.empty() ? "it is empty; name a file" : ""; })
        ->group(kGroup);
  }
  if (command != Command::kResume) {
    AddChoiceOption(
        app, "--store-body", {"none", "zstd"},
        [this](std::size_t index) {
          options_.store_body = index == 0 ? StoreBody::kNone : StoreBody::kZstd;
          no_bodies_ = index == 0;
        },
        "Keep the pages' bodies, compressed (default: none)")
        ->group(kGroup);
  }
  if (command != Command::kTune) {
    output_.AddTo(app, kGroup);
  }
  if (command == Command::kCrawl || command == Command::kResume) {
    AddWarc(app, kGroup);
    AddTextOption(
        app, "--dashboard", "ADDR:PORT", output_.dashboard,
        "Show the crawl while it runs, as a page on an address of this machine alone, such as 127.0.0.1:8080; "
        "port 0 takes a free one, and says which. /metrics there is for Prometheus",
        CheckLoopbackAddress)
        ->group(kGroup);
  }
}

void CrawlFlags::AddWarc(CLI::App& app, const std::string& group) {
  AddTextOption(app, "--warc", "PREFIX", options_.warc,
                "Write what is stored as WARC 1.1 too while the crawl goes on: PREFIX-00000.warc.gz ..., each with a "
                "CDXJ index. Implies --store-body zstd",
                [](const std::string& text) {
                  return text.empty() ? "it is empty; name what the files' names begin with, such as archive/site" : "";
                })
      ->group(group);
  AddSizeOption(
      app, "--warc-size",
      [this](std::uint64_t bytes) {
        options_.warc_file_bytes = bytes;
        warc_size_given_ = true;
      },
      "Begin another WARC file once one has as much (default: 1G)")
      ->group(group);
}

Result<void> CrawlFlags::CheckTogether() const {
  if (Result<void> output = output_.Check(); !output) {
    return output;
  }
  const auto contradiction = [](std::string_view message) {
    return Err(ErrorCode::kInvalidArgument, std::string(message));
  };
  if (options_.insecure && !options_.ca_file.empty()) {
    return contradiction(
        "--insecure and --ca-file contradict each other: without verification no certificate is looked at; "
        "give one of them");
  }
  if (options_.worker_memory_bytes != 0 && options_.worker_memory_bytes < kLeastWorkerMemory) {
    return contradiction("--worker-memory is too small: a worker needs 16M before it reads its first page");
  }
  if (!options_.warc.empty() && no_bodies_) {
    return contradiction(
        "--warc and --store-body none contradict each other: the files are written from the bodies that are kept; "
        "leave one of them out");
  }
  if (!options_.user.empty() && NamesHeader(options_.headers, "authorization")) {
    return contradiction("--user and -H \"Authorization: ...\" contradict each other; give one of them");
  }
  if (options_.scope == ScopeKind::kPage && options_.max_depth.value_or(0) > 0) {
    return contradiction(
        "--scope page and --depth contradict each other: the first fetches the seeds alone; for links up to "
        "a depth use --scope prefix, host, domain or any");
  }
  if (options_.host_connections && *options_.host_connections > options_.connections && connections_given_) {
    return contradiction(
        fmt::format("--host-connections {} is more than --connections {}, which counts all hosts together; "
                    "raise the second or lower the first",
                    *options_.host_connections, options_.connections));
  }
  return {};
}

Result<CrawlOptions> CrawlFlags::Build() const {
  Result<CrawlOptions> given = BuildWithoutSeeds();
  if (!given) {
    return given;
  }
  if (Result<void> sitemaps = sitemaps_.Apply(*given); !sitemaps) {
    return std::move(sitemaps).error();
  }
  CrawlOptions options = std::move(*given);
  bool has_stdin = false;
  const auto add = [&](Result<SeedSource> seed) -> Result<void> {
    if (!seed) {
      return std::move(seed).error();
    }
    if (seed->kind == SeedSource::Kind::kStdin) {
      if (has_stdin) {
        return Err(ErrorCode::kInvalidArgument, "stdin can be read once; give - a single time");
      }
      has_stdin = true;
    }
    options.seeds.push_back(std::move(*seed));
    return {};
  };
  for (const std::string& argument : seeds_) {
    if (Result<void> added = add(ReadSeedArgument(argument)); !added) {
      return std::move(added).error();
    }
  }
  for (const std::string& argument : seed_files_) {
    if (Result<void> added = add(ReadSeedFileArgument(argument)); !added) {
      return std::move(added).error();
    }
  }
  if (Result<void> scraping = scraping_.Apply(options); !scraping) {
    return std::move(scraping).error();
  }
  if (options.seeds.empty()) {
    return Err(ErrorCode::kInvalidArgument,
               "no seeds: give a URL, a seed list or -i FILE, such as `spinneret crawl https://example.com/`");
  }
  if (options.host_connections.value_or(1) > 1 && options.host_delay.count() > 0) {
    Log(LogLevel::kWarning,
        fmt::format("--host-connections {} has no effect while a host rests between requests; on your own "
                    "site add --host-delay 0",
                    *options.host_connections));
  }
  return options;
}

Result<CrawlOptions> CrawlFlags::BuildWithoutSeeds() const {
  if (Result<void> together = CheckTogether(); !together) {
    return std::move(together).error();
  }
  CrawlOptions options = options_;
  if (options.auto_workers && !connections_given_) {
    options.connections = kMostAutoConnections;
  }
  options.accept = SplitAccept(options_.accept);
  if (!options.warc.empty()) {
    options.store_body = StoreBody::kZstd;
  } else if (warc_size_given_) {
    return Err(ErrorCode::kInvalidArgument,
               "--warc-size says how large the files of --warc PREFIX get; name these too");
  }
  if (Result<void> applied = connection_.Apply(options); !applied) {
    return std::move(applied).error();
  }
  return options;
}

Result<CrawlOptions> CrawlFlags::Overlay(const StoredSettings& stored) const {
  if (Result<void> together = CheckTogether(); !together) {
    return std::move(together).error();
  }
  CrawlOptions options = stored.options;
  if (workers_given_) {
    options.workers = options_.workers;
    if (options_.auto_workers && !options.auto_workers && !connections_given_) {
      options.connections = std::max(options.connections, kMostAutoConnections);
    }
    options.auto_workers = options_.auto_workers;
  }
  if (connections_given_) {
    options.connections = options_.connections;
  }
  if (options_.limit) {
    options.limit = options_.limit;
  }
  if (options_.time_limit) {
    options.time_limit = options_.time_limit;
  }
  if (options_.size_limit_bytes) {
    options.size_limit_bytes = options_.size_limit_bytes;
  }
  if (!options_.warc.empty() && options.store_body == StoreBody::kNone) {
    return Err(ErrorCode::kInvalidArgument,
               "--warc: this crawl keeps no bodies, so there is nothing to write; only a crawl that was started with "
               "--store-body zstd or --warc has them");
  }
  if (!options_.warc.empty()) {
    options.warc = options_.warc;
  }
  if (warc_size_given_) {
    options.warc_file_bytes = options_.warc_file_bytes;
  }
  options.headers = options_.headers;
  options.user = options_.user;
  std::string missing;
  for (const std::string& name : stored.needs_again) {
    const bool given = (name == "--header" && !options_.headers.empty()) ||
                       (name == "--user" && !options_.user.empty()) || connection_.Gives(name);
    if (!given) {
      missing += missing.empty() ? name : ", " + name;
    }
  }
  if (!missing.empty()) {
    return Err(
        ErrorCode::kInvalidArgument,
        fmt::format("this crawl was started with secrets, which are never stored; give them again: {}", missing));
  }
  if (Result<void> applied = connection_.Apply(options); !applied) {
    return std::move(applied).error();
  }
  return options;
}

}  // namespace spinneret::cli
