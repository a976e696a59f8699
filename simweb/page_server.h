// PageServer: serves a Site over HTTP/1.1 on the loopback addresses, keep-alive, by an epoll thread pool.
//
// Answers    a page (200), a sitemap or feed (200, site_sitemaps.h), /robots.txt (404, or `robots`), 404 for what is no page, 421 for a Host that is none of the
//            site's, 405 for what is neither GET nor HEAD. Text says which.
// Reach      with one host it listens on 127.0.0.1; with more on all addresses (one socket cannot listen on
//            127.0.0.0/8) and refuses every peer that is not in 127.0.0.0/8.
// Thread     Start and Stop on one thread; the accessors from any. Responses are made on the pool's threads.
// Latency    each response starts that much after its request; no thread waits for it.
// Faults     fault_plan.h says which answers go wrong, robots.txt's too. What goes wrong is logged with its own status.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "simweb/access_log.h"
#include "simweb/fault_plan.h"
#include "simweb/site.h"

namespace spinneret::simweb {

struct PageServerOptions {
  SiteSettings site;                     // its port is set by the server
  std::uint16_t port = 0;                // 0: a free one
  unsigned threads = 1;                  // of the pool, 1 … 256
  unsigned max_connections = 16'384;     // at the same time; more are refused
  std::chrono::milliseconds latency{0};  // before each response
  bool traps = false;                    // also serve trap_sites.h, on every host
  std::uint32_t records = 0;             // also serve record_sites.h with so many records a site; 0: none
  std::optional<std::string> robots;     // body of /robots.txt on every host; none: 404
  std::uint32_t faults = 0;              // each URL fails up to so many times, by site.seed; 0: none does
  AccessLog* log = nullptr;              // borrowed, must outlive the server; none: the server keeps its own, in memory
};

class PageServer {
 public:
  // Listening when it returns. kConnect when the port is taken, kSystem or kInvalidArgument otherwise.
  static Result<std::unique_ptr<PageServer>> Start(PageServerOptions options);
  ~PageServer();  // stops
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;

  // Ends every connection and joins the threads. What was under way is logged as incomplete.
  void Stop();

  std::uint16_t port() const;
  const Site& site() const;
  AccessLog& log();
  // May be set anew at any time.
  FaultPlan& faults();

 private:
  class Impl;
  explicit PageServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spinneret::simweb
