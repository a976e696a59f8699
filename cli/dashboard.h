// Dashboard: --dashboard, a page of this machine alone that shows a crawl while it runs (cli/dashboard_server.h).
//
// Thread   the crawl's main thread, which never waits for who looks, but for a moment at the end.
// Cost     once a second a copy of the status; the rest is done where the answers are made.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "cli/dashboard_server.h"
#include "cli/dashboard_state.h"
#include "cli/loopback_address.h"
#include "crawler/crawl_status.h"

namespace spinneret::cli {

class Dashboard {
 public:
  static constexpr std::size_t kHosts = 200;   // CrawlHooks::largest_hosts
  static constexpr std::uint64_t kFiles = 40;  // descriptors at most: its clients, and the server's own

  // `address`: as LoopbackAddress reads it. `name`: what the crawl's database is called. Who connects waits until the first
  // Update: before it a crawl may fork, and a thread would be in its way.
  static Result<std::unique_ptr<Dashboard>> Listen(const std::string& address, const std::string& name);
  ~Dashboard();
  Dashboard(const Dashboard&) = delete;
  Dashboard& operator=(const Dashboard&) = delete;

  std::string Url() const { return address_.Url(); }

  void Add(const PageGlance& page);
  void Update(const CrawlStatus& status);
  // Shows the end to those who look, and serves no more.
  void Finish(const CrawlSummary& summary);

 private:
  Dashboard(LoopbackAddress address, int listener, std::string name);
  std::shared_ptr<DashboardState> StateOf(const CrawlStatus& status) const;

  const LoopbackAddress address_;
  const std::string name_;
  int listener_;  // until the server has it
  std::unique_ptr<DashboardServer> server_;
  CrawlCourse course_;
  RecentPages recent_, failed_;
  std::chrono::milliseconds next_{0};  // of CrawlStatus::elapsed
};

}  // namespace spinneret::cli
