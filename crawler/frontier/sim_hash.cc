#include "crawler/frontier/sim_hash.h"

#include <bit>
#include <cstddef>

namespace spinneret {
namespace {

// The hash of a word, a byte at a time: two operations, which is what the text's length costs. AddWord mixes.
constexpr std::uint64_t kNoWord = 0xCBF29CE484222325U;
constexpr std::uint64_t WithByte(std::uint64_t hash, unsigned char byte) {
  return std::rotl(hash, 11) + byte;
}

// A carry-save adder: 64 times the sum of three bits, as a bit and a carry.
struct BitSum {
  std::uint64_t sum, carry;
};
constexpr BitSum AddBits(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  const std::uint64_t half = a ^ b;
  return {half ^ c, (a & b) | (half & c)};
}

// What a byte is in a word: itself, in lower case; 0 for what stands between words.
constexpr std::array<unsigned char, 256> MakeWordBytes() {
  std::array<unsigned char, 256> bytes{};
  for (unsigned c = 0; c < bytes.size(); ++c) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool word = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
    bytes[c] = static_cast<unsigned char>(upper ? c + 32 : word ? c : 0);
  }
  return bytes;
}
constexpr std::array<unsigned char, 256> kWordBytes = MakeWordBytes();

// splitmix64's finish: every bit of the word's hash reaches every bit.
constexpr std::uint64_t Mix(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31U);
}

// The first byte of a character from U+2E80 to U+9FFF, in UTF-8 three bytes.
constexpr bool BeginsIdeograph(unsigned char c, unsigned char next) {
  return (c == 0xE2 && next >= 0xBA) || (c >= 0xE3 && c <= 0xE9);
}

}  // namespace

void SimHasher::Add(std::string_view text) {
  std::uint64_t hash = kNoWord;
  bool in_word = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0xE2 && c <= 0xE9 && i + 2 < text.size() && BeginsIdeograph(c, static_cast<unsigned char>(text[i + 1]))) {
      if (in_word) {
        AddWord(hash);
      }
      hash = kNoWord;
      for (std::size_t j = i; j < i + 3; ++j) {
        hash = WithByte(hash, static_cast<unsigned char>(text[j]));
      }
      AddWord(hash);
      hash = kNoWord;
      in_word = false;
      i += 2;
      continue;
    }
    if (const unsigned char byte = kWordBytes[c]; byte != 0) {
      hash = WithByte(hash, byte);
      in_word = true;
    } else if (in_word) {
      AddWord(hash);
      hash = kNoWord;
      in_word = false;
    }
  }
  if (in_word) {
    AddWord(hash);
  }
}

void SimHasher::AddWord(std::uint64_t hash) {
  const std::uint64_t word = hash * 0x9E3779B97F4A7C15U;
  if (++words_ > 2) {
    // Unlike in a sum, the places of the words count.
    AddFeature(Mix(before_[0] + 3 * before_[1] + 7 * word));
  }
  before_[0] = before_[1];
  before_[1] = word;
}

void SimHasher::AddFeature(std::uint64_t hash) {
  ++features_;
  buffer_[buffered_++] = hash;
  if (buffered_ == buffer_.size()) {
    CountBuffered();
  }
}

// Eight at once: seven adders, and one carry into the plane of eights (Harley and Seal's population count).
void SimHasher::CountBuffered() {
  const auto& in = buffer_;
  const BitSum ones1 = AddBits(planes_[0], in[0], in[1]);
  const BitSum ones2 = AddBits(ones1.sum, in[2], in[3]);
  const BitSum ones3 = AddBits(ones2.sum, in[4], in[5]);
  const BitSum ones4 = AddBits(ones3.sum, in[6], in[7]);
  const BitSum twos1 = AddBits(planes_[1], ones1.carry, ones2.carry);
  const BitSum twos2 = AddBits(twos1.sum, ones3.carry, ones4.carry);
  const BitSum fours = AddBits(planes_[2], twos1.carry, twos2.carry);
  planes_[0] = ones4.sum;
  planes_[1] = twos2.sum;
  planes_[2] = fours.sum;
  Count(fours.carry, 3);
  buffered_ = 0;
}

void SimHasher::Count(std::uint64_t bits, unsigned plane) {
  for (; bits != 0; ++plane) {
    const std::uint64_t carry = planes_[plane] & bits;
    planes_[plane] ^= bits;
    bits = carry;
  }
}

std::uint64_t SimHasher::Take() {
  for (unsigned i = 0; i < buffered_; ++i) {
    Count(buffer_[i], 0);
  }
  const auto planes = static_cast<unsigned>(std::bit_width(features_));
  std::uint64_t value = 0;
  for (unsigned bit = 0; bit < 64; ++bit) {
    std::uint64_t count = 0;
    for (unsigned plane = 0; plane < planes; ++plane) {
      count |= (planes_[plane] >> bit & 1U) << plane;
    }
    value |= static_cast<std::uint64_t>(2 * count > features_) << bit;
  }
  const bool enough = features_ >= kMinFeatures;
  *this = SimHasher();
  return !enough ? 0 : value == 0 ? 1 : value;
}

}  // namespace spinneret
