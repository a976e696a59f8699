#include "parser/encoding_indexes.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "parser/encoding_departures.h"
#include "parser/encoding_icu.h"
#include "parser/encoding_writer.h"

namespace spinneret::internal {
namespace {

IndexedCharacter CharacterOf(std::uint32_t code_point) {
  IndexedCharacter character;
  PutUtf8(code_point, character.utf8.data());
  return character;
}

// How an index comes about. scripts/encoding-departures holds the same table.
struct Source {
  const char* converter;
  std::size_t size;
  // The bytes of a pointer: how many, and which.
  std::size_t (*bytes_of)(std::size_t pointer, char* bytes);
  enum class PrivateUse { kNone, kKept } private_use;
};

EncodingIndex MakeIndex(const Source& source, std::span<const IndexDeparture> departures) {
  EncodingIndex index(source.size);
  if (const IcuConverter converter = IcuConverter::Open(source.converter)) {
    for (std::size_t pointer = 0; pointer < index.size(); ++pointer) {
      std::array<char, 4> bytes{};
      const std::size_t length = source.bytes_of(pointer, bytes.data());
      const std::uint32_t c = converter.CodePointOf({bytes.data(), length});
      const bool private_use = c >= 0xE000 && c <= 0xF8FF;
      if (c >= 0x80 && (!private_use || source.private_use == Source::PrivateUse::kKept)) {
        index[pointer] = CharacterOf(c);
      }
    }
  }
  for (const IndexDeparture& departure : departures) {
    for (std::uint32_t i = 0; i < departure.count; ++i) {
      index[departure.pointer + i] =
          departure.code_point == 0 ? IndexedCharacter() : CharacterOf(departure.code_point + i);
    }
  }
  return index;
}

// Two bytes of rows of `row` trail bytes, which begin at 0x40, and after 0x7E go on at `second_run`.
std::size_t PutPair(std::size_t lead, std::size_t trail, std::size_t second_run, char* bytes) {
  bytes[0] = static_cast<char>(lead);
  bytes[1] = static_cast<char>(trail < 0x3F ? trail + 0x40 : trail - 0x3F + second_run);
  return 2;
}

}  // namespace

const EncodingIndex& Big5Index() {
  static const EncodingIndex index =
      MakeIndex({"Big5-HKSCS", std::size_t{126} * 157,
                 [](std::size_t p, char* bytes) { return PutPair(p / 157 + 0x81, p % 157, 0xA1, bytes); },
                 Source::PrivateUse::kNone},
                kBig5Departures);
  return index;
}

const EncodingIndex& EucKrIndex() {
  static const EncodingIndex index = MakeIndex({"windows-949-2000", std::size_t{126} * 190,
                                                [](std::size_t p, char* bytes) {
                                                  bytes[0] = static_cast<char>(p / 190 + 0x81);
                                                  bytes[1] = static_cast<char>(p % 190 + 0x41);
                                                  return std::size_t{2};
                                                },
                                                Source::PrivateUse::kNone},
                                               {});
  return index;
}

const EncodingIndex& Gb18030Index() {
  static const EncodingIndex index =
      MakeIndex({"gb18030", std::size_t{126} * 190,
                 [](std::size_t p, char* bytes) { return PutPair(p / 190 + 0x81, p % 190, 0x80, bytes); },
                 Source::PrivateUse::kKept},
                kGb18030Departures);
  return index;
}

const EncodingIndex& Jis0208Index() {
  static const EncodingIndex index =
      MakeIndex({"ibm-943_P15A-2003", std::size_t{60} * 188,
                 [](std::size_t p, char* bytes) {
                   const std::size_t row = p / 188;
                   return PutPair(row + (row < 0x1F ? 0x81 : 0xC1), p % 188, 0x80, bytes);
                 },
                 Source::PrivateUse::kNone},
                {});
  return index;
}

const EncodingIndex& Jis0212Index() {
  static const EncodingIndex index = MakeIndex({"euc-jp-2007", std::size_t{94} * 94,
                                                [](std::size_t p, char* bytes) {
                                                  bytes[0] = '\x8F';
                                                  bytes[1] = static_cast<char>(p / 94 + 0xA1);
                                                  bytes[2] = static_cast<char>(p % 94 + 0xA1);
                                                  return std::size_t{3};
                                                },
                                                Source::PrivateUse::kNone},
                                               kJis0212Departures);
  return index;
}

std::uint32_t Gb18030RangesCodePoint(std::uint32_t pointer) {
  if ((pointer > 39419 && pointer < 189000) || pointer > 1237575) {
    return 0;
  }
  if (pointer == 7457) {
    return 0xE7C7;
  }
  const auto* const next =
      std::upper_bound(kGb18030Ranges.begin(), kGb18030Ranges.end(), pointer,
                       [](std::uint32_t offset, const Gb18030Range& range) { return offset < range.offset; });
  const Gb18030Range& range = *(next - 1);
  return range.code_point + (pointer - range.offset);
}

}  // namespace spinneret::internal
