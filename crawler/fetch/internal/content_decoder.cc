#include "crawler/fetch/internal/content_decoder.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

namespace spinneret {
namespace {

constexpr std::size_t kMaxCodings = 5;
constexpr std::size_t kPieceBytes = 64U << 10U;
constexpr int kZstdWindowLog = 23;

using Piece = std::array<char, kPieceBytes>;

bool Fail(std::string& error, const char* what) {
  error = what;
  return false;
}

class Zlib final : public ContentDecoder::Coding {
 public:
  explicit Zlib(bool deflate) : deflate_(deflate) {}
  Zlib(const Zlib&) = delete;
  Zlib& operator=(const Zlib&) = delete;
  ~Zlib() override {
    if (open_) {
      inflateEnd(&stream_);
    }
  }

  bool Feed(std::string_view bytes, const ContentDecoder::Sink& sink, std::string& error) override {
    if (!open_) {
      // Two bytes tell zlib's format from a bare deflate stream.
      start_.append(bytes.substr(0, 2 - std::min<std::size_t>(2, start_.size())));
      bytes.remove_prefix(std::min(bytes.size(), start_.size() - seen_));
      seen_ = start_.size();
      if (seen_ < 2) {
        return true;
      }
      if (inflateInit2(&stream_, WindowBits()) != Z_OK) {
        return Fail(error, "zlib cannot start");
      }
      open_ = true;
      if (!Inflate(start_, sink, error)) {
        return false;
      }
    }
    return Inflate(bytes, sink, error);
  }

 private:
  int WindowBits() const {
    const auto first = static_cast<unsigned char>(start_[0]);
    const auto second = static_cast<unsigned char>(start_[1]);
    const bool zlib = (first & 0x0FU) == 8 && (first * 256U + second) % 31U == 0;
    const bool gzip = first == 0x1F && second == 0x8B;
    return deflate_ && !zlib && !gzip ? -MAX_WBITS : MAX_WBITS + 32;  // + 32: either header
  }

  bool Inflate(std::string_view bytes, const ContentDecoder::Sink& sink, std::string& error) {
    if (passed_over_) {
      return true;
    }
    Piece piece;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib does not write there
    stream_.avail_in = static_cast<uInt>(bytes.size());
    while (true) {
      if (ended && !NextMember()) {
        return true;
      }
      stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_.avail_out = static_cast<uInt>(piece.size());
      const int status = inflate(&stream_, Z_NO_FLUSH);
      const std::size_t made = piece.size() - stream_.avail_out;
      if (made > 0 && !sink({piece.data(), made})) {
        return false;
      }
      if (status == Z_STREAM_END) {
        ended = true;
        ++members_;
      } else if (status == Z_BUF_ERROR || (status == Z_OK && stream_.avail_in == 0 && stream_.avail_out > 0)) {
        return true;  // more input is needed
      } else if (status != Z_OK) {
        if (members_ > 0) {
          ended = passed_over_ = true;  // what looked like another member is none
          return true;
        }
        return Fail(error, stream_.msg == nullptr ? "the compressed body is broken" : stream_.msg);
      }
    }
  }

  // Whether what follows the end is another member; else it is passed over.
  bool NextMember() {
    if (stream_.avail_in == 0) {
      return false;
    }
    if (deflate_ || *stream_.next_in != 0x1F || inflateReset(&stream_) != Z_OK) {
      passed_over_ = true;
      return false;
    }
    ended = false;
    return true;
  }

