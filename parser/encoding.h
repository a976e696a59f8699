// Bytes of a page to UTF-8: BOM, then the Content-Type's charset, then what the page declares, then a look at the bytes.
//
// Source    WHATWG Encoding standard, whole; HTML standard 13.2.3.2 (prescan). docs/decisions/0008-encodings.md.
// Errors    none: malformed input becomes U+FFFD where and as often as the standard says.
// Cost      linear in the input. The output is at most three times as long.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spinneret {

// What an encoding was known by, strongest first.
enum class EncodingSource : std::uint8_t {
  kBom,
  kContentType,     // the header's charset
  kMeta,            // <meta charset> or http-equiv in the first 1024 bytes; later only where the bytes are not UTF-8
  kXmlDeclaration,  // <?xml encoding="..."?> that the bytes begin with
  kValidUtf8,       // nothing says so, but all of it is UTF-8 (or ASCII)
  kDetected,        // nothing says so, but the bytes look like it
  kDefault,         // windows-1252
};

struct DecodedText {
  std::string_view text;      // UTF-8; looks into the input where that was UTF-8 already, else into `storage`
  std::string_view encoding;  // WHATWG name ("UTF-8", "windows-1252", "Shift_JIS" ...), static
  EncodingSource source = EncodingSource::kDefault;
  std::string storage;  // filled only when a conversion was needed
};

// WHATWG name for a label ("latin1" is "windows-1252"), or empty when it is not one. Case and surrounding space ignored.
std::string_view EncodingForLabel(std::string_view label);

// Decodes an HTML page. `content_type` is the header's whole value, may be empty. `out.storage` is reused between
// calls. A BOM is not part of the text. `bytes` must outlive `out.text`.
void DecodeHtml(std::string_view bytes, std::string_view content_type, DecodedText& out);

// True when `bytes` are well-formed UTF-8.
bool IsValidUtf8(std::string_view bytes);

}  // namespace spinneret
