// The Encoding standard's indexes (§5): which character a pointer of a multi-byte encoding stands for. For encoding.cc.
//
// Each is made once, from ICU's converter and the departures of encoding_departures.h, when it is first asked for.
// Thread   any; an index does not change once it is made.
// Memory   four bytes a pointer, 75 to 96 KB an index.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace spinneret::internal {

// A character above U+007F in UTF-8; the first byte is 0 when there is none.
struct IndexedCharacter {
  std::array<char, 4> utf8{};

  explicit operator bool() const { return utf8[0] != 0; }
  std::size_t size() const {
    const auto lead = static_cast<std::uint8_t>(utf8[0]);
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  }
};

// By pointer; as long as the decoders' pointers go.
using EncodingIndex = std::vector<IndexedCharacter>;

const EncodingIndex& Big5Index();
const EncodingIndex& EucKrIndex();
const EncodingIndex& Gb18030Index();
const EncodingIndex& Jis0208Index();
const EncodingIndex& Jis0212Index();

// The code point of a four-byte sequence of gb18030 ("index gb18030 ranges code point"); 0 when there is none.
std::uint32_t Gb18030RangesCodePoint(std::uint32_t pointer);

}  // namespace spinneret::internal
