#include "tests/simweb/raw_client.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace spinneret::simweb {

std::string_view RawAnswer::body() const {
  const std::size_t empty_line = bytes.find("\r\n\r\n");
  return empty_line == std::string::npos ? std::string_view() : std::string_view(bytes).substr(empty_line + 4);
}

int RawAnswer::status() const {
  return bytes.compare(0, 9, "HTTP/1.1 ") == 0 ? std::atoi(bytes.c_str() + 9) : 0;
}

RawClient::RawClient(std::uint16_t port, const char* address) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval timeout{10, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  inet_pton(AF_INET, address, &to.sin_addr);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    close(fd_);
    fd_ = -1;
  }
}

RawClient::~RawClient() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

void RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void RawClient::FinishSending() {
  shutdown(fd_, SHUT_WR);
}

RawAnswer RawClient::Receive(std::size_t at_most) {
  RawAnswer answer;
  if (fd_ < 0) {
    answer.end = RawEnd::kUnconnected;
    return answer;
  }
  std::array<char, 16'384> buffer{};
  while (answer.bytes.size() < at_most) {
    const ssize_t got = recv(fd_, buffer.data(), std::min(buffer.size(), at_most - answer.bytes.size()), 0);
    if (got == 0) {
      return answer;
    }
    if (got < 0) {
      answer.end = errno == ECONNRESET ? RawEnd::kReset : RawEnd::kTimedOut;
      return answer;
    }
    answer.bytes.append(buffer.data(), static_cast<std::size_t>(got));
  }
  answer.end = RawEnd::kEnough;
  return answer;
}

RawAnswer RawClient::ReceiveResponse() {
  RawAnswer answer;
  std::size_t wanted = 1;
  while (answer.bytes.size() < wanted) {
    RawAnswer more = Receive(wanted - answer.bytes.size());
    answer.bytes += more.bytes;
    answer.end = more.end;
    if (more.end != RawEnd::kEnough) {
      return answer;
    }
    const std::size_t head = answer.bytes.find("\r\n\r\n");
    if (head == std::string::npos) {
      wanted = answer.bytes.size() + 1;
      continue;
    }
    const std::size_t length = answer.bytes.find("Content-Length: ");
    wanted = head + 4 + (length < head ? std::strtoul(answer.bytes.c_str() + length + 16, nullptr, 10) : 0);
  }
  return answer;
}

RawAnswer Get(std::uint16_t port, std::string_view target, std::string_view more_headers) {
  RawClient client(port);
  client.Send("GET " + std::string(target) + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
              "\r\nConnection: close\r\n" + std::string(more_headers) + "\r\n");
  return client.Receive();
}

}  // namespace spinneret::simweb
