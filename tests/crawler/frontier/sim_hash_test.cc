#include "crawler/frontier/sim_hash.h"

#include <bit>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "crawler/frontier/text_hash.h"

namespace spinneret {
namespace {

std::uint64_t Of(const std::string& text) {
  SimHasher hasher;
  hasher.Add(text);
  return hasher.Take();
}

int Distance(const std::string& a, const std::string& b) {
  return std::popcount(Of(a) ^ Of(b));
}

// `count` words drawn from a vocabulary of 5000.
std::vector<std::string> Words(unsigned seed, std::size_t count) {
  std::mt19937 random(seed);
  std::vector<std::string> words;
  for (std::size_t i = 0; i < count; ++i) {
    words.push_back("w" + std::to_string(random() % 5000));
  }
  return words;
}

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += word + " ";
  }
  return text;
}

TEST_SUITE("crawler/frontier/sim_hash") {
TEST_CASE("SimHasher: a stored value means the same for ever") {
  CHECK(Of("The quick brown fox jumps over the lazy dog, and then the dog gets up and chases the fox over the hill.") ==
        13174735959483687632U);
}

TEST_CASE("SimHasher: case, markup and where pieces are cut do not count, the order of words does") {
  const std::string text = Join(Words(1, 100));
  std::string upper = text;
  for (char& c : upper) {
    c = c == 'w' ? 'W' : c;
  }
  CHECK(Of(upper) == Of(text));
  SimHasher pieces;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find(' ', at) + 1;
    pieces.Add(text.substr(at, end - at));
    at = end;
  }
  CHECK(pieces.Take() == Of(text));
  CHECK(TextPrintsOf("<p class='a b c'>" + text + "<!-- no text -->").sim_hash == Of(text));
  std::vector<std::string> turned = Words(1, 100);
  std::swap(turned.front(), turned.back());
  CHECK(Of(Join(turned)) != Of(text));
}

TEST_CASE("SimHasher: texts that differ in little are near, others are not") {
  int farthest_near = 0;
  int nearest_far = 64;
  for (unsigned seed = 1; seed <= 50; ++seed) {
    const std::vector<std::string> words = Words(seed, 600);
    std::vector<std::string> edited = words;
    edited[300] = "another";
    farthest_near = std::max(farthest_near, Distance(Join(words), Join(edited)));
    nearest_far = std::min(nearest_far, Distance(Join(words), Join(Words(seed + 1000, 600))));
  }
  CHECK(farthest_near <= 8);
  CHECK(nearest_far >= 12);
}

TEST_CASE("SimHasher: text without blanks between its words is read by character") {
  std::string chinese;
  std::string edited;
  for (int i = 0; i < 300; ++i) {
    const std::string character = {static_cast<char>(0xE4 + i * 7 % 5), static_cast<char>(0x80 + i * 11 % 64),
                                   static_cast<char>(0x80 + i * 13 % 64)};
    chinese += character;
    edited += i == 150 ? "\xE4\xB8\xAD" : character;
  }
  CHECK(Of(chinese) != 0);
  CHECK(Of(chinese) != Of(edited));
  CHECK(Distance(chinese, edited) <= 10);
}

TEST_CASE("SimHasher: too little text has no value, and a hasher is ready for the next text") {
  CHECK(Of("") == 0);
  CHECK(Of(Join(Words(1, 17))) == 0);
  CHECK(Of(Join(Words(1, 18))) != 0);
  SimHasher hasher;
  hasher.Add(Join(Words(1, 5)));
  CHECK(hasher.Take() == 0);
  hasher.Add(Join(Words(2, 1000)));
  CHECK(hasher.Take() == Of(Join(Words(2, 1000))));
}
}  // TEST_SUITE("crawler/frontier/sim_hash")

}  // namespace
}  // namespace spinneret
