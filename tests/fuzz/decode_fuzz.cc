// Any bytes are a page in some encoding. The first byte picks the Content-Type; 0 leaves the choice to the bytes.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "parser/encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spinneret;
  static constexpr std::array<std::string_view, 15> kContentTypes{
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
      "text/html; charset=x-user-defined",
      "text/html; charset=gbk",
      "text/html; charset=replacement",
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
  SPINNERET_CHECK(EncodingForLabel(decoded.encoding) == decoded.encoding, "an encoding that is none");
  SPINNERET_CHECK(decoded.encoding != "UTF-8" || !IsValidUtf8(bytes) || decoded.storage.empty(), "UTF-8 was copied");
  // What is declared in the header decodes the same whatever was guessed before.
  const std::string again = "text/html; charset=" + std::string(decoded.encoding);
  DecodedText declared;
  DecodeHtml(bytes, again, declared);
  SPINNERET_CHECK(declared.source == EncodingSource::kBom || declared.encoding == decoded.encoding,
                  "a header that is not believed");
  SPINNERET_CHECK(declared.encoding != decoded.encoding || declared.text == decoded.text, "two texts for one page");
  return 0;
}
