#include "crawler/worker_threads/environment_data.h"

namespace spinneret::worker_threads {

internal::Environment& internal::CurrentEnvironment() {
  static thread_local Environment environment;
  return environment;
}

void EraseEnvironmentData(const std::string& key) {
  const auto erased = internal::CurrentEnvironment().extract(key);
}

}  // namespace spinneret::worker_threads
