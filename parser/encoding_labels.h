// The encodings of the WHATWG Encoding standard and the labels that name them (§4.2). For encoding.cc and its parts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace spinneret::internal {

enum class EncodingKind : std::uint8_t {
  kUtf8,
  kUtf16Le,
  kUtf16Be,
  kSingleByte,  // ASCII and 128 more
  kBig5,
  kEucJp,
  kEucKr,
  kGb18030,  // GBK too
  kIso2022Jp,
  kShiftJis,
  kReplacement,  // what is not safe to decode: one U+FFFD for the whole input
  kUserDefined,  // 0x80… stand for U+F780…
};

struct Encoding {
  std::string_view name;
  EncodingKind kind = EncodingKind::kUtf8;
  const char* icu_name = nullptr;  // of the converter that has a single-byte encoding's mappings; null: none has
};

std::span<const Encoding> AllEncodings();

// Null when `label` names no encoding. Case and surrounding white space are ignored.
const Encoding* FindEncoding(std::string_view label);

}  // namespace spinneret::internal
