// ControlSocket: the socket beside a database by which `spinneret ctl` speaks to the crawl that runs.
//
// Place     DB-ctl, a Unix socket of the crawl's owner alone (mode 0600; the peer's user id is looked at, too). There while
//           the crawl runs; one that a killed crawl left is replaced.
// Protocol  one line of JSON there, {"command": "pause"}, and one back, {"ok": true, ...} or {"ok": false, "error": "..."}.
// Thread    the crawl's main thread calls Serve about every 200 ms. It never waits: who is slow is served next time.
// Errors    a socket that cannot be made is no reason not to crawl: there is none then.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace spinneret::cli {

class ControlSocket {
 public:
  // Takes the line of a request, gives that of the answer, both without the line's end.
  using Handler = std::function<std::string(std::string_view)>;

  static Result<std::unique_ptr<ControlSocket>> Listen(const std::string& database);
  virtual ~ControlSocket() = default;

  virtual void Serve(const Handler& handler) = 0;
  // Takes the name away; also at the object's end.
  virtual void Close() = 0;
};

// kNotFound when no crawl listens there.
Result<std::string> AskControlSocket(const std::string& database, std::string_view request);

}  // namespace spinneret::cli
