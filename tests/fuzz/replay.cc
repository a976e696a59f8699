// Feeds every file under the given folders to the fuzz target it is linked with. Besides the file as it is, its
// beginnings of a few lengths are tried: an input that stops early is what a parser most often forgets.
//
// Exit status   0, or 1 when a folder is missing or holds no file: a corpus that is not there must not look like one
// that passes.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

// libFuzzer's entry point, by its name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);  // NOLINT(readability-identifier-naming): libFuzzer's

namespace {

constexpr std::size_t kBeginnings = 16;

void Feed(const std::string& bytes, std::size_t size) {
  // Exactly as large as the input, so that reading past its end is reading past the block's.
  const std::unique_ptr<std::uint8_t[]> copy(new std::uint8_t[size]);
  if (size > 0) {
    std::memcpy(copy.get(), bytes.data(), size);
  }
  LLVMFuzzerTestOneInput(copy.get(), size);
}

std::size_t ReplayFolder(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->is_regular_file()) {
      files.push_back(it->path());
    }
  }
  if (error) {
    std::fprintf(stderr, "%s: %s\n", folder.c_str(), error.message().c_str());
    return 0;
  }
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& path : files) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    Feed(bytes, bytes.size());
    for (std::size_t i = 0; i < kBeginnings; ++i) {
      Feed(bytes, bytes.size() * i / kBeginnings);
    }
  }
  return files.size();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s FOLDER...\n", argv[0]);
    return 1;
  }
  bool complete = true;
  for (int i = 1; i < argc; ++i) {
    const std::size_t files = ReplayFolder(argv[i]);
    std::printf("%s: %zu inputs\n", argv[i], files);
    complete = complete && files > 0;
  }
  return complete ? 0 : 1;
}
