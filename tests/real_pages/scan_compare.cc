// Reads pages with the scan and with gumbo's tree, and says where the two differ.
//
//   scan_compare [--every N] FOLDER…   every HTML file below the folders; each N-th, unless SPINNERET_LONG=1
//
// Exit status: 0 all are the same, 1 some are not, 77 no pages, so that a test can be skipped.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "parser/encoding.h"
#include "parser/page_markup.h"
#include "parser/page_reader.h"
#include "parser/page_scan.h"
#include "parser/parsed_page.h"
#include "tests/support/page_contents.h"

namespace {

std::vector<std::filesystem::path> FindPages(const std::vector<std::string_view>& folders, std::size_t every) {
  std::vector<std::filesystem::path> pages;
  for (const std::string_view folder : folders) {
    std::error_code missing;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, missing)) {
      const std::string extension = entry.path().extension().string();
      if (entry.is_regular_file() && (extension == ".html" || extension == ".htm")) {
        pages.push_back(entry.path());
      }
    }
  }
  std::sort(pages.begin(), pages.end());
  std::vector<std::filesystem::path> chosen;
  for (std::size_t i = 0; i < pages.size(); i += every) {
    chosen.push_back(std::move(pages[i]));
  }
  return chosen;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace spinneret;
  std::size_t every = 1;
  std::vector<std::string_view> folders;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--every" && i + 1 < argc) {
      every = std::strtoul(argv[++i], nullptr, 10);
    } else {
      folders.emplace_back(argv[i]);
    }
  }
  const char* long_form = std::getenv("SPINNERET_LONG");
  if (long_form != nullptr && std::string_view(long_form) == "1") {
    every = 1;
  }
  const std::vector<std::filesystem::path> pages = FindPages(folders, std::max<std::size_t>(every, 1));
  if (pages.empty()) {
    std::puts("skipped: no pages");
    return 77;
  }
  PageScan scan;
  PageMarkup markup;
  ParsedPage tree;
  std::size_t scanned = 0;
  std::size_t links = 0;
  std::size_t different = 0;
  DecodedText decoded;
  PageContents by_scan;
  PageContents by_tree;
  for (const std::filesystem::path& path : pages) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    DecodeHtml(bytes, "", decoded);
    if (!scan.Read(decoded.text, by_scan, markup)) {
      continue;
    }
    ++scanned;
    links += by_scan.links.size();
    tree.Parse(decoded.text);
    tree.ReadContents(by_tree);
    const std::string difference =
        testing::DifferenceOf(by_scan, by_tree) + testing::DifferenceOf(markup, MarkupOf(tree.tree()));
    if (by_tree.cut.empty() && !difference.empty()) {
      ++different;
      std::printf("%s: %s\n", path.c_str(), difference.c_str());
    }
  }
  std::printf("%zu of %zu pages scanned without a tree, %zu links; %zu differ from the tree\n", scanned, pages.size(),
              links, different);
  return different == 0 ? 0 : 1;
}
