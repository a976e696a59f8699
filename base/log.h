// Messages for people, on stderr, one line each: "spinneret: warning: …".
//
// Thread   any. Lines are never mixed. Control characters in the text (it may quote the web) are written as \xNN. A
//          live progress line steps aside for them by SetLogLineHook.
#pragma once

#include <functional>
#include <string_view>

namespace spinneret {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// Lines below `level` are dropped. Default: kInfo.
void SetLogLevel(LogLevel level);

// Called before (true) and after (false) each line, under the log's lock; {} takes it off.
void SetLogLineHook(std::function<void(bool before)> hook);

void Log(LogLevel level, std::string_view message);

}  // namespace spinneret
