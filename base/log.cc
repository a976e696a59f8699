#include "base/log.h"

#include <atomic>
#include <cstdio>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "base/printable.h"

namespace spinneret {
namespace {

std::atomic<LogLevel> g_level{LogLevel::kInfo};
Mutex g_mutex;
std::function<void(bool)> g_hook GUARDED_BY(g_mutex);

std::string_view Prefix(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "spinneret: debug: ";
    case LogLevel::kInfo:
      return "spinneret: ";
    case LogLevel::kWarning:
      return "spinneret: warning: ";
    case LogLevel::kError:
      return "spinneret: error: ";
  }
  return "";
}

}  // namespace

void SetLogLevel(LogLevel level) {
  g_level = level;
}

void SetLogLineHook(std::function<void(bool before)> hook) {
  MutexLock lock(g_mutex);
  g_hook = std::move(hook);
}

void Log(LogLevel level, std::string_view message) {
  if (level < g_level) {
    return;
  }
  std::string line(Prefix(level));
  line += Printable(message);
  line += '\n';
  MutexLock lock(g_mutex);
  if (g_hook) {
    g_hook(true);
  }
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
  if (g_hook) {
    g_hook(false);
  }
}

}  // namespace spinneret
