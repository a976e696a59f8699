#include "parser/gzip_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include <zlib.h>

namespace spinneret {
namespace {

constexpr std::size_t kPieceBytes = 64U << 10U;
constexpr int kGzipWindow = 15 + 16;  // the largest window, gzip framing

}  // namespace

struct GzipReader::Stream {
  Stream() { ready = inflateInit2(&z, kGzipWindow) == Z_OK; }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    if (ready) {
      inflateEnd(&z);
    }
  }
  z_stream z{};
  bool ready = false;
  std::array<Bytef, kPieceBytes> piece;
};

GzipReader::GzipReader(Sink sink) : sink_(std::move(sink)), stream_(std::make_unique<Stream>()) {
  if (!stream_->ready) {
    error_ = "gzip: not enough memory";
    stopped_ = true;
  }
}

GzipReader::~GzipReader() = default;

bool GzipReader::Feed(std::string_view bytes) {
  z_stream& z = stream_->z;
  // zlib counts input in 32 bits.
  constexpr std::size_t kMostAtOnce = std::size_t{1} << 30U;
  while (!stopped_ && !bytes.empty()) {
    if (!in_member_) {
      // A further member begins with the magic number's first byte; padding does not.
      if (bytes.front() != '\x1F' || inflateReset(&z) != Z_OK) {
        stopped_ = true;
        break;
      }
      in_member_ = true;
    }
    const std::size_t now = std::min(bytes.size(), kMostAtOnce);
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    z.avail_in = static_cast<uInt>(now);
    int status = Z_OK;
    do {
      z.next_out = stream_->piece.data();
      z.avail_out = static_cast<uInt>(kPieceBytes);
      status = inflate(&z, Z_NO_FLUSH);
      const std::size_t made = kPieceBytes - z.avail_out;
      if (made > 0 && !sink_({reinterpret_cast<const char*>(stream_->piece.data()), made})) {
        stopped_ = true;
        return false;
      }
    } while (status == Z_OK && (z.avail_in > 0 || z.avail_out == 0));
    bytes.remove_prefix(now - z.avail_in);
    if (status == Z_STREAM_END) {
      in_member_ = false;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      error_ = std::string("gzip: ") + (z.msg != nullptr ? z.msg : "broken data");
      stopped_ = true;
    }
  }
  return !stopped_;
}

const std::string& GzipReader::Finish() {
  if (!stopped_ && in_member_) {
    error_ = "gzip: the data ends early";
  }
  stopped_ = true;
  return error_;
}

}  // namespace spinneret
