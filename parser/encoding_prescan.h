// The encoding that an HTML page declares about itself near its beginning. For encoding.cc.
//
// Source   HTML standard §13.2.3.2, "prescan a byte stream to determine its encoding" and "get an XML encoding".
#pragma once

#include <string_view>

#include "parser/encoding_labels.h"

namespace spinneret::internal {

// Looks at the first 1024 bytes. Null when nothing is declared there.
const Encoding* PrescanEncoding(std::string_view bytes);

}  // namespace spinneret::internal
