// The routes of a RoughServer as data: what a request gets is a Script, a list of bytes and pauses and how it ends. The
// table of routes is in rough_server.h.
//
// Thread   one, that of the server.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "simweb/rough_server.h"

namespace spinneret::simweb {

// What comes after a script's last byte.
enum class Ending {
  kKeepAlive,  // the next request, unless the client asked to close
  kClose,      // a clean close
  kReset,      // RST
  kHang,       // nothing, until the client leaves
};

// `bytes`, `times` times, with a pause before each.
struct Step {
  std::string bytes;
  std::uint64_t times = 1;
  std::chrono::milliseconds pause{0};
};

struct Script {
  std::vector<Step> steps;
  Ending ending = Ending::kKeepAlive;
  int status = 0;                            // as the log has it; 0: no status line
  std::size_t head_steps = ~std::size_t{0};  // how many of the steps a HEAD request gets
};

// A well-formed response with Content-Length.
Script Respond(int status, std::string_view body, std::string_view content_type, const HeaderList& headers = {});

// What /robots.txt gets.
Script RespondRobots(const RobotsAnswer& answer);
// The answer that a query string spells (status, body, location, ms).
RobotsAnswer RobotsAnswerFromQuery(const RoughRequest& request);

class RoughRoutes {
 public:
  // The script of the route that the request's path names; 404 when none. /robots.txt and /set-robots are the server's.
  Script Answer(const RoughRequest& request);

 private:
  // True for the first `times` calls with this request's path and key.
  bool CountDown(const RoughRequest& request, std::uint64_t times);

  std::unordered_map<std::string, std::uint64_t> counts_;
};

}  // namespace spinneret::simweb
