// DnsServer: a DNS server over UDP on 127.0.0.1 that answers from a table; counts the questions.
//
// Thread     its own; the table is set before, the counts may be read at any time.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace spinneret {

struct DnsAnswer {
  std::vector<std::string> ips;  // of both families; each question gets those of its own
  std::uint32_t ttl = 60;
  int rcode = 0;        // 2: server failure, 3: no such name
  bool silent = false;  // no answer at all
};

class DnsServer {
 public:
  // Names without a row get "no such name".
  // `port` 0: a free one.
  explicit DnsServer(std::map<std::string, DnsAnswer> table, std::uint16_t port = 0);
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // Questions for a name's A records.
  int asked(const std::string& name) const;
  int asked_in_all() const;

 private:
  void Serve();

  const std::map<std::string, DnsAnswer> table_;
  int fd_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, int> asked_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace spinneret
