// Bringing a crawl's file into an empty PostgreSQL database, where it goes on with any number of agents.
//
// Whole    one transaction: agents find all of the crawl there or nothing, whatever is killed.
// File     is locked against crawls for as long as this lives, read, and left as it is.
// Kept     pages, links, attempts, records, bodies, robots.txt and until when it holds, rests that hosts have asked for,
//          skips, pending URLs, traps, rules, how far seeds are read.
// Left     the full-text index, coverage, and what was being read when a crawl was killed. Not pushed at all: a
//          crawl that was refreshed, and one with sitemaps (the caller knows by its settings).
// Memory   25 bytes a URL, and a few megabytes of rows.
// Thread   one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/url_identity.h"

namespace spinneret {

// What of a crawl its settings say, which are the crawler's to read.
struct PushPlan {
  using Name = std::function<UrlFingerprint(std::string_view href)>;
  Name fingerprint;
  // Of a URL whose fingerprint another one has. Empty where no two can: the default canonical key.
  Name spelling;
  // Whether the scope that holds all URLs given before is wider with this one.
  std::function<bool(std::string_view href)> widen;
  std::size_t seed_sources = 0;
  std::optional<std::uint64_t> page_limit;
  // Rows sent, of about so many.
  std::function<void(std::uint64_t done, std::uint64_t all)> on_progress;
};

struct Pushed {
  std::uint64_t urls = 0, pages = 0, links = 0, pending = 0;
};

class CrawlPush {
 public:
  // kNotFound, kInUse, kStorageCorrupt, kStorageVersion; kUnsupported for what a crawl on PostgreSQL cannot hold.
  static Result<std::unique_ptr<CrawlPush>> Open(const std::string& path);
  virtual ~CrawlPush() = default;

  virtual const HashSecret& secret() const = 0;
  virtual const std::string& settings() const = 0;

  // Once. kAlreadyExists where the database has a crawl.
  virtual Result<Pushed> Run(const std::string& url, const PushPlan& plan) = 0;
};

}  // namespace spinneret
