// ResponseHead: what a crawl keeps of a response's header block, gathered line by line as libcurl hands them over.
//
// Input   any bytes. Interim (1xx) responses are forgotten when the next status line comes; trailers are counted, not
//         read.
// Limits  all header bytes of a transfer together (interim responses and trailers included) within `max_bytes`. One
//         value keeps at most 8 KiB, except Location, which would become another URL by being cut.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crawler/fetch/fetcher.h"

namespace spinneret {

class ResponseHead {
 public:
  enum class KeepRaw : bool { kNo, kYes };

  ResponseHead() = default;
  ResponseHead(std::uint64_t max_bytes, KeepRaw keep_raw) : max_bytes_(max_bytes), keep_raw_(keep_raw) {}

  // One line with its line end; the empty one closes the block. False when the limit is passed.
  bool Add(std::string_view line);

  // The final response's block is there as a whole.
  bool complete() const { return complete_; }
  bool too_large() const { return too_large_; }
  int status() const { return response_.status; }
  const std::string& content_encoding() const { return response_.content_encoding; }
  std::uint64_t set_cookie_bytes() const { return set_cookie_bytes_; }

  // The fields but `body` and `truncated`. `now_s`: seconds since 1970, against which Retry-After's date is read. Call
  // once.
  FetchResponse Take(std::int64_t now_s);

 private:
  void ReadField(std::string_view line);
  std::string* FieldFor(std::string_view name);

  std::uint64_t max_bytes_ = 0;
  KeepRaw keep_raw_ = KeepRaw::kNo;
  std::uint64_t bytes_ = 0;
  std::uint64_t set_cookie_bytes_ = 0;
  bool complete_ = false;
  bool too_large_ = false;
  FetchResponse response_;
  std::string retry_after_;
  std::string* last_field_ = nullptr;  // of response_ or retry_after_: where a folded line goes
};

}  // namespace spinneret
