#include "cli/temporary_folder.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/printable.h"

namespace spinneret::cli {

Result<std::unique_ptr<TemporaryFolder>> TemporaryFolder::Create(std::string_view purpose) {
  const char* base = std::getenv("TMPDIR");
  std::string pattern =
      fmt::format("{}/spinneret-{}-XXXXXX", base == nullptr || *base == '\0' ? "/tmp" : base, purpose);
  if (mkdtemp(pattern.data()) == nullptr) {
    return Err(ErrorCode::kSystem,
               fmt::format("no temporary folder can be made as {}; set TMPDIR to a folder that can be written",
                           Printable(pattern)));
  }
  return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(std::move(pattern)));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void TemporaryFolder::Empty() const {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(path_, ignored)) {
    std::filesystem::remove_all(entry.path(), ignored);
  }
}

}  // namespace spinneret::cli
