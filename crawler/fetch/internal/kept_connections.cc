#include "crawler/fetch/internal/kept_connections.h"

namespace spinneret {

bool KeptConnections::Keep(const std::string& server, bool more, SteadyTime now) {
  if (until_.size() >= most_ / 2 && now >= next_look_) {
    std::erase_if(until_, [now](const auto& kept) { return kept.second <= now; });
    next_look_ = now + std::chrono::seconds(1);
  }
  const auto known = until_.find(server);
  const std::size_t others = until_.size() - (known == until_.end() ? 0 : 1);
  // Half of the room is for servers that may turn out to have more.
  const bool keep = others < (more ? most_ : most_ / 2);
  if (keep) {
    until_[server] = now + 2 * kLongestIdle;  // a request may take as long again
  } else if (known != until_.end()) {
    until_.erase(known);
  }
  return keep;
}

}  // namespace spinneret
