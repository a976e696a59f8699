// A port for a server that cannot choose one by itself.
#pragma once

#include <cstdint>

namespace spinneret::testing {

// A port of 127.0.0.1 that nothing listens on. Another process may take it before a server does, so starting is tried
// again.
std::uint16_t FreeLoopbackPort();

}  // namespace spinneret::testing
