// "type/subtype; charset=x" taken apart (WHATWG MIME Sniffing §4).
#pragma once

#include <string>
#include <string_view>

namespace spinneret {

struct MimeType {
  std::string essence;  // "text/html", lower case; empty when the value is not a MIME type
  std::string charset;  // as written, unquoted; empty when there is none
};

MimeType ParseMimeType(std::string_view content_type);

// text/html or application/xhtml+xml: what is parsed for links.
bool IsHtml(std::string_view essence);

}  // namespace spinneret
