// The encoding that an HTML page declares about itself near its beginning. For encoding.cc.
//
// Source   HTML standard §13.2.3.2, "prescan a byte stream to determine its encoding" and "get an XML encoding".
#pragma once

#include <string_view>

#include "parser/encoding_labels.h"

namespace spinneret::internal {

struct DeclaredEncoding {
  const Encoding* encoding = nullptr;  // null when nothing is declared
  bool in_xml = false;                 // by an XML declaration, else by a meta element
};

// Looks at the first 1024 bytes.
DeclaredEncoding PrescanEncoding(std::string_view bytes);

// The meta element that a browser meets too late for the prescan, and then starts again for ("changing the encoding
// while parsing"). Looks at the first 64 KiB, only for those in the prescan's way of reading; null when there is none.
const Encoding* PrescanLate(std::string_view bytes);

}  // namespace spinneret::internal
