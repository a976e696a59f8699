// How much of itself a case runs. A sanitizer looks at each access and takes ten times as long, to find the same with a tenth.
#pragma once

#include <cstdlib>
#include <string_view>

namespace spinneret::testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

// Whether the long form of a case is asked for (SPINNERET_LONG=1).
inline bool IsLong() {
  const char* value = std::getenv("SPINNERET_LONG");
  return value != nullptr && std::string_view(value) == "1";
}

// The number of pages, records or rounds: of the long form, of the usual one, and of the one under a sanitizer.
template <typename Number>
Number SizeOf(Number in_long_form, Number usual, Number sanitized) {
  if (IsLong()) {
    return in_long_form;
  }
  return kSanitized ? sanitized : usual;
}

}  // namespace spinneret::testing
