#include "cli/output_file.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/printable.h"

namespace spinneret::cli {
namespace {

Error WriteError(const std::string& path, int number) {
  const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  return Err(full ? ErrorCode::kStorageFull : ErrorCode::kStorage,
             fmt::format("{} cannot be written: {}", path.empty() ? "stdout" : Printable(path), std::strerror(number)));
}

}  // namespace

Result<std::unique_ptr<OutputFile>> OutputFile::Open(const std::string& path) {
  if (path.empty() || path == "-") {
    return std::unique_ptr<OutputFile>(new OutputFile({}, stdout));
  }
  std::FILE* const file = std::fopen((path + ".part").c_str(), "wbe");
  if (file == nullptr) {
    return Err(ErrorCode::kInvalidArgument,
               fmt::format("{} cannot be written: {}{}", Printable(path), std::strerror(errno),
                           errno == ENOENT ? "; make its folder first" : ""));
  }
  return std::unique_ptr<OutputFile>(new OutputFile(path, file));
}

OutputFile::~OutputFile() {
  if (!is_stdout() && file_ != nullptr) {
    std::fclose(file_);
    ::unlink(PartPath().c_str());
  }
}

bool OutputFile::Write(std::string_view bytes) {
  if (error_ == 0 && std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) {
    error_ = errno == 0 ? EIO : errno;
  }
  bytes_ += bytes.size();
  return error_ == 0;
}

Result<void> OutputFile::FinishAs(const std::string& path) {
  if (error_ == 0 && std::fflush(file_) != 0) {
    error_ = errno == 0 ? EIO : errno;
  }
  if (is_stdout()) {
    return error_ == 0 || error_ == EPIPE ? Result<void>() : WriteError(path_, error_);
  }
  if (error_ != 0) {
    return WriteError(path_, error_);
  }
  const int closed = std::fclose(std::exchange(file_, nullptr));
  if (closed != 0 || std::rename(PartPath().c_str(), path.c_str()) != 0) {
    const int number = errno;
    ::unlink(PartPath().c_str());
    return WriteError(path, number);
  }
  return {};
}

}  // namespace spinneret::cli
