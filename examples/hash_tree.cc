// hash_tree FOLDER [THREADS]: the SHA-256 of every file below a folder, computed by a pool of workers.
//
// Jobs are paths, answers are digests. How far it is shows on stderr while it runs: workers count bytes in a
// SharedBuffer, which the main thread reads on a timer, without a message.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <openssl/evp.h>
#include <uv.h>

#include "crawler/worker_threads/shared_buffer.h"
#include "crawler/worker_threads/worker_pool.h"

namespace fs = std::filesystem;
namespace wt = spinneret::worker_threads;

namespace {

enum Counter : std::size_t { kFiles, kBytes, kCounters };

std::string Hex(const std::array<unsigned char, EVP_MAX_MD_SIZE>& digest, std::size_t size) {
  static constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += kDigits[digest[i] >> 4U];
    text += kDigits[digest[i] & 15U];
  }
  return text;
}

// Runs on a worker. What it throws is this file's failure and nothing else's.
std::string HashFile(const std::string& path, const std::stop_token& stop, const wt::SharedBuffer& counters) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error("cannot be read");
  }
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  std::vector<char> block(std::size_t{256} * 1024);
  while (file && !stop.stop_requested()) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    const auto size = static_cast<std::size_t>(file.gcount());
    EVP_DigestUpdate(context.get(), block.data(), size);
    counters.View<std::uint64_t>()[kBytes].fetch_add(size, std::memory_order_relaxed);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &size);
  counters.View<std::uint64_t>()[kFiles].fetch_add(1, std::memory_order_relaxed);
  return Hex(digest, size);
}

std::vector<std::string> FilesBelow(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error), end;
       !error && it != end; it.increment(error)) {
    if (it->is_regular_file(error) && !it->is_symlink(error)) {
      files.push_back(it->path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

void ShowProgress(uv_timer_t* timer) {
  const auto counters = static_cast<wt::SharedBuffer*>(timer->data)->View<std::uint64_t>();
  std::cerr << counters[kFiles].load() << " files, " << counters[kBytes].load() / 1'000'000 << " MB\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::cerr << "usage: hash_tree FOLDER [THREADS]\n";
    return 2;
  }
  const std::vector<std::string> files = FilesBelow(argv[1]);
  wt::SharedBuffer counters(kCounters * sizeof(std::uint64_t));
  wt::WorkerPoolOptions options;
  options.max_threads = argc == 3 ? static_cast<std::size_t>(std::strtoul(argv[2], nullptr, 10)) : 0;
  options.max_queue = files.size();
  options.worker.name = "hash";
  wt::WorkerPool<std::string, std::string> pool(
      [counters](const std::string& path, const std::stop_token& stop) { return HashFile(path, stop, counters); },
      options);

  uv_timer_t progress;
  uv_timer_init(wt::EventLoop::Current().uv(), &progress);
  progress.data = &counters;
  uv_timer_start(&progress, &ShowProgress, 100, 100);
  uv_unref(reinterpret_cast<uv_handle_t*>(&progress));

  std::map<std::string, std::string> digests;
  int failures = 0;
  for (const std::string& path : files) {
    pool.Submit(path, [&, path](wt::JobResult<std::string> result) {
      if (const auto* failure = std::get_if<wt::JobFailure>(&result)) {
        std::cerr << path << ": " << failure->message << "\n";
        ++failures;
      } else {
        digests.emplace(path, std::get<std::string>(std::move(result)));
      }
    });
  }
  wt::EventLoop::Current().Run();  // until the last job is done
  ShowProgress(&progress);
  for (const auto& [path, digest] : digests) {
    std::cout << digest << "  " << path << "\n";
  }
  wt::EventLoop::CloseCurrent();  // the timer goes with it
  return failures == 0 ? 0 : 1;
}
