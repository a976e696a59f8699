#include "simweb/gzip_bomb.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>

namespace spinneret::simweb {
namespace {

constexpr std::uint64_t kMatch = 258;
constexpr std::uint64_t kHeadContent = 1 + kMatch;
constexpr std::uint64_t kBlockContent = 8 * kMatch;

// Deflate fills each byte from its lowest bit, and its codes start at their highest.
class BitWriter {
 public:
  void Code(std::string_view bits) {
    for (const char bit : bits) {
      current_ = static_cast<unsigned>(current_ | ((bit == '1' ? 1U : 0U) << used_));
      if (++used_ == 8) {
        bytes_.push_back(static_cast<char>(static_cast<unsigned char>(current_)));
        current_ = 0;
        used_ = 0;
      }
    }
  }
  std::string Take() {
    if (used_ != 0) {
      bytes_.push_back(static_cast<char>(static_cast<unsigned char>(current_)));
    }
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
  unsigned current_ = 0;
  unsigned used_ = 0;
};

// RFC 1951 §3.2.6: the fixed codes.
constexpr std::string_view kLastFixedBlock = "110";           // BFINAL 1, BTYPE 01, each from its lowest bit
constexpr std::string_view kLetterA = "10010001";             // literal 97
constexpr std::string_view kMatch258Back1 = "1100010100000";  // length symbol 285, distance symbol 0
constexpr std::string_view kEndOfBlock = "0000000";

void AppendLittleEndian(std::uint32_t value, std::string& out) {
  for (unsigned shift = 0; shift < 32; shift += 8) {
    out.push_back(static_cast<char>(static_cast<unsigned char>((value >> shift) & 0xFFU)));
  }
}

std::uint32_t CrcStep(std::uint32_t state, unsigned char byte) {
  state ^= byte;
  for (int bit = 0; bit < 8; ++bit) {
    state = (state >> 1U) ^ ((state & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return state;
}

// A step of the CRC over known bytes is affine over GF(2): state → matrix · state + offset. Steps of the same bytes
// compose by squaring.
struct Affine {
  std::array<std::uint32_t, 32> columns{};
  std::uint32_t offset = 0;

  std::uint32_t Linear(std::uint32_t state) const {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (((state >> i) & 1U) != 0) {
        sum ^= columns[i];
      }
    }
    return sum;
  }
  std::uint32_t operator()(std::uint32_t state) const { return Linear(state) ^ offset; }
  Affine Squared() const {
    Affine twice;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      twice.columns[i] = Linear(columns[i]);
    }
    twice.offset = Linear(offset) ^ offset;
    return twice;
  }
};

}  // namespace

std::uint32_t Crc32OfRun(unsigned char value, std::uint64_t count) {
  Affine step;
  for (std::size_t i = 0; i < step.columns.size(); ++i) {
    step.columns[i] = CrcStep(std::uint32_t{1} << i, 0);
  }
  step.offset = CrcStep(0, value);
  std::uint32_t state = 0xFFFFFFFFU;
  for (; count != 0; count >>= 1U) {
    if ((count & 1U) != 0) {
      state = step(state);
    }
    step = step.Squared();
  }
  return ~state;
}

GzipBomb MakeGzipBomb(std::uint64_t at_least) {
  at_least = std::clamp<std::uint64_t>(at_least, kHeadContent, std::numeric_limits<std::uint64_t>::max() / 2);
  GzipBomb bomb;
  bomb.times = (at_least - kHeadContent + kBlockContent - 1) / kBlockContent;
  bomb.unpacked_bytes = kHeadContent + bomb.times * kBlockContent;

  // RFC 1952: magic, deflate, no flags, no time, best compression, unknown system.
  bomb.head = std::string("\x1F\x8B\x08\x00\x00\x00\x00\x00\x02\xFF", 10);
  BitWriter head;  // 3 + 8 + 13 bits: the repeated part starts on a byte
  head.Code(kLastFixedBlock);
  head.Code(kLetterA);
  head.Code(kMatch258Back1);
  bomb.head += head.Take();
  BitWriter block;
  for (int i = 0; i < 8; ++i) {
    block.Code(kMatch258Back1);
  }
  bomb.block = block.Take();
  BitWriter tail;
  tail.Code(kEndOfBlock);
  bomb.tail = tail.Take();
  AppendLittleEndian(Crc32OfRun('a', bomb.unpacked_bytes), bomb.tail);
  AppendLittleEndian(static_cast<std::uint32_t>(bomb.unpacked_bytes), bomb.tail);
  return bomb;
}

}  // namespace spinneret::simweb
