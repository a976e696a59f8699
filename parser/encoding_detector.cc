#include "parser/encoding_detector.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include <uchardet/uchardet.h>

#include "parser/encoding_decoders.h"
#include "parser/encoding_writer.h"

namespace spinneret::internal {
namespace {

constexpr std::size_t kSampleBytes = std::size_t{32} * 1024;
// A word or two are too little to go by.
constexpr std::size_t kLeastHighBytes = 4;
// Of the letters, in percent. Languages that write Latin letters in another encoding than windows-1252 have more that
// are not ASCII; Dutch, Italian and English, which are taken for them where there is little text, have fewer.
constexpr std::size_t kLeastLatinPercent = 3;

struct DeleteDetector {
  void operator()(uchardet* detector) const { uchardet_delete(detector); }
};

struct Guess {
  std::string_view name;
  std::string_view label;
};
// What uchardet has names of its own for, and guesses that on the web mean a relative: the same letters, and signs that
// pages do use.
constexpr std::array<Guess, 7> kGuesses = {{
    {"UHC", "euc-kr"},
    {"MAC-CYRILLIC", "windows-1251"},
    {"KOI8-R", "koi8-u"},
    {"ISO-8859-8", "windows-1255"},
    {"ISO-8859-13", "windows-1257"},
    {"ISO-8859-15", "windows-1252"},
    {"ISO-8859-16", "iso-8859-2"},
}};
const Encoding* Named(std::string_view name) {
  const auto* const found =
      std::find_if(kGuesses.begin(), kGuesses.end(), [name](const Guess& guess) { return guess.name == name; });
  return FindEncoding(found == kGuesses.end() ? name : found->label);
}

// For languages of Latin letters, other than windows-1252.
bool IsOtherLatin(const Encoding& encoding) {
  static constexpr std::array<std::string_view, 9> kNames = {"ISO-8859-2",   "ISO-8859-3",   "ISO-8859-4",
                                                             "ISO-8859-10",  "ISO-8859-14",  "windows-1250",
                                                             "windows-1254", "windows-1257", "windows-1258"};
  return std::find(kNames.begin(), kNames.end(), encoding.name) != kNames.end();
}

// Bytes above ASCII, and letters, outside of tags.
struct Letters {
  std::size_t high = 0;
  std::size_t ascii = 0;
};
Letters CountLetters(std::string_view sample) {
  Letters letters;
  bool in_tag = false;
  for (const char c : sample) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '<' || c == '>') {
      in_tag = c == '<';
    } else if (byte >= 0x80) {
      ++letters.high;
    } else if (!in_tag && IsBetween(static_cast<std::uint8_t>(byte | 0x20U), 'a', 'z')) {
      ++letters.ascii;
    }
  }
  return letters;
}

bool IsGuessable(const Encoding& encoding) {
  switch (encoding.kind) {
    case EncodingKind::kUtf8:
    case EncodingKind::kUtf16Le:
    case EncodingKind::kUtf16Be:
    case EncodingKind::kReplacement:
    case EncodingKind::kUserDefined:
      return false;
    default:
      return true;
  }
}

// Whether `sample` is without errors; one at its end is the cut's.
bool Decodes(const Encoding& encoding, std::string_view sample) {
  std::string text;
  Decode(encoding, sample, text);
  const std::size_t error = text.find(kReplacementText);
  return error == std::string::npos || error + kReplacementText.size() == text.size();
}

}  // namespace

const Encoding* DetectEncoding(std::string_view bytes) {
  // Markup before the first word of the text says nothing.
  const std::string_view sample = bytes.substr(AsciiRun(bytes, 0), kSampleBytes);
  const Letters letters = CountLetters(sample);
  if (letters.high < kLeastHighBytes) {
    return nullptr;
  }
  thread_local const std::unique_ptr<uchardet, DeleteDetector> detector(uchardet_new());
  uchardet_reset(detector.get());
  if (uchardet_handle_data(detector.get(), sample.data(), sample.size()) != 0) {
    return nullptr;
  }
  uchardet_data_end(detector.get());
  const Encoding* encoding = Named(uchardet_get_charset(detector.get()));
  if (encoding == nullptr || !IsGuessable(*encoding) || !Decodes(*encoding, sample)) {
    return nullptr;
  }
  const bool sparse = letters.high * 100 < (letters.high + letters.ascii) * kLeastLatinPercent;
  return sparse && IsOtherLatin(*encoding) ? nullptr : encoding;
}

}  // namespace spinneret::internal
