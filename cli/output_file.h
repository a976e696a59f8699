// OutputFile: where a command writes its result: stdout, or a file that appears when it is whole.
//
// File    written as `path`.part beside its name and renamed by Finish, over what was there; without Finish it is
//         removed.
// Stdout  "" or "-". A reader that goes away (`| head`) ends the writing without a word.
// Errors  the first failure is kept and comes from Finish: kStorageFull, kStorage.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace spinneret::cli {

class OutputFile {
 public:
  // kInvalidArgument when it cannot be made.
  static Result<std::unique_ptr<OutputFile>> Open(const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // False when nobody reads any more, or writing failed; then nothing else is written.
  bool Write(std::string_view bytes);
  Result<void> Finish() { return FinishAs(path_); }
  // Under another name in the same folder.
  Result<void> FinishAs(const std::string& path);

  std::uint64_t bytes() const { return bytes_; }
  bool is_stdout() const { return path_.empty(); }

 private:
  OutputFile(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
  std::string PartPath() const { return path_ + ".part"; }

  const std::string path_;  // empty: stdout
  std::FILE* file_;
  std::uint64_t bytes_ = 0;
  int error_ = 0;  // errno of the first failure
};

}  // namespace spinneret::cli
