// Any text is JSON to be mended. What comes out is JSON, and mending that changes nothing.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "parser/encoding.h"
#include "parser/lenient_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spinneret;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!IsValidUtf8(text)) {
    return 0;
  }
  std::vector<std::string> values;
  ReadLenientJson(text, values);
  for (const std::string& value : values) {
    SPINNERET_CHECK(nlohmann::json::accept(value), "not JSON");
    std::vector<std::string> again;
    SPINNERET_CHECK(ReadLenientJson(value, again) == JsonState::kFine, "mended, and not fine");
    SPINNERET_CHECK(again.size() == 1 && again.front() == value, "mended twice, and another");
  }
  return 0;
}
