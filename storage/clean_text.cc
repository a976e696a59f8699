#include "storage/clean_text.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace spinneret {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::uint8_t ByteAt(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

// How many bytes from `at` are printable-or-control ASCII other than NUL.
std::size_t AsciiRun(std::string_view text, std::size_t at) {
  const std::size_t begin = at;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    const std::uint64_t has_zero = (word - 0x0101010101010101U) & ~word & 0x8080808080808080U;
    if (((word & 0x8080808080808080U) | has_zero) != 0) {
      break;
    }
  }
  while (at < text.size() && ByteAt(text, at) < 0x80 && text[at] != '\0') {
    ++at;
  }
  return at - begin;
}

struct Sequence {
  std::size_t length;  // bytes to step over, at least 1
  bool valid;
};

// The sequence at `at`, which is not plain ASCII. Ranges of the second byte are those of Unicode's table 3-7: they keep
// out overlong forms, surrogates and what lies above U+10FFFF.
Sequence SequenceAt(std::string_view text, std::size_t at) {
  const std::uint8_t lead = ByteAt(text, at);
  std::size_t length = 0;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    low = lead == 0xE0 ? 0xA0 : low;
    high = lead == 0xED ? 0x9F : high;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    low = lead == 0xF0 ? 0x90 : low;
    high = lead == 0xF4 ? 0x8F : high;
  } else {
    return {1, false};  // NUL, a stray continuation byte, or a byte that begins nothing
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (at + i >= text.size() || ByteAt(text, at + i) < low || ByteAt(text, at + i) > high) {
      return {i, false};
    }
    low = 0x80;
    high = 0xBF;
  }
  return {length, true};
}

}  // namespace

bool IsCleanText(std::string_view text) {
  std::size_t at = 0;
  for (;;) {
    at += AsciiRun(text, at);
    if (at >= text.size()) {
      return true;
    }
    const Sequence sequence = SequenceAt(text, at);
    if (!sequence.valid) {
      return false;
    }
    at += sequence.length;
  }
}

std::string CleanText(std::string_view text) {
  std::string clean;
  clean.reserve(text.size() + kReplacement.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t ascii = AsciiRun(text, at);
    clean.append(text.substr(at, ascii));
    at += ascii;
    if (at < text.size()) {
      const Sequence sequence = SequenceAt(text, at);
      clean.append(sequence.valid ? text.substr(at, sequence.length) : kReplacement);
      at += sequence.length;
    }
  }
  return clean;
}

}  // namespace spinneret
