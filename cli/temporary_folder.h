// TemporaryFolder: a folder in $TMPDIR (else /tmp) that goes away with what is in it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace spinneret::cli {

class TemporaryFolder {
 public:
  // "spinneret-PURPOSE-" and six characters.
  static Result<std::unique_ptr<TemporaryFolder>> Create(std::string_view purpose);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  void Empty() const;

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}

  const std::string path_;
};

}  // namespace spinneret::cli
