// PostgresServer: a real server of Debian's PostgreSQL, from initdb, on a free port of 127.0.0.1, with all its files in a
// folder of its own. PostgreSQL refuses to run as root: then it runs as `postgres` or `nobody`.
//
//   if (!PostgresServer::Installed()) { MESSAGE("skipped: PostgreSQL is not installed"); return; }
//   PostgresServer server;
//   const std::string url = server.NewDatabase();
//
// Errors  a server that cannot be made fails the test (CHECK of the program).
#pragma once

#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace spinneret::testing {

class PostgresServer {
 public:
  static bool Installed();

  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // The URL of a new, empty database.
  std::string NewDatabase();
  std::uint16_t port() const { return port_; }
  // By psql, into the database of that URL.
  static void Execute(const std::string& url, const std::string& sql);

  // SIGINT: fast, rolls back; SIGQUIT: immediate, as after a crash.
  void Stop(int signal = SIGINT);
  void Start();

 private:
  std::vector<std::string> AsServerUser(std::vector<std::string> argv) const;

  TempDir folder_;
  std::string data_;
  std::uint16_t port_ = 0;
  int databases_ = 0;
  std::unique_ptr<Process> process_;
};

}  // namespace spinneret::testing
