// How a store on PostgreSQL is named on a command line and in messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spinneret {

// "postgresql://…" or "postgres://…". Several servers are named by their URLs with a space between.
bool IsPostgresUrl(std::string_view text);
// Of each server, in order.
std::vector<std::string> PostgresUrls(std::string_view text);
// Without passwords: for messages.
std::string WithoutPassword(std::string_view urls);

}  // namespace spinneret
