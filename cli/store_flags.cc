#include "cli/store_flags.h"

#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "base/printable.h"
#include "cli/option_kinds.h"
#include "cli/summary.h"
#include "storage/postgres/postgres_url.h"

namespace spinneret::cli {
namespace {

constexpr std::chrono::seconds kShortestLease{2};

std::string DefaultAgent() {
  char name[256] = "agent";
  gethostname(name, sizeof name - 1);
  return fmt::format("{}-{}", name, getpid());
}

}  // namespace

CLI::Option* AddStoreOption(CLI::App& app, std::vector<std::string>& urls, const std::string& description) {
  return AddListOption(app, "--store", "URL", urls, description, [](const std::string& text) {
    return IsPostgresUrl(text) ? "" : "it is no URL such as postgresql://host/database";
  });
}

std::string StoreOf(const std::vector<std::string>& urls) {
  return fmt::format("{}", fmt::join(urls, " "));
}

void StoreFlags::AddTo(CLI::App& app, Url url, const std::string& group) {
  if (url == Url::kOption) {
    AddStoreOption(app, urls_,
                   "A PostgreSQL database instead of a file: postgresql://host/database. Begins the crawl there, or "
                   "joins it: every agent is given the same options. Once for each server where the crawl is to lie on "
                   "several, always in the same order. Passwords by ~/.pgpass or PGPASSWORD")
        ->group(group);
  }
  AddTextOption(app, "--agent", "NAME", agent_,
                "What this agent is called (default: the machine's name and the process)")
      ->group(group);
  AddDurationOption(
      app, "--lease", Zero::kRefused, [this](std::chrono::milliseconds time) { lease_ = time; },
      "Others take an agent's hosts over when it has given no sign of life for TIME (default: 30s)")
      ->group(group);
}

PostgresPlace StoreFlags::Place() const {
  return {url(), agent_.empty() ? DefaultAgent() : agent_, std::max<std::chrono::milliseconds>(lease_, kShortestLease)};
}

Result<std::unique_ptr<Store>> StoreFlags::Join() const {
  return JoinPostgresCrawl(Place());
}

Result<std::unique_ptr<Store>> StoreFlags::JoinOrBegin(const CrawlOptions& options) const {
  const std::string settings = SettingsToJson(options);
  Result<std::unique_ptr<Store>> store = JoinPostgresCrawl(Place(), settings);
  if (!store) {
    return store;
  }
  const std::vector<std::string> other = DifferentSettings((*store)->settings(), settings);
  if (!other.empty()) {
    return Err(ErrorCode::kInvalidArgument,
               fmt::format("the crawl at {} has other settings: {}; give all agents the same options, or let this one "
                           "take them from there: spinneret resume {}",
                           Printable(WithoutPassword(url())), fmt::join(other, ", "),
                           Printable(ShellQuote(WithoutPassword(url())))));
  }
  return store;
}

std::vector<std::string> UnshareableOptions(const CrawlOptions& options) {
  std::vector<std::string> names;
  if (options.sitemaps_from_robots || options.sitemaps_only || !options.sitemap_urls.empty()) {
    names.emplace_back("sitemaps");
  }
  if (options.size_limit_bytes) {
    names.emplace_back("--size-limit");
  }
  if (options.index_text) {
    names.emplace_back("--index");
  }
  if (!options.warc.empty()) {
    names.emplace_back("--warc");
  }
  return names;
}

Result<void> CheckShareable(const CrawlOptions& options, bool has_gates) {
  std::vector<std::string> refused = UnshareableOptions(options);
  if (has_gates) {
    refused.emplace_back("--fail-on");
  }
  if (refused.empty()) {
    return {};
  }
  return Err(ErrorCode::kInvalidArgument,
             fmt::format("a crawl on PostgreSQL cannot have {}; leave that out, or crawl into a file with -o",
                         fmt::join(refused, ", ")));
}

}  // namespace spinneret::cli
