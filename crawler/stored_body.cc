#include "crawler/stored_body.h"

#include <zstd.h>

namespace spinneret {
namespace {

constexpr std::uint64_t kMaxBodyBytes = std::uint64_t{1} << 31U;

}  // namespace

bool UnpackBody(std::string_view zstd, std::uint64_t bytes, std::string& out) {
  if (bytes > kMaxBodyBytes) {
    return false;
  }
  out.resize(bytes);
  const std::size_t size = ZSTD_decompress(out.data(), out.size(), zstd.data(), zstd.size());
  return ZSTD_isError(size) == 0 && size == out.size();
}

}  // namespace spinneret
