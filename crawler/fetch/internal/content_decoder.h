// ContentDecoder: a body as it comes over the wire into what it stands for, by its Content-Encoding; piece by piece.
//
// Codings    gzip, x-gzip, deflate (zlib's format, and the bare one that some servers send), br, zstd; several are undone
//            in turn, at most five. What is none of these ("utf-8", "none", "identity") is passed over, as browsers do.
// Ends       bytes after the end of a coded stream are passed over; further gzip members and zstd frames are read. A stream
//            that does not come to its end is told by whole().
// Limits     output comes in pieces of at most 64 KB, so that a bomb costs what its sink is willing to take; zstd's window
//            is 8 MB (RFC 8878 §3.1.1.1.2).
// Source     RFC 9110 §8.4.1, 1950, 1951, 1952, 7932, 8878.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spinneret {

class ContentDecoder {
 public:
  // Returns whether it wants more.
  using Sink = std::function<bool(std::string_view)>;

  ContentDecoder() = default;
  explicit ContentDecoder(std::string_view content_encoding);

  // False when the data is broken (error() says how) or the sink has enough.
  bool Feed(std::string_view bytes, const Sink& sink);
  const std::string& error() const { return error_; }
  // Every coded stream came to its end, or nothing came at all.
  bool whole() const;

  class Coding {
   public:
    virtual ~Coding() = default;
    virtual bool Feed(std::string_view bytes, const Sink& sink, std::string& error) = 0;
    bool begun = false;
    bool ended = false;
  };

 private:
  bool FeedFrom(std::size_t coding, std::string_view bytes, const Sink& sink);

  std::vector<std::unique_ptr<Coding>> codings_;  // the one that was applied last comes first
  std::string error_;
};

}  // namespace spinneret
