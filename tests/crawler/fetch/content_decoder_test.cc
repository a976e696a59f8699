#include "crawler/fetch/internal/content_decoder.h"

#include <algorithm>
#include <string>

#include <brotli/encode.h>
#include <doctest/doctest.h>
#include <zlib.h>
#include <zstd.h>

namespace spinneret {
namespace {

// Long enough for several pieces of output.
const std::string& Text() {
  static const std::string text = [] {
    std::string out;
    for (int i = 0; out.size() < 200'000; ++i) {
      out += "line " + std::to_string(i * i) + "\n";
    }
    return out;
  }();
  return text;
}

std::string Deflated(const std::string& text, int window_bits) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Gzip(const std::string& text) {
  return Deflated(text, MAX_WBITS + 16);
}

std::string Brotli(const std::string& text) {
  std::string out(BrotliEncoderMaxCompressedSize(text.size()), '\0');
  std::size_t size = out.size();
  REQUIRE(BrotliEncoderCompress(5, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, text.size(),
                                reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                                reinterpret_cast<std::uint8_t*>(out.data())) == BROTLI_TRUE);
  out.resize(size);
  return out;
}

std::string Zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

struct Decoded {
  std::string text;
  std::string error;
  bool whole = false;
};

Decoded Decode(const std::string& encoding, const std::string& bytes, std::size_t step) {
  ContentDecoder decoder(encoding);
  Decoded decoded;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const bool more = decoder.Feed(std::string_view(bytes).substr(at, step), [&](std::string_view piece) {
      decoded.text += piece;
      CHECK(piece.size() <= std::max<std::size_t>(step, 64U << 10U));
      return true;
    });
    if (!more) {
      break;
    }
  }
  decoded.error = decoder.error();
  decoded.whole = decoder.whole();
  return decoded;
}

// The same in one piece and in many.
Decoded Decode(const std::string& encoding, const std::string& bytes) {
  Decoded at_once = Decode(encoding, bytes, std::max<std::size_t>(bytes.size(), 1));
  for (const std::size_t step : {1U, 7U, 1000U}) {
    const Decoded in_parts = Decode(encoding, bytes, step);
    CHECK(in_parts.error.empty() == at_once.error.empty());
    CHECK(in_parts.whole == at_once.whole);
    if (at_once.whole) {  // how much of a stream that stops short can be read depends on the pieces
      CHECK(in_parts.text == at_once.text);
    }
  }
  return at_once;
}

bool Gives(const std::string& encoding, const std::string& bytes, const std::string& text) {
  const Decoded decoded = Decode(encoding, bytes);
  return decoded.error.empty() && decoded.whole && decoded.text == text;
}

TEST_SUITE("fetch/content_decoder") {
TEST_CASE("each coding is undone, by any spelling of its name") {
  CHECK(Gives("gzip", Gzip(Text()), Text()));
  CHECK(Gives("X-GZip", Gzip(Text()), Text()));
  CHECK(Gives("br", Brotli(Text()), Text()));
  CHECK(Gives("zstd", Zstd(Text()), Text()));
  CHECK(Gives("deflate", Deflated(Text(), MAX_WBITS), Text()));
  CHECK(Gives("", Text(), Text()));
}

TEST_CASE("deflate without zlib's header, and gzip called deflate, are read too") {
  CHECK(Gives("deflate", Deflated(Text(), -MAX_WBITS), Text()));
  CHECK(Gives("deflate", Gzip(Text()), Text()));
}

TEST_CASE("codings one over another are undone from the last to the first") {
  CHECK(Gives("br, gzip", Gzip(Brotli(Text())), Text()));
  CHECK(Gives("gzip,gzip , zstd", Zstd(Gzip(Gzip(Text()))), Text()));
  CHECK(Gives(",gzip,, identity", Gzip(Text()), Text()));
  CHECK_FALSE(Decode("gzip,gzip,gzip,gzip,gzip,gzip", Gzip(Text())).error.empty());
}

TEST_CASE("a name that is no coding is passed over, as browsers do") {
  for (const char* name : {"utf-8", "none", "identity", "sdch", "\x01"}) {
    CHECK(Gives(name, Text(), Text()));
  }
  CHECK(Gives("utf-8, gzip", Gzip(Text()), Text()));
}

TEST_CASE("what follows the end is passed over, further members and frames are read") {
  CHECK(Gives("gzip", Gzip("one ") + Gzip("two"), "one two"));
  for (const std::string& junk : {std::string("junk"), std::string(50, '\0'), std::string("\x1F junk")}) {
    CHECK(Gives("gzip", Gzip(Text()) + junk, Text()));
    CHECK(Gives("br", Brotli(Text()) + junk, Text()));
    CHECK(Gives("zstd", Zstd(Text()) + junk, Text()));
    CHECK(Gives("deflate", Deflated(Text(), MAX_WBITS) + junk, Text()));
  }
  CHECK(Gives("zstd", Zstd("one ") + Zstd("two"), "one two"));
}

TEST_CASE("a stream that stops short is not whole, an empty body is") {
  for (const auto& [encoding, bytes] :
       {std::pair("gzip", Gzip(Text())), std::pair("br", Brotli(Text())), std::pair("zstd", Zstd(Text()))}) {
    const Decoded cut = Decode(encoding, bytes.substr(0, bytes.size() / 2));
    CHECK(cut.error.empty());
    CHECK_FALSE(cut.whole);
    CHECK(Text().starts_with(cut.text));
    CHECK(Gives(encoding, "", ""));
  }
  CHECK_FALSE(Decode("gzip", Gzip(Text()).substr(0, 1)).whole);
}

TEST_CASE("broken data is an error") {
  std::string checksum = Gzip(Text());
  checksum[checksum.size() - 6] ^= 1;
  CHECK_FALSE(Decode("gzip", checksum).error.empty());
  for (const char* encoding : {"gzip", "br", "zstd", "deflate"}) {
    CHECK_FALSE(Decode(encoding, "\xFFplain text that is no such thing").error.empty());
  }
}

TEST_CASE("a bomb costs what its sink takes") {
  const std::string bomb = Gzip(Gzip(std::string(50'000'000, 'x')));
  ContentDecoder decoder("gzip, gzip");
  std::size_t taken = 0;
  CHECK_FALSE(decoder.Feed(bomb, [&](std::string_view piece) {
    taken += piece.size();
    return taken < 100'000;
  }));
  CHECK(decoder.error().empty());
  CHECK(taken < 200'000);
}
}  // TEST_SUITE("fetch/content_decoder")

}  // namespace
}  // namespace spinneret
