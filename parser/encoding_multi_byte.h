// The Encoding standard's decoders for Chinese, Japanese and Korean encodings (§10 to §13). For encoding_decoders.cc.
//
// Errors   none: each error of the standard is one U+FFFD, and the bytes it gives back are read again.
// Cost     linear: a byte is given back at most twice.
// Limits   the output is at most three times as long as the input.
#pragma once

#include <string>
#include <string_view>

namespace spinneret::internal {

// Each appends to `out`.
void DecodeBig5(std::string_view bytes, std::string& out);
void DecodeEucJp(std::string_view bytes, std::string& out);
void DecodeEucKr(std::string_view bytes, std::string& out);
void DecodeGb18030(std::string_view bytes, std::string& out);  // GBK too
void DecodeIso2022Jp(std::string_view bytes, std::string& out);
void DecodeShiftJis(std::string_view bytes, std::string& out);

}  // namespace spinneret::internal
