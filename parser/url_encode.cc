#include "parser/url_encode.h"

namespace spinneret::url_encode {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr char kHexDigits[] = "0123456789ABCDEF";

bool IsAscii(std::string_view text) {
  unsigned char seen = 0;
  for (const char c : text) {
    seen = static_cast<unsigned char>(seen | static_cast<unsigned char>(c));
  }
  return seen < 0x80;
}

struct Sequence {
  std::size_t length;  // at least 1; of a malformed one, the bytes that one U+FFFD stands for
  bool well_formed;
};

// The UTF-8 sequence at the start of `text`, which is not empty. (Unicode 15 table 3-7; Encoding standard §4.1.)
Sequence FirstSequence(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) {
    return {1, true};
  }
  if (lead < 0xC2 || lead > 0xF4) {
    return {1, false};
  }
  // The second byte of some leads is narrower: no overlong forms, no surrogates, nothing above U+10FFFF.
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead == 0xE0) {
    low = 0xA0;
  } else if (lead == 0xED) {
    high = 0x9F;
  } else if (lead == 0xF0) {
    low = 0x90;
  } else if (lead == 0xF4) {
    high = 0x8F;
  }
  std::size_t needed = 4;
  if (lead < 0xE0) {
    needed = 2;
  } else if (lead < 0xF0) {
    needed = 3;
  }
  for (std::size_t i = 1; i < needed; ++i) {
    if (i == text.size() || byte(i) < low || byte(i) > high) {
      return {i, false};
    }
    low = 0x80;
    high = 0xBF;
  }
  return {needed, true};
}

bool IsWellFormedUtf8(std::string_view text) {
  while (!text.empty()) {
    const Sequence sequence = FirstSequence(text);
    if (!sequence.well_formed) {
      return false;
    }
    text.remove_prefix(sequence.length);
  }
  return true;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(static_cast<unsigned char>(c) | 0x20U);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

void AppendEncoded(std::string_view text, ByteClass set, std::string& out) {
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((ClassOf(text[i]) & set) == 0) {
      continue;
    }
    out.append(text.substr(done, i - done));
    const auto byte = static_cast<unsigned char>(text[i]);
    const char encoded[3] = {'%', kHexDigits[byte >> 4U], kHexDigits[byte & 0xFU]};
    out.append(encoded, 3);
    done = i + 1;
  }
  out.append(text.substr(done));
}

std::string PercentDecode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && text.size() - i > 2) {
      const int high = HexValue(text[i + 1]);
      const int low = HexValue(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
        continue;
      }
    }
    out.push_back(text[i]);
  }
  return out;
}

bool IsClean(std::string_view text) {
  // One pass without branches first, which compilers turn into vector code: nearly every URL ends here.
  unsigned char odd = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool removed = byte == '\t' || byte == '\n' || byte == '\r';
    odd = static_cast<unsigned char>(odd | (byte & 0x80U) | static_cast<unsigned char>(removed));
  }
  return odd == 0 || (odd == 0x80 && IsWellFormedUtf8(text));
}

std::string Clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Sequence sequence = FirstSequence(text);
    if (!sequence.well_formed) {
      out.append(kReplacement);
    } else if (text[0] != '\t' && text[0] != '\n' && text[0] != '\r') {
      out.append(text.substr(0, sequence.length));
    }
    text.remove_prefix(sequence.length);
  }
  return out;
}

std::string ReplaceMalformedUtf8(std::string_view text) {
  std::string out;
  if (IsAscii(text)) {
    out = text;
    return out;
  }
  out.reserve(text.size());
  while (!text.empty()) {
    const Sequence sequence = FirstSequence(text);
    out.append(sequence.well_formed ? text.substr(0, sequence.length) : kReplacement);
    text.remove_prefix(sequence.length);
  }
  return out;
}

}  // namespace spinneret::url_encode
