// NginxServer: a real web server with TLS and HTTP/2, for what no simulated one speaks. Debian's nginx as an ordinary
// process on free ports of 127.0.0.1, with all its files in a folder of its own; and certificates made for it.
//
//   if (!NginxServer::Installed()) { MESSAGE("skipped: nginx is not installed"); return; }
//   const TestCa ca;
//   NginxServer server(ca, "location / { return 200 'hello'; }");
//   crawl.Run({server.Url("/"), "--ca-file", ca.file(), "--resolve", server.Resolve()});
//
// Errors  a server or certificate that cannot be made fails the test.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace spinneret::testing {

// A certificate authority of its own, through openssl's command.
class TestCa {
 public:
  TestCa();
  std::string file() const { return folder_ / "ca.pem"; }
  // A certificate and its key, NAME.pem and NAME.key; `password` encrypts the key. Returns the certificate's path.
  std::string Issue(const std::string& name, const std::string& password = {}) const;
  std::string KeyOf(const std::string& name) const { return folder_ / (name + ".key"); }

 private:
  TempDir folder_;
};

// A port of 127.0.0.1 that nothing listens on.
std::uint16_t ClosedLoopbackPort();

class NginxServer {
 public:
  static bool Installed();

  // `locations` go into a server block for https://shop.test; `server_settings` too.
  NginxServer(const TestCa& ca, const std::string& locations, const std::string& server_settings = {});
  NginxServer(const NginxServer&) = delete;
  NginxServer& operator=(const NginxServer&) = delete;

  std::string Url(const std::string& path) const;
  std::uint16_t port() const { return port_; }
  // For --resolve.
  std::string Resolve() const;
  // One line a request: "connection protocol method path status subject of the client's certificate".
  std::vector<std::string> Log() const;

 private:
  bool Start(const std::string& config);

  TempDir folder_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Process> process_;
};

}  // namespace spinneret::testing
