// How well, and how fast, the main content of pages is found: compared with texts that people chose.
//
//   measure FOLDER        every NAME.html in it with NAME.txt, the text that should be found: precision, recall and F1
//                         by groups of four words for each case, then their means, then pages per second of CPU
//   measure FILE.html     what is found on one page: --text (default), --markdown
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/encoding.h"
#include "parser/html_document.h"
#include "parser/readable_text.h"
#include "parser/url.h"

namespace spinneret {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWordsInGroup = 4;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

struct Char {
  std::uint32_t code_point = 0;
  std::size_t size = 1;
};

Char CharAt(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0xC0) {
    return {first, 1};
  }
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  std::uint32_t code_point = first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size && at + i < text.size(); ++i) {
    code_point = (code_point << 6U) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  }
  return {code_point, std::min(size, text.size() - at)};
}

bool IsLetterOrDigit(std::uint32_t c) {
  if (c < 0x80) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }
  return c >= 0xAA && c != 0xAB && c != 0xAC && c != 0xAD && c != 0xB0 && c != 0xB4 && c != 0xB6 && c != 0xB7 &&
         c != 0xBB && c != 0xBF && c != 0xD7 && c != 0xF7 && !(c >= 0x2000 && c < 0x2C00) &&
         !(c >= 0x3000 && c < 0x3040) && !(c >= 0xFE00 && c < 0xFE70) && !(c >= 0xFF00 && c < 0xFF10) && c < 0x1F000;
}
// Scripts without spaces between words: each character is a word.
bool IsWordByItself(std::uint32_t c) {
  return c >= 0x3040 && c < 0xA000;
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t start = std::string_view::npos;
  for (std::size_t i = 0; i < text.size();) {
    const Char c = CharAt(text, i);
    const bool letter = IsLetterOrDigit(c.code_point);
    if (start != std::string_view::npos && (!letter || IsWordByItself(c.code_point))) {
      words.push_back(text.substr(start, i - start));
      start = std::string_view::npos;
    }
    if (IsWordByItself(c.code_point)) {
      words.push_back(text.substr(i, c.size));
    } else if (letter && start == std::string_view::npos) {
      start = i;
    }
    i += c.size;
  }
  if (start != std::string_view::npos) {
    words.push_back(text.substr(start));
  }
  return words;
}

// How often each group of words occurs, under a hash of it. A text that is shorter than a group is one group.
std::map<std::size_t, std::size_t> Groups(std::string_view text) {
  const std::vector<std::string_view> words = Words(text);
  std::map<std::size_t, std::size_t> groups;
  const std::size_t size = std::min(kWordsInGroup, words.size());
  for (std::size_t i = 0; size > 0 && i + size <= words.size(); ++i) {
    std::size_t hash = 0;
    for (std::size_t j = i; j < i + size; ++j) {
      hash = hash * 1'000'003 + std::hash<std::string_view>()(words[j]);
    }
    ++groups[hash];
  }
  return groups;
}

struct Score {
  double precision = 0;
  double recall = 0;
  double F1() const { return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0; }
};

Score Compare(std::string_view found, std::string_view wanted) {
  const std::map<std::size_t, std::size_t> found_groups = Groups(found);
  const std::map<std::size_t, std::size_t> wanted_groups = Groups(wanted);
  std::size_t both = 0;
  std::size_t all_found = 0;
  std::size_t all_wanted = 0;
  for (const auto& [group, count] : found_groups) {
    const auto at = wanted_groups.find(group);
    both += at == wanted_groups.end() ? 0 : std::min(count, at->second);
    all_found += count;
  }
  for (const auto& [group, count] : wanted_groups) {
    all_wanted += count;
  }
  if (all_wanted == 0) {
    return {all_found == 0 ? 1.0 : 0.0, 1.0};
  }
  return {all_found == 0 ? 0.0 : static_cast<double>(both) / static_cast<double>(all_found),
          static_cast<double>(both) / static_cast<double>(all_wanted)};
}

class Measure {
 public:
  internal::ReadableText Read(const std::string& html) {
    internal::ReadableText found;
    document_.Parse(html, ReadLimits(), internal::RawText::kDrop);
    reader_.Read(document_, base_, found);
    return found;
  }

  // Seconds of CPU that a page takes without its tree, and with it.
  int Folder(const fs::path& folder) {
    std::vector<fs::path> pages;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".html") {
        pages.push_back(entry.path());
      }
    }
    std::sort(pages.begin(), pages.end());
    Score mean;
    double mean_f1 = 0;
    std::size_t cases = 0;
    std::size_t bytes = 0;
    std::clock_t parsing = 0;
    std::clock_t reading = 0;
    for (const fs::path& page : pages) {
      const fs::path wanted = fs::path(page).replace_extension(".txt");
      if (!fs::exists(wanted)) {
        std::fprintf(stderr, "%s: no %s beside it\n", page.c_str(), wanted.filename().c_str());
        continue;
      }
      const std::string html = ReadFile(page);
      bytes += html.size();
      const std::clock_t begin = std::clock();
      document_.Parse(html, ReadLimits(), internal::RawText::kDrop);
      const std::clock_t parsed = std::clock();
      reader_.Read(document_, base_, found_);
      reading += std::clock() - parsed;
      parsing += parsed - begin;
      const Score score = Compare(found_.text, ReadFile(wanted));
      std::printf("%-40s precision %.3f recall %.3f F1 %.3f\n", page.stem().c_str(), score.precision, score.recall,
                  score.F1());
      mean.precision += score.precision;
      mean.recall += score.recall;
      mean_f1 += score.F1();
      ++cases;
    }
    if (cases == 0) {
      std::fprintf(stderr, "%s: no cases\n", folder.c_str());
      return 1;
    }
    const auto count = static_cast<double>(cases);
    mean.precision /= count;
    mean.recall /= count;
    const auto seconds = [](std::clock_t clock) { return static_cast<double>(clock) / CLOCKS_PER_SEC; };
    std::printf("%zu cases: precision %.3f recall %.3f, F1 of these %.3f, mean F1 %.3f\n", cases, mean.precision,
                mean.recall, mean.F1(), mean_f1 / count);
    std::printf("%.1f KB a page; tree %.0f us, text and markdown %.0f us a page: %.0f pages per second of CPU\n",
                static_cast<double>(bytes) / count / 1000, seconds(parsing) / count * 1e6,
                seconds(reading) / count * 1e6, count / (seconds(parsing) + seconds(reading)));
    return 0;
  }

 private:
  internal::HtmlDocument document_;
  internal::ReadableTextReader reader_;
  internal::ReadableText found_;
  const Url base_ = *Url::Parse("https://page.example/a/b");
};

}  // namespace
}  // namespace spinneret

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty() || arguments.size() > 2) {
    std::fprintf(stderr, "usage: %s FOLDER | [--text|--markdown] FILE.html\n", argv[0]);
    return 2;
  }
  spinneret::Measure measure;
  if (std::filesystem::is_directory(arguments.back())) {
    return measure.Folder(arguments.back());
  }
  const spinneret::internal::ReadableText found = measure.Read(spinneret::ReadFile(arguments.back()));
  std::printf("%s\n", arguments.front() == "--markdown" ? found.markdown.c_str() : found.text.c_str());
  return 0;
}
