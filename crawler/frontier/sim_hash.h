// SimHasher: the text of a page as 64 bits that differ in few places where texts differ in little (Charikar 2002; Manku,
// Jain and Das Sarma 2007 for pages of the web).
//
// Features  runs of three words, each as often as it stands. A word is letters and digits; case of ASCII does not count;
//           characters from U+2E80 to U+9FFF, which are written without blanks, are a word each.
// Use       Add() pieces of text in their order (a piece ends a word), then Take(). The value of a text is stored and
//           compared over years: it must not change.
// Scale     one word of 600 changes 4 bits, seldom more than 6; unrelated texts differ in 32, seldom in fewer than 16.
// Cost      about 7 ns a word.
// Thread    one.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace spinneret {

class SimHasher {
 public:
  // Less says too little: two short texts would be alike by chance.
  static constexpr std::uint64_t kMinFeatures = 16;

  void Add(std::string_view text);
  // Of all that was added; 0 where that was too little. Ready for the next text.
  std::uint64_t Take();

 private:
  void AddWord(std::uint64_t hash);
  void AddFeature(std::uint64_t hash);
  void CountBuffered();
  void Count(std::uint64_t bits, unsigned plane);

  std::array<std::uint64_t, 2> before_{};  // the two words before
  std::uint64_t words_ = 0;
  std::uint64_t features_ = 0;
  std::array<std::uint64_t, 8> buffer_{};  // features that are not counted yet
  unsigned buffered_ = 0;
  // How many features have each bit, as 64 counters side by side: bit i of plane k is bit k of counter i.
  std::array<std::uint64_t, 64> planes_{};
};

}  // namespace spinneret
