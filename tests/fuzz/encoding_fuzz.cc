// Any bytes are a page in some encoding. The first byte picks the Content-Type.
#include <array>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "parser/encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spinneret;
  static constexpr std::array<std::string_view, 12> kContentTypes{
      "",
      "text/html",
      "text/html; charset=utf-8",
      "text/html; charset=utf-16le",
      "text/html; charset=utf-16be",
      "text/html; charset=shift_jis",
      "text/html; charset=gb18030",
      "text/html; charset=big5",
      "text/html; charset=euc-kr",
      "text/html; charset=iso-2022-jp",
      "text/html; charset=euc-jp",
      "text/html; charset=windows-1255",
  };
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string_view content_type;
  if (!bytes.empty()) {
    content_type = kContentTypes[data[0] % kContentTypes.size()];
    bytes.remove_prefix(1);
  }
  DecodedText decoded;
  DecodeHtml(bytes, content_type, decoded);
  SPINNERET_CHECK(IsValidUtf8(decoded.text), "decoded to what is not UTF-8");
  SPINNERET_CHECK(decoded.text.size() <= bytes.size() * 3, "decoded to more than three times the bytes");
  SPINNERET_CHECK(!EncodingForLabel(decoded.encoding).empty(), "an encoding that is none");
  return 0;
}
