// Crawls that several processes share on PostgreSQL: the agents, and what must hold when they are through.
//
//   if (SkipPostgres()) { return; }
//   PostgresServer postgres;
//   Agents agents(postgres.NewDatabase(), {web->site().UrlOf(0), "--scope", "any"});
//   agents.Start();
//   agents.Start();
//   CHECK_MESSAGE(agents.Ends() == "0 0", agents.said());
//   CheckWhole(agents);
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "simweb/page_server.h"
#include "tests/integration/crawl_runner.h"
#include "tests/support/postgres_server.h"
#include "tests/support/process.h"

namespace spinneret::testing {

// True, and says so, where PostgreSQL is not installed.
bool SkipPostgres();

// A simulated web that is running, or the test fails.
std::unique_ptr<simweb::PageServer> StartPages(std::uint64_t pages, std::uint32_t hosts,
                                               std::chrono::milliseconds latency = {});

// Agents of one crawl, each a process.
class Agents {
 public:
  // `store`: the URL of a database, or those of several servers with a space between. `arguments` are the crawl's; none:
  // the agents join one that is there.
  explicit Agents(std::string store, Words arguments = {})
      : store_(std::move(store)), arguments_(std::move(arguments)) {}

  Process& Start(const Words& more = {});
  // Waits for all. Their exit codes in order of Start, "0 11"; "killed" for one that was. What they said is in said().
  std::string Ends();
  Process& any() { return *running_.front(); }
  const std::string& said() const { return said_; }
  // What the server's database says, by the names of a file's tables; `public.` before one is the server's own. Of the only
  // server; and the sum over all.
  long long Number(const std::string& sql) const { return QueryNumber(store_, sql); }
  long long Sum(const std::string& sql) const;
  // The first column of what the server says that has this number, from 0.
  std::set<std::string> Column(std::size_t server, const std::string& sql) const;

 private:
  const std::string store_;
  const Words arguments_;
  std::vector<std::unique_ptr<Process>> running_;
  std::string said_;
};

// A crawl that is done: every admitted URL has one verdict, no row refers to nothing, nothing is on its way or leased.
void CheckWhole(const Agents& agents);

// The requests of the web's own log that came before their host's last answer and `delay` were over, one line each. No
// answer ends before its request has come and the web's `latency` has passed; when its last byte went, a busy web may
// note late. `asked` counts the pairs that were looked at.
std::string AskedEarly(const simweb::AccessLog& log, std::chrono::milliseconds latency, std::chrono::milliseconds delay,
                       int& asked);

}  // namespace spinneret::testing
