#include "parser/encoding_single_byte.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "parser/encoding_icu.h"
#include "parser/encoding_writer.h"

namespace spinneret::internal {
namespace {

// The upper half of a single-byte encoding, as UTF-8.
struct SingleByteTable {
  struct Entry {
    std::array<char, 4> utf8{};
    std::size_t size = 0;
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

std::uint32_t MapSingleByte(const Encoding& encoding, const IcuConverter& converter, std::uint8_t byte) {
  for (const Departure& departure : kDepartures) {
    if (departure.mapping.byte == byte && departure.encoding == encoding.name) {
      return departure.mapping.code_point;
    }
  }
  if (!converter) {
    const auto* found =
        std::find_if(kLatin10.begin(), kLatin10.end(), [byte](const Mapping& m) { return m.byte == byte; });
    return found == kLatin10.end() ? byte : found->code_point;
  }
  const char source = static_cast<char>(byte);
  std::uint32_t mapped = converter.CodePointOf({&source, 1});
  if (mapped == 0 || mapped == 0xFFFD || (mapped >= 0xE000 && mapped < 0xF8FF)) {
    mapped = 0xFFFD;  // U+E000... are ICU's stand-ins for bytes without a meaning; U+F8FF is the apple of macintosh
  }
  // The standard's tables give the C1 controls to bytes below 0xA0 that would be free.
  return mapped == 0xFFFD && byte < 0xA0 ? byte : mapped;
}

SingleByteTable MakeTable(const Encoding& encoding) {
  SingleByteTable table;
  const IcuConverter converter = encoding.icu_name == nullptr ? IcuConverter() : IcuConverter::Open(encoding.icu_name);
  for (std::size_t i = 0; i < table.entries.size(); ++i) {
    SingleByteTable::Entry& entry = table.entries[i];
    entry.size = PutUtf8(MapSingleByte(encoding, converter, static_cast<std::uint8_t>(0x80 + i)), entry.utf8.data());
  }
  return table;
}

const SingleByteTable& TableOf(const Encoding& encoding) {
  thread_local std::vector<std::unique_ptr<SingleByteTable>> tables(AllEncodings().size());
  std::unique_ptr<SingleByteTable>& table = tables[static_cast<std::size_t>(&encoding - AllEncodings().data())];
  if (!table) {
    table = std::make_unique<SingleByteTable>(MakeTable(encoding));
  }
  return *table;
}

}  // namespace

void DecodeSingleByte(const Encoding& encoding, std::string_view bytes, std::string& out) {
  const SingleByteTable& table = TableOf(encoding);
  Utf8Writer writer(out);
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t run = AsciiRun(bytes, i);
    writer.Append(bytes.substr(i, run));
    i += run;
    for (; i < bytes.size() && ByteAt(bytes, i) >= 0x80; ++i) {
      const SingleByteTable::Entry& entry = table.entries[ByteAt(bytes, i) - 0x80U];
      writer.AppendCharacter(entry.utf8, entry.size);
    }
  }
}

}  // namespace spinneret::internal
