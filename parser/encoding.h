// Bytes of a page to UTF-8: BOM, then the Content-Type's charset, then a meta prescan, then the default.
//
// Source    WHATWG Encoding standard (labels, "replacement" for what is unsafe), HTML standard §13.2.3.2 (prescan).
// Errors    none: malformed input becomes U+FFFD.
#pragma once

#include <string>
#include <string_view>

namespace spinneret {

struct DecodedText {
  std::string_view text;      // UTF-8; looks into the input where that was UTF-8 already, else into `storage`
  std::string_view encoding;  // WHATWG name ("UTF-8", "windows-1252", "Shift_JIS" …), static
  std::string storage;        // filled only when a conversion was needed
};

// WHATWG name for a label ("latin1" → "windows-1252"), or empty when it is not one. Case and surrounding space ignored.
std::string_view EncodingForLabel(std::string_view label);

// Decodes an HTML page. `content_type` is the header's whole value, may be empty. `out.storage` is reused between
// calls. A BOM is not part of the text. `bytes` must outlive `out.text`.
void DecodeHtml(std::string_view bytes, std::string_view content_type, DecodedText& out);

// True when `bytes` are well-formed UTF-8.
bool IsValidUtf8(std::string_view bytes);

}  // namespace spinneret
