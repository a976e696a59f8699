// Bytes as the URL standard sees them: percent-encode sets (§1.3), percent-decoding, and input made into clean UTF-8.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace spinneret::url_encode {

// One bit per question that the parser asks about a byte. The first six are the percent-encode sets.
enum ByteClass : std::uint16_t {
  kC0ControlSet = 1U << 0U,
  kFragmentSet = 1U << 1U,
  kQuerySet = 1U << 2U,
  kSpecialQuerySet = 1U << 3U,
  kPathSet = 1U << 4U,
  kUserinfoSet = 1U << 5U,
  kDot = 1U << 6U,
  kPercent = 1U << 7U,
  kBackslash = 1U << 8U,
  kUpper = 1U << 9U,             // A to Z
  kForbiddenHost = 1U << 10U,    // §3.1 forbidden host code point
  kForbiddenDomain = 1U << 11U,  // §3.1 forbidden domain code point; '%' is one of them
  kNonAscii = 1U << 12U,
  kSchemeByte = 1U << 13U,  // a letter, a digit, '+', '-' or '.'
};

constexpr std::array<std::uint16_t, 256> MakeByteClasses() {
  std::array<std::uint16_t, 256> table{};
  const auto add = [&table](std::string_view bytes, unsigned classes) {
    for (const char c : bytes) {
      auto& entry = table[static_cast<unsigned char>(c)];
      entry = static_cast<std::uint16_t>(entry | classes);
    }
  };
  // Each set contains those before it, as far as the standard has it so.
  const unsigned every_set = kC0ControlSet | kFragmentSet | kQuerySet | kSpecialQuerySet | kPathSet | kUserinfoSet;
  const unsigned query_up = kQuerySet | kSpecialQuerySet | kPathSet | kUserinfoSet;
  for (unsigned b = 0; b < 256; ++b) {
    unsigned classes = 0;
    if (b < 0x20 || b > 0x7E) {
      classes |= every_set;
    }
    if (b < 0x20 || b == 0x7F) {
      classes |= kForbiddenDomain;
    }
    if (b >= 0x80) {
      classes |= kNonAscii;
    }
    if (b >= 'A' && b <= 'Z') {
      classes |= kUpper;
    }
    if ((b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9')) {
      classes |= kSchemeByte;
    }
    table[b] = static_cast<std::uint16_t>(classes);
  }
  add(" \"<>`", kFragmentSet);
  add(" \"#<>", query_up);
  add("'", kSpecialQuerySet);
  add("?^`{}", kPathSet | kUserinfoSet);
  add("/:;=@[\\]|", kUserinfoSet);
  add(".", kDot);
  add("%", kPercent | kForbiddenDomain);
  add("\\", kBackslash);
  add("+-.", kSchemeByte);
  add(std::string_view("\0\t\n\r #/:<>?@[\\]^|", 17), kForbiddenHost | kForbiddenDomain);
  return table;
}

inline constexpr std::array<std::uint16_t, 256> kByteClasses = MakeByteClasses();

inline std::uint16_t ClassOf(char byte) {
  return kByteClasses[static_cast<unsigned char>(byte)];
}

// Every class that occurs in `text`.
inline unsigned ClassesIn(std::string_view text) {
  unsigned classes = 0;
  for (const char c : text) {
    classes |= ClassOf(c);
  }
  return classes;
}

// Appends `text`, clean UTF-8, with the bytes of `set` percent-encoded.
void AppendEncoded(std::string_view text, ByteClass set, std::string& out);

// `text` with every "%XX" replaced by its byte; other '%' stay.
std::string PercentDecode(std::string_view text);

// Whether the text may be parsed as it is: well-formed UTF-8 without tab, line feed and carriage return.
bool IsClean(std::string_view text);

// `text` without tab, line feed and carriage return, and with malformed UTF-8 replaced by U+FFFD (one for each maximal
// part of a sequence, as the Encoding standard's decoder does).
std::string Clean(std::string_view text);

// `text` with malformed UTF-8 replaced in the same way, and nothing removed.
std::string ReplaceMalformedUtf8(std::string_view text);

}  // namespace spinneret::url_encode
