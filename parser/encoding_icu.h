// ICU's converters, one character at a time: where the tables of encodings come from. For encoding.cc.
//
// Errors   a converter that this ICU does not have is false.
// Thread   one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

struct UConverter;

namespace spinneret::internal {

class IcuConverter {
 public:
  static IcuConverter Open(const char* name);

  explicit operator bool() const { return converter_ != nullptr; }
  // What `bytes` as a whole stand for; 0 when that is not one code point.
  std::uint32_t CodePointOf(std::string_view bytes) const;

 private:
  struct Close {
    void operator()(UConverter* converter) const;
  };
  std::unique_ptr<UConverter, Close> converter_;
};

}  // namespace spinneret::internal
