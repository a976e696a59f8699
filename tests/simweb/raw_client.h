// A client that sends what it is told and gives back the bytes it gets: what an HTTP library would hide.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spinneret::simweb {

enum class RawEnd {
  kClosed,    // the server closed cleanly
  kReset,     // the server reset the connection
  kTimedOut,  // nothing came for ten seconds
  kEnough,    // as many bytes as were asked for
  kUnconnected,
};

struct RawAnswer {
  std::string bytes;
  RawEnd end = RawEnd::kClosed;

  // After the first empty line.
  std::string_view body() const;
  // Of the status line; 0 when there is none.
  int status() const;
  bool Has(std::string_view text) const { return bytes.find(text) != std::string::npos; }
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, const char* address = "127.0.0.1");
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void Send(std::string_view bytes);
  // Says that nothing more will be sent.
  void FinishSending();
  // Until the server ends the connection or `at_most` bytes are there.
  RawAnswer Receive(std::size_t at_most = ~std::size_t{0});
  // One response: its head, and as much body as its Content-Length says.
  RawAnswer ReceiveResponse();

 private:
  int fd_ = -1;
};

// One GET on a connection of its own, until its end: "Connection: close" is sent.
RawAnswer Get(std::uint16_t port, std::string_view target, std::string_view more_headers = "");

}  // namespace spinneret::simweb
