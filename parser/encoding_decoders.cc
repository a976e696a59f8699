#include "parser/encoding_decoders.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ucnv_err.h>

namespace spinneret::internal {
namespace {

constexpr std::string_view kReplacementText = "\xEF\xBF\xBD";
constexpr std::uint64_t kHighBits = 0x8080808080808080U;

std::uint8_t ByteAt(std::string_view bytes, std::size_t i) {
  return static_cast<std::uint8_t>(bytes[i]);
}
bool IsContinuation(std::uint8_t byte) {
  return (byte & 0xC0U) == 0x80U;
}

// How many bytes at `from` are ASCII, looked at eight at a time.
std::size_t AsciiRun(std::string_view bytes, std::size_t from) {
  std::size_t i = from;
  while (i + 8 <= bytes.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);
    if ((word & kHighBits) != 0) {
      break;
    }
    i += 8;
  }
  while (i < bytes.size() && ByteAt(bytes, i) < 0x80U) {
    ++i;
  }
  return i - from;
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

void AppendCodePoint(std::uint32_t c, std::string& out) {
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0U | (c >> 6U)));
    out.push_back(static_cast<char>(0x80U | (c & 0x3FU)));
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xE0U | (c >> 12U)));
    out.push_back(static_cast<char>(0x80U | ((c >> 6U) & 0x3FU)));
    out.push_back(static_cast<char>(0x80U | (c & 0x3FU)));
  } else {
    out.push_back(static_cast<char>(0xF0U | (c >> 18U)));
    out.push_back(static_cast<char>(0x80U | ((c >> 12U) & 0x3FU)));
    out.push_back(static_cast<char>(0x80U | ((c >> 6U) & 0x3FU)));
    out.push_back(static_cast<char>(0x80U | (c & 0x3FU)));
  }
}

template <std::size_t kLow, std::size_t kHigh>
void DecodeUtf16(std::string_view bytes, std::string& out) {
  const auto unit_at = [bytes](std::size_t i) {
    return static_cast<std::uint32_t>(ByteAt(bytes, i + kLow) |
                                      (static_cast<unsigned>(ByteAt(bytes, i + kHigh)) << 8U));
  };
  std::size_t i = 0;
  while (i + 2 <= bytes.size()) {
    const std::uint32_t unit = unit_at(i);
    i += 2;
    if (unit < 0xD800 || unit > 0xDFFF) {
      AppendCodePoint(unit, out);
      continue;
    }
    if (unit < 0xDC00 && i + 2 <= bytes.size()) {
      const std::uint32_t next = unit_at(i);
      if (next >= 0xDC00 && next <= 0xDFFF) {
        AppendCodePoint(0x10000 + ((unit - 0xD800) << 10U) + (next - 0xDC00), out);
        i += 2;
        continue;
      }
    }
    // A lone surrogate. With half a unit behind it at the end of input, both are one error.
    out.append(kReplacementText);
    if (unit < 0xDC00 && i + 1 == bytes.size()) {
      return;
    }
  }
  if (i < bytes.size()) {
    out.append(kReplacementText);
  }
}

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

// U+FFFD for everything that has no meaning; ICU's own substitution gives U+001A for some single bytes.
void U_CALLCONV SubstituteReplacement(const void* /*context*/, UConverterToUnicodeArgs* args, const char* /*bytes*/,
                                      std::int32_t /*length*/, UConverterCallbackReason reason, UErrorCode* status) {
  if (reason > UCNV_IRREGULAR) {
    return;  // reset, close, clone
  }
  static constexpr UChar kReplacement = 0xFFFD;
  *status = U_ZERO_ERROR;
  ucnv_cbToUWriteUChars(args, &kReplacement, 1, 0, status);
}

Converter OpenConverter(const char* name) {
  UErrorCode status = U_ZERO_ERROR;
  Converter converter(ucnv_open(name, &status));
  if (U_FAILURE(status)) {
    return nullptr;
  }
  ucnv_setToUCallBack(converter.get(), SubstituteReplacement, nullptr, nullptr, nullptr, &status);
  return U_FAILURE(status) ? nullptr : std::move(converter);
}

// The upper half of a single-byte encoding, as UTF-8.
struct SingleByteTable {
  struct Entry {
    std::array<char, 3> text{};
    std::uint8_t size = 0;
  };
  std::array<Entry, 128> entries;
};

// ISO-8859-16 is not among ICU's converters. Where it departs from Latin-1 (ISO/IEC 8859-16:2001):
struct Mapping {
  std::uint8_t byte;
  std::uint16_t code_point;
};
constexpr std::array<Mapping, 40> kLatin10{{
    {0xA1, 0x0104}, {0xA2, 0x0105}, {0xA3, 0x0141}, {0xA4, 0x20AC}, {0xA5, 0x201E}, {0xA6, 0x0160}, {0xA8, 0x0161},
    {0xAA, 0x0218}, {0xAC, 0x0179}, {0xAE, 0x017A}, {0xAF, 0x017B}, {0xB2, 0x010C}, {0xB3, 0x0142}, {0xB4, 0x017D},
    {0xB5, 0x201D}, {0xB8, 0x017E}, {0xB9, 0x010D}, {0xBA, 0x0219}, {0xBC, 0x0152}, {0xBD, 0x0153}, {0xBE, 0x0178},
    {0xBF, 0x017C}, {0xC3, 0x0102}, {0xC5, 0x0106}, {0xD0, 0x0110}, {0xD1, 0x0143}, {0xD5, 0x0150}, {0xD7, 0x015A},
    {0xD8, 0x0170}, {0xDD, 0x0118}, {0xDE, 0x021A}, {0xE3, 0x0103}, {0xE5, 0x0107}, {0xF0, 0x0111}, {0xF1, 0x0144},
    {0xF5, 0x0151}, {0xF7, 0x015B}, {0xF8, 0x0171}, {0xFD, 0x0119}, {0xFE, 0x021B},
}};

