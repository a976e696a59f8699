// DashboardServer: serves a DashboardState over HTTP/1.1 on a loopback address, by libmicrohttpd.
//
// Answers   / the page; /events the state as server-sent events, one for each Publish, or the latest where a client is slower;
//           /metrics Prometheus's text. GET and HEAD alone (405); a Host that is not loopback's is refused (403), and so is what
//           another site's page asks for. Nothing can be changed from here.
// Bounded   clients, streams among them, bytes of a request's head; a connection carries one request. A client that does not send
//           its request, or take what it is sent, within `patience` is dropped at the next Publish.
// Thread    Publish, Finish and the destructor on one thread; they wait for no client, but Finish, which has a bound. Requests are
//           read and answers made on a thread of the server's own.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "cli/dashboard_page.h"
#include "cli/dashboard_state.h"

namespace spinneret::cli {

struct DashboardServerOptions {
  unsigned max_clients = 32;    // more wait to be accepted
  std::size_t max_streams = 8;  // more are refused (503)
  std::chrono::milliseconds patience{30'000};
};

class DashboardServer {
 public:
  // `listener`: a socket that listens; the server's from here on, also when it fails. kSystem when there is no thread to be had.
  static Result<std::unique_ptr<DashboardServer>> Start(int listener, DashboardPage page,
                                                        const DashboardServerOptions& options = {});
  virtual ~DashboardServer() = default;

  virtual void Publish(std::shared_ptr<const DashboardState> state) = 0;
  // Publishes the last state, and waits until those who listen have it, `patience` at most. Then nobody is served any more.
  virtual void Finish(std::shared_ptr<const DashboardState> state, std::chrono::milliseconds patience) = 0;

  // Connections that are open.
  virtual std::size_t clients() = 0;
};

}  // namespace spinneret::cli
