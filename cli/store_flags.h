// --store, --agent and --lease: a crawl on PostgreSQL, on which other agents may work too.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "cli/crawl_flags.h"
#include "crawler/crawl_options.h"
#include "storage/postgres/postgres_store.h"
#include "storage/store.h"

namespace spinneret::cli {

// --store, once for each server. `urls` outlives the reading of the command line.
CLI::Option* AddStoreOption(CLI::App& app, std::vector<std::string>& urls, const std::string& description);
// As one text, which names them all (storage/postgres/postgres_url.h).
std::string StoreOf(const std::vector<std::string>& urls);

class StoreFlags {
 public:
  // `url`: with --store; else the URL is given as the database (SetUrl).
  enum class Url : std::uint8_t { kOption, kElsewhere };
  void AddTo(CLI::App& app, Url url, const std::string& group);
  void SetUrl(const std::string& url) { urls_ = {url}; }
  // A crawl on PostgreSQL is meant.
  bool given() const { return !urls_.empty(); }
  std::string url() const { return StoreOf(urls_); }

  // Joins the crawl that is there; `options` begin one where none is, and must be those of the crawl where one is.
  Result<std::unique_ptr<Store>> JoinOrBegin(const CrawlOptions& options) const;
  // kNotFound where there is none.
  Result<std::unique_ptr<Store>> Join() const;

 private:
  PostgresPlace Place() const;

  std::vector<std::string> urls_;
  std::string agent_;
  std::chrono::milliseconds lease_{30'000};
};

// What of `options` a crawl on PostgreSQL cannot have, by name.
std::vector<std::string> UnshareableOptions(const CrawlOptions& options);
// What a crawl on PostgreSQL cannot do is refused before anything is asked.
Result<void> CheckShareable(const CrawlOptions& options, bool has_gates);

}  // namespace spinneret::cli