// Where the standard's tables depart from ICU's.
struct Departure {
  std::string_view encoding;
  Mapping mapping;
};
constexpr std::array<Departure, 4> kDepartures{{
    {"KOI8-U", {0xAE, 0x045E}},
    {"KOI8-U", {0xBE, 0x040E}},
    {"windows-1253", {0xAA, 0xFFFD}},
    {"windows-1255", {0xCA, 0x05BA}},
}};

std::uint32_t MapSingleByte(const Encoding& encoding, UConverter* converter, std::uint8_t byte) {
  for (const Departure& departure : kDepartures) {
    if (departure.mapping.byte == byte && departure.encoding == encoding.name) {
      return departure.mapping.code_point;
    }
  }
  if (converter == nullptr) {
    const auto* found =
        std::find_if(kLatin10.begin(), kLatin10.end(), [byte](const Mapping& m) { return m.byte == byte; });
    return found == kLatin10.end() ? byte : found->code_point;
  }
  UErrorCode status = U_ZERO_ERROR;
  const char source = static_cast<char>(byte);
  std::array<UChar, 4> target{};
  const std::int32_t length =
      ucnv_toUChars(converter, target.data(), static_cast<std::int32_t>(target.size()), &source, 1, &status);
  std::uint32_t mapped = U_SUCCESS(status) && length == 1 ? static_cast<std::uint32_t>(target[0]) : 0xFFFDU;
  if (mapped >= 0xE000 && mapped < 0xF8FF) {
    mapped = 0xFFFD;  // ICU's stand-ins for bytes without a meaning; U+F8FF is the apple of macintosh
  }
  // The standard's tables give the C1 controls to bytes below 0xA0 that would be free.
  return mapped == 0xFFFD && byte < 0xA0 ? byte : mapped;
}

SingleByteTable MakeTable(const Encoding& encoding) {
  SingleByteTable table;
  const Converter converter = encoding.icu_name == nullptr ? nullptr : OpenConverter(encoding.icu_name);
  for (std::size_t i = 0; i < table.entries.size(); ++i) {
    std::string text;
    AppendCodePoint(MapSingleByte(encoding, converter.get(), static_cast<std::uint8_t>(0x80 + i)), text);
    table.entries[i].size = static_cast<std::uint8_t>(text.size());
    std::copy(text.begin(), text.end(), table.entries[i].text.begin());
  }
  return table;
}

// What a thread has opened so far, by the encoding's place in the list.
struct ThreadCache {
  std::vector<std::unique_ptr<SingleByteTable>> tables =
      std::vector<std::unique_ptr<SingleByteTable>>(AllEncodings().size());
  std::vector<Converter> converters = std::vector<Converter>(AllEncodings().size());
  Converter utf8 = OpenConverter("UTF-8");
};
ThreadCache& Cache() {
  thread_local ThreadCache cache;
  return cache;
}
std::size_t IndexOf(const Encoding& encoding) {
  return static_cast<std::size_t>(&encoding - AllEncodings().data());
}

void DecodeSingleByte(const Encoding& encoding, std::string_view bytes, std::string& out) {
  std::unique_ptr<SingleByteTable>& table = Cache().tables[IndexOf(encoding)];
  if (!table) {
    table = std::make_unique<SingleByteTable>(MakeTable(encoding));
  }
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t run = AsciiRun(bytes, i);
    out.append(bytes.substr(i, run));
    i += run;
    for (; i < bytes.size() && ByteAt(bytes, i) >= 0x80; ++i) {
      const SingleByteTable::Entry& entry = table->entries[ByteAt(bytes, i) - 0x80U];
      out.append(entry.text.data(), entry.size);
    }
  }
}

void DecodeMultiByte(const Encoding& encoding, std::string_view bytes, std::string& out) {
  ThreadCache& cache = Cache();
  Converter& converter = cache.converters[IndexOf(encoding)];
  if (!converter) {
    converter = OpenConverter(encoding.icu_name);
  }
  if (!converter || !cache.utf8) {
    RepairUtf8(bytes, out);  // an ICU without its data; ASCII at least is kept
    return;
  }
  std::array<UChar, 1024> pivot{};
  UChar* pivot_source = pivot.data();
  UChar* pivot_target = pivot.data();
  const char* source = bytes.data();
  const char* const source_end = bytes.data() + bytes.size();
  std::array<char, 4096> buffer{};
  UBool reset = 1;
  for (;;) {
    char* target = buffer.data();
    UErrorCode status = U_ZERO_ERROR;
    ucnv_convertEx(cache.utf8.get(), converter.get(), &target, buffer.data() + buffer.size(), &source, source_end,
                   pivot.data(), &pivot_source, &pivot_target, pivot.data() + pivot.size(), reset, 1, &status);
    reset = 0;
    out.append(buffer.data(), static_cast<std::size_t>(target - buffer.data()));
    if (status != U_BUFFER_OVERFLOW_ERROR) {
      return;
    }
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
    case EncodingKind::kMultiByte:
      DecodeMultiByte(encoding, bytes, out);
      break;
    case EncodingKind::kReplacement:
      if (!bytes.empty()) {
        out = kReplacementText;
      }
      break;
    case EncodingKind::kUserDefined:
      for (const char c : bytes) {
        const auto byte = static_cast<std::uint8_t>(c);
        AppendCodePoint(byte < 0x80 ? byte : 0xF700U + byte, out);
      }
      break;
  }
}

}  // namespace spinneret::internal
