// How a store on PostgreSQL is named on a command line and in messages.
#pragma once

#include <string>
#include <string_view>

namespace spinneret {

// "postgresql://…" or "postgres://…".
bool IsPostgresUrl(std::string_view text);
// Without its password: for messages.
std::string WithoutPassword(std::string_view url);

}  // namespace spinneret
