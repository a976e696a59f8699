// A body as the database has it, unpacked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spinneret {

// `out` is overwritten; its memory is kept for the next. False for a damaged frame, a size that is not `bytes`, and more
// than 2 GiB.
bool UnpackBody(std::string_view zstd, std::uint64_t bytes, std::string& out);

}  // namespace spinneret
