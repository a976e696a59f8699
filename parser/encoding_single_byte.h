// The Encoding standard's single-byte decoder (§9). For encoding_decoders.cc.
//
// Thread   any; tables are kept by each thread for itself.
// Limits   the output is at most three times as long as the input.
#pragma once

#include <string>
#include <string_view>

#include "parser/encoding_labels.h"

namespace spinneret::internal {

// Appends to `out`. `encoding` is one of kind kSingleByte.
void DecodeSingleByte(const Encoding& encoding, std::string_view bytes, std::string& out);

}  // namespace spinneret::internal
