// The plumbing commands' way of speaking: one JSON object a line on stdin, one a line on stdout, in order, flushed.
//
// Errors    a line that is not a JSON object, or is over 64 MiB, gets {"error": …}, and the rest goes on.
// Text      half of a surrogate pair, which browsers' strings may hold and JSON libraries refuse, is read as U+FFFD.
//           Strings of an answer that are not UTF-8 are mended with U+FFFD.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace spinneret::cli {

using JsonLinesAnswer = std::function<nlohmann::json(const nlohmann::json& request)>;

// Reads stdin to its end. Returns an exit status: 1 when reading failed, or nobody reads the answers any more.
int AnswerJsonLines(const JsonLinesAnswer& answer);

nlohmann::json JsonError(std::string_view message);
// The text of a member; null when it is missing or not a string.
const std::string* JsonText(const nlohmann::json& request, const char* member);

}  // namespace spinneret::cli
