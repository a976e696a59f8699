#include "parser/encoding_decoders.h"

#include <cstdint>

#include "parser/encoding_multi_byte.h"
#include "parser/encoding_single_byte.h"
#include "parser/encoding_writer.h"

namespace spinneret::internal {
namespace {

bool IsContinuation(std::uint8_t byte) {
  return (byte & 0xC0U) == 0x80U;
}

// One sequence that begins with a byte ≥ 0x80: its length when well-formed; else `valid` is false and the length is
// that of the maximal subpart, at least 1. `reached_end`: the sequence was well-formed as far as the input goes.
struct Sequence {
  std::size_t length = 1;
  bool valid = false;
  bool reached_end = false;
};
Sequence ReadSequence(std::string_view bytes, std::size_t at) {
  const std::uint8_t lead = ByteAt(bytes, at);
  std::size_t needed = 0;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    needed = 1;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    needed = 2;
    low = lead == 0xE0 ? 0xA0 : 0x80;   // shorter form exists
    high = lead == 0xED ? 0x9F : 0xBF;  // surrogates
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    needed = 3;
    low = lead == 0xF0 ? 0x90 : 0x80;
    high = lead == 0xF4 ? 0x8F : 0xBF;  // above U+10FFFF
  } else {
    return {};
  }
  Sequence sequence;
  for (std::size_t i = 1; i <= needed; ++i) {
    if (at + i == bytes.size()) {
      sequence.reached_end = true;
      return sequence;
    }
    const std::uint8_t byte = ByteAt(bytes, at + i);
    if (i == 1 ? byte < low || byte > high : !IsContinuation(byte)) {
      return sequence;
    }
    sequence.length = i + 1;
  }
  sequence.valid = true;
  return sequence;
}

template <std::size_t kLow, std::size_t kHigh>
void DecodeUtf16(std::string_view bytes, std::string& out) {
  Utf8Writer writer(out);
  const auto unit_at = [bytes](std::size_t i) {
    return static_cast<std::uint32_t>(ByteAt(bytes, i + kLow) |
                                      (static_cast<unsigned>(ByteAt(bytes, i + kHigh)) << 8U));
  };
  std::size_t i = 0;
  while (i + 2 <= bytes.size()) {
    const std::uint32_t unit = unit_at(i);
    i += 2;
    if (unit < 0xD800 || unit > 0xDFFF) {
      writer.AppendCodePoint(unit);
      continue;
    }
    if (unit < 0xDC00 && i + 2 <= bytes.size()) {
      const std::uint32_t next = unit_at(i);
      if (next >= 0xDC00 && next <= 0xDFFF) {
        writer.AppendCodePoint(0x10000 + ((unit - 0xD800) << 10U) + (next - 0xDC00));
        i += 2;
        continue;
      }
    }
    // A lone surrogate. With half a unit behind it at the end of input, both are one error.
    writer.AppendError();
    if (unit < 0xDC00 && i + 1 == bytes.size()) {
      return;
    }
  }
  if (i < bytes.size()) {
    writer.AppendError();
  }
}

void DecodeUserDefined(std::string_view bytes, std::string& out) {
  Utf8Writer writer(out);
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    writer.AppendCodePoint(byte < 0x80 ? byte : 0xF700U + byte);
  }
}

}  // namespace

bool IsAscii(std::string_view bytes) {
  return AsciiRun(bytes, 0) == bytes.size();
}

std::size_t ValidUtf8Prefix(std::string_view bytes) {
  std::size_t i = 0;
  for (;;) {
    i += AsciiRun(bytes, i);
    if (i == bytes.size()) {
      return i;
    }
    // Text that is not ASCII has such characters in a row.
    while (i < bytes.size() && ByteAt(bytes, i) >= 0x80) {
      // Most are two bytes, or three of a lead byte with no further condition.
      const std::uint8_t lead = ByteAt(bytes, i);
      if (IsBetween(lead, 0xC2, 0xDF) && i + 1 < bytes.size() && IsContinuation(ByteAt(bytes, i + 1))) {
        i += 2;
        continue;
      }
      if (IsBetween(lead, 0xE1, 0xEC) && i + 2 < bytes.size() && IsContinuation(ByteAt(bytes, i + 1)) &&
          IsContinuation(ByteAt(bytes, i + 2))) {
        i += 3;
        continue;
      }
      const Sequence sequence = ReadSequence(bytes, i);
      if (!sequence.valid) {
        return i;
      }
      i += sequence.length;
    }
  }
}

bool IsUnfinishedUtf8(std::string_view bytes) {
  return !bytes.empty() && ByteAt(bytes, 0) >= 0x80 && ReadSequence(bytes, 0).reached_end;
}

void RepairUtf8(std::string_view bytes, std::string& out) {
  out.clear();
  while (!bytes.empty()) {
    const std::size_t valid = ValidUtf8Prefix(bytes);
    out.append(bytes.substr(0, valid));
    bytes.remove_prefix(valid);
    if (!bytes.empty()) {
      out.append(kReplacementText);
      bytes.remove_prefix(ReadSequence(bytes, 0).length);
    }
  }
}

void Decode(const Encoding& encoding, std::string_view bytes, std::string& out) {
  out.clear();
  switch (encoding.kind) {
    case EncodingKind::kUtf8:
      RepairUtf8(bytes, out);
      break;
    case EncodingKind::kUtf16Le:
      DecodeUtf16<0, 1>(bytes, out);
      break;
    case EncodingKind::kUtf16Be:
      DecodeUtf16<1, 0>(bytes, out);
      break;
    case EncodingKind::kSingleByte:
      DecodeSingleByte(encoding, bytes, out);
      break;
    case EncodingKind::kBig5:
      DecodeBig5(bytes, out);
      break;
    case EncodingKind::kEucJp:
      DecodeEucJp(bytes, out);
      break;
    case EncodingKind::kEucKr:
      DecodeEucKr(bytes, out);
      break;
    case EncodingKind::kGb18030:
      DecodeGb18030(bytes, out);
      break;
    case EncodingKind::kIso2022Jp:
      DecodeIso2022Jp(bytes, out);
      break;
    case EncodingKind::kShiftJis:
      DecodeShiftJis(bytes, out);
      break;
    case EncodingKind::kReplacement:
      if (!bytes.empty()) {
        out = kReplacementText;
      }
      break;
    case EncodingKind::kUserDefined:
      DecodeUserDefined(bytes, out);
      break;
  }
}

}  // namespace spinneret::internal