  const bool deflate_;
  std::string start_;
  std::size_t seen_ = 0;  // of start_, taken from the input
  bool open_ = false;
  bool passed_over_ = false;
  int members_ = 0;
  z_stream stream_{};
};

class Brotli final : public ContentDecoder::Coding {
 public:
  bool Feed(std::string_view bytes, const ContentDecoder::Sink& sink, std::string& error) override {
    if (ended) {
      return true;
    }
    if (!state_) {
      state_.reset(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
    }
    if (!state_) {
      return Fail(error, "brotli cannot start");
    }
    Piece piece;
    std::size_t left = bytes.size();
    const auto* in = reinterpret_cast<const std::uint8_t*>(bytes.data());
    while (true) {
      std::size_t room = piece.size();
      auto* out = reinterpret_cast<std::uint8_t*>(piece.data());
      const BrotliDecoderResult result = BrotliDecoderDecompressStream(state_.get(), &left, &in, &room, &out, nullptr);
      if (room < piece.size() && !sink({piece.data(), piece.size() - room})) {
        return false;
      }
      switch (result) {
        case BROTLI_DECODER_RESULT_SUCCESS:
          ended = true;
          return true;
        case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
          return true;
        case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:
          break;
        case BROTLI_DECODER_RESULT_ERROR:
          return Fail(error, BrotliDecoderErrorString(BrotliDecoderGetErrorCode(state_.get())));
      }
    }
  }

 private:
  struct Freer {
    void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
  };
  std::unique_ptr<BrotliDecoderState, Freer> state_;
};

class Zstd final : public ContentDecoder::Coding {
 public:
  bool Feed(std::string_view bytes, const ContentDecoder::Sink& sink, std::string& error) override {
    if (!context_) {
      context_.reset(ZSTD_createDCtx());
      if (!context_ || ZSTD_isError(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kZstdWindowLog)) != 0) {
        return Fail(error, "zstd cannot start");
      }
    }
    Piece piece;
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (!passed_over_) {
      if (ended && in.pos == in.size) {
        return true;
      }
      ZSTD_outBuffer out{piece.data(), piece.size(), 0};
      const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in);
      if (ZSTD_isError(left) != 0) {
        if (frames_ > 0) {
          ended = passed_over_ = true;  // no further frame
          return true;
        }
        return Fail(error, ZSTD_getErrorName(left));
      }
      if (out.pos > 0 && !sink({piece.data(), out.pos})) {
        return false;
      }
      ended = left == 0;
      frames_ += ended ? 1 : 0;
      if (!ended && in.pos == in.size && out.pos < out.size) {
        return true;
      }
    }
    return true;
  }

 private:
  struct Freer {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Freer> context_;
  bool passed_over_ = false;
  int frames_ = 0;
};

std::unique_ptr<ContentDecoder::Coding> MakeCoding(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (lower == "gzip" || lower == "x-gzip") {
    return std::make_unique<Zlib>(/*deflate=*/false);
  }
  if (lower == "deflate") {
    return std::make_unique<Zlib>(/*deflate=*/true);
  }
  if (lower == "br") {
    return std::make_unique<Brotli>();
  }
  return lower == "zstd" ? std::make_unique<Zstd>() : nullptr;
}

}  // namespace

ContentDecoder::ContentDecoder(std::string_view content_encoding) {
  while (!content_encoding.empty()) {
    const std::size_t comma = content_encoding.find(',');
    std::string_view name = content_encoding.substr(0, comma);
    content_encoding.remove_prefix(comma == std::string_view::npos ? content_encoding.size() : comma + 1);
    name.remove_prefix(std::min(name.size(), name.find_first_not_of(" \t")));
    name = name.substr(0, name.find_last_not_of(" \t") + 1);
    std::unique_ptr<Coding> coding = MakeCoding(name);
    if (coding == nullptr) {
      continue;
    }
    if (codings_.size() == kMaxCodings) {
      codings_.clear();
      error_ = "too many codings, one over another";
      return;
    }
    codings_.insert(codings_.begin(), std::move(coding));
  }
}

bool ContentDecoder::Feed(std::string_view bytes, const Sink& sink) {
  return error_.empty() && FeedFrom(0, bytes, sink);
}

bool ContentDecoder::FeedFrom(std::size_t coding, std::string_view bytes, const Sink& sink) {
  if (coding == codings_.size()) {
    return sink(bytes);
  }
  codings_[coding]->begun = codings_[coding]->begun || !bytes.empty();
  return codings_[coding]->Feed(
      bytes, [&](std::string_view piece) { return FeedFrom(coding + 1, piece, sink); }, error_);
}

bool ContentDecoder::whole() const {
  return std::all_of(codings_.begin(), codings_.end(),
                     [](const std::unique_ptr<Coding>& coding) { return coding->ended || !coding->begun; });
}

}  // namespace spinneret
