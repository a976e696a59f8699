// ScriptedServer: a TCP server on 127.0.0.1 whose every connection is played by a function of the test; for answers
// that no well-kept server gives, and for counting connections.
//
// Thread     the script runs on a thread of its own per connection; the other calls on the test's thread.
// Errors     a system call that fails aborts the test: there is nothing to test without the server.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace spinneret {

// One end of an accepted connection; closed cleanly at the script's end.
class ScriptedConnection {
 public:
  ScriptedConnection(int fd, const std::atomic<bool>& stopping) : fd_(fd), stopping_(stopping) {}

  // The next request's head, up to and with its empty line; empty when the client is gone. Bodies are not expected.
  std::string ReadRequest();
  // False when the client is gone.
  bool Send(std::string_view bytes);
  // So many bytes; fewer when the client is gone.
  std::string ReadBytes(std::size_t count);
  // Passes bytes on to a port of 127.0.0.1 and back, until one of the two ends or the server stops. After `most` bytes, in
  // whichever direction the last of them goes, it stops in the middle: true.
  bool RelayTo(std::uint16_t port, std::size_t most = SIZE_MAX);
  // Returns when the client is gone or the server stops.
  void WaitForEnd();
  // The end is a RST, not a clean close.
  void Reset();

 private:
  int fd_;
  const std::atomic<bool>& stopping_;
  std::string unread_;
};

class ScriptedServer {
 public:
  using Script = std::function<void(ScriptedConnection&)>;

  explicit ScriptedServer(Script script);
  ~ScriptedServer();  // ends all connections and joins
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string Url(std::string_view path, std::string_view host = "127.0.0.1") const;
  int connections() const { return connections_.load(); }

 private:
  void Accept();

  const Script script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<int> open_;             // guarded by mutex_: ended by the destructor
  std::vector<std::thread> threads_;  // of the connections; the accepting thread alone, then the destructor
  std::thread acceptor_;
};

}  // namespace spinneret
