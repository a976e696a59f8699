// A guess at the encoding of bytes that say nothing about themselves and are not UTF-8. For encoding.cc.
//
// Thread   any; a detector is kept by each thread for itself.
// Cost     looks at 32 KiB at most, a few milliseconds.
#pragma once

#include <string_view>

#include "parser/encoding_labels.h"

namespace spinneret::internal {

// Null when there is too little to go by, or nothing fits: what is named decodes without an error as far as was looked.
const Encoding* DetectEncoding(std::string_view bytes);

}  // namespace spinneret::internal
