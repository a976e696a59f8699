// TempDir: a new empty folder that is removed, with all it holds, at the end of its scope.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/check.h"

namespace spinneret::testing {

class TempDir {
 public:
  TempDir() {
    std::error_code error;
    std::filesystem::path parent = std::filesystem::temp_directory_path(error);
    if (error) {
      parent = "/tmp";
    }
    std::string pattern = (parent / "spinneret-test-XXXXXX").string();
    SPINNERET_CHECK(::mkdtemp(pattern.data()) != nullptr, "a test needs a folder that it can write to");
    path_ = pattern;
  }
  ~TempDir() {
    std::error_code ignored;  // a leftover folder is no reason to fail a test
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // The path of a file in it.
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace spinneret::testing
