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

// For each byte, its eight bits as eight bytes: bit i in byte i.
constexpr std::array<std::uint64_t, 256> MakeSpread() {
  std::array<std::uint64_t, 256> spread{};
  for (std::size_t byte = 0; byte < spread.size(); ++byte) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      spread[byte] |= static_cast<std::uint64_t>(byte >> bit & 1U) << (8 * bit);
    }
  }
  return spread;
}
constexpr std::array<std::uint64_t, 256> kSpread = MakeSpread();

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
  for (unsigned lane = 0; lane < lanes_.size(); ++lane) {
    lanes_[lane] += kSpread[hash >> (8 * lane) & 0xFFU];
  }
  if (++in_lanes_ == 255) {
    Spill();
  }
}

void SimHasher::Spill() {
  for (unsigned lane = 0; lane < lanes_.size(); ++lane) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      counts_[8 * lane + bit] += static_cast<std::uint32_t>(lanes_[lane] >> (8 * bit) & 0xFFU);
    }
  }
  lanes_ = {};
  in_lanes_ = 0;
}

std::uint64_t SimHasher::Take() {
  Spill();
  std::uint64_t value = 0;
  for (unsigned bit = 0; bit < counts_.size(); ++bit) {
    value |= static_cast<std::uint64_t>(2 * static_cast<std::uint64_t>(counts_[bit]) > features_) << bit;
  }
  const bool enough = features_ >= kMinFeatures;
  *this = SimHasher();
  return !enough ? 0 : value == 0 ? 1 : value;
}

}  // namespace spinneret
