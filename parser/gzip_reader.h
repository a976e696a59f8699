// GzipReader: gzip to plain bytes as they arrive, for files that are compressed themselves (a sitemap.xml.gz), whatever
// HTTP has unpacked before.
//
// Source    RFC 1952; several members one after the other are one file (§2.2). What follows the last member and is no
//           further one is passed over, as gzip(1) does.
// Limits    output comes in pieces of at most 64 KB, so that a bomb costs what its consumer is willing to take.
// Errors    broken data ends the reading; what was unpacked before it has been handed on.
// Thread    any one at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace spinneret {

class GzipReader {
 public:
  // Returns whether it wants more.
  using Sink = std::function<bool(std::string_view bytes)>;
  explicit GzipReader(Sink sink);
  ~GzipReader();
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;

  static bool LooksLikeGzip(std::string_view bytes) { return bytes.starts_with("\x1F\x8B"); }

  // False when nothing more is wanted: the sink has enough, the data is broken, or it has ended.
  bool Feed(std::string_view bytes);
  // Empty, or why what was fed is not whole.
  const std::string& Finish();

 private:
  struct Stream;
  Sink sink_;
  std::unique_ptr<Stream> stream_;
  bool in_member_ = true;
  bool stopped_ = false;
  std::string error_;
};

}  // namespace spinneret
