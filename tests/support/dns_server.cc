#include "tests/support/dns_server.h"

#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"

namespace spinneret {
namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr int kTypeA = 1;
constexpr int kTypeAaaa = 28;

void Put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8U & 0xffU);
  out += static_cast<char>(value & 0xffU);
}

}  // namespace

DnsServer::DnsServer(std::map<std::string, DnsAnswer> table, std::uint16_t port) : table_(std::move(table)) {
  fd_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t length = sizeof address;
  SPINNERET_CHECK(fd_ >= 0 && ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                      ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length) == 0,
                  "a test server is bound");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Serve(); });
}

DnsServer::~DnsServer() {
  // One empty datagram to itself ends Serve(); shutting down a UDP socket wakes nobody.
  sockaddr_in self{};
  self.sin_family = AF_INET;
  self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  self.sin_port = htons(port_);
  ::sendto(fd_, "", 0, 0, reinterpret_cast<const sockaddr*>(&self), sizeof self);
  thread_.join();
  ::close(fd_);
}

int DnsServer::asked(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = asked_.find(name);
  return found == asked_.end() ? 0 : found->second;
}

int DnsServer::asked_in_all() const {
  const std::lock_guard lock(mutex_);
  int sum = 0;
  for (const auto& [name, count] : asked_) {
    sum += count;
  }
  return sum;
}

void DnsServer::Serve() {
  while (true) {
    char buffer[1500];
    sockaddr_in peer{};
    socklen_t peer_length = sizeof peer;
    const ssize_t got = ::recvfrom(fd_, buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&peer), &peer_length);
    if (got <= 0) {
      return;
    }
    const std::string question(buffer, static_cast<std::size_t>(got));
    std::string name;
    std::size_t at = kHeaderBytes;
    while (at < question.size() && question[at] != '\0') {
      const auto length = static_cast<unsigned char>(question[at]);
      name += (name.empty() ? "" : ".") + question.substr(at + 1, length);
      at += 1U + length;
    }
    if (at + 5 > question.size()) {
      continue;
    }
    const int type = static_cast<unsigned char>(question[at + 2]);
    if (type == kTypeA) {
      const std::lock_guard lock(mutex_);
      ++asked_[name];
    }
    const auto found = table_.find(name);
    DnsAnswer row;
    row.rcode = 3;
    if (found != table_.end()) {
      row = found->second;
    }
    if (row.silent) {
      continue;
    }
    std::string records;
    unsigned count = 0;
    for (const std::string& ip : row.ips) {
      const bool v6 = ip.find(':') != std::string::npos;
      if (v6 != (type == kTypeAaaa)) {
        continue;
      }
      char bytes[16];
      SPINNERET_CHECK(inet_pton(v6 ? AF_INET6 : AF_INET, ip.c_str(), bytes) == 1, "the table holds addresses");
      Put16(records, 0xc00c);  // the question's name
      Put16(records, static_cast<unsigned>(type));
      Put16(records, 1);
      Put16(records, row.ttl >> 16U);
      Put16(records, row.ttl & 0xffffU);
      Put16(records, v6 ? 16 : 4);
      records.append(bytes, v6 ? 16 : 4);
      ++count;
    }
    std::string answer = question.substr(0, 2);
    Put16(answer, 0x8180U | static_cast<unsigned>(row.rcode));
    Put16(answer, 1);
    Put16(answer, count);
    Put16(answer, 0);
    Put16(answer, 0);
    answer += question.substr(kHeaderBytes, at + 5 - kHeaderBytes) + records;
    ::sendto(fd_, answer.data(), answer.size(), 0, reinterpret_cast<const sockaddr*>(&peer), peer_length);
  }
}

}  // namespace spinneret
