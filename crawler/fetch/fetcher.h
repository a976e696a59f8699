// Fetcher: many HTTP transfers at once on one worker's loop. CurlFetcher is the real one, tests script a fake.
//
// Thread     one Fetcher per worker thread; callbacks run on that thread, from the loop, never from within Start().
// Redirects  are never followed: a 3xx is a response whose `location` the caller acts on.
// Errors     those of a page's own fate; kSystem and kOutOfMemory say that this machine had no socket or memory left.
// Ownership  a callback receives its FetchDone by value. Destroying the Fetcher aborts what is in flight without
//            callbacks.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crawler/fetch/cookies.h"
#include "storage/rows.h"

namespace spinneret {

struct FetchLimits {
  std::uint64_t max_body_bytes = 32ULL << 20U;   // after content decoding; what is over is cut (Truncation::kLength)
  std::uint64_t max_header_bytes = 256U << 10U;  // over it: kTooLargeHeaders
  // A whole request; cut as Truncation::kTime once the body has begun, else kTimeout.
  std::chrono::milliseconds timeout{30'000};
  std::chrono::milliseconds connect_timeout{10'000};
};

struct FetchRequest {
  std::string url;                   // WHATWG serialisation, http or https
  std::vector<std::string> headers;  // "Name: value", extra ones
  std::uint64_t max_body_bytes = 0;  // 0: FetchLimits' own
  bool keep_raw_headers = false;
  // false: without FetchSettings::user and any Authorization or Cookie header given by the user.
  bool send_credentials = true;
  // false: without FetchSettings::client_certificate, also where the server asks for one.
  bool send_certificate = true;
  // Whether more requests to the same server are expected soon; a hint for keeping the connection.
  bool more_expected = true;
};

// Milliseconds, negative when the phase was not reached or, on a kept connection, not needed. Each phase by itself;
// ttfb_ms runs from the request's sending to the first byte, total_ms over everything but the wait for a free
// connection.
struct FetchTimings {
  double dns_ms = -1, connect_ms = -1, tls_ms = -1, ttfb_ms = -1, total_ms = -1;
};

struct FetchResponse {
  int status = 0;
  std::string content_type;  // the header's whole value
  std::string x_content_type_options;
  std::string content_encoding;
  std::string location;                             // as written; of a 3xx
  std::optional<std::chrono::seconds> retry_after;  // delta-seconds or date, already made relative, ≥ 0
  std::string etag, last_modified, cache_control;
  std::string x_robots_tag;  // a line each, where there are several
  std::string refresh;       // the first header's value
  bool sets_cookie = false;
  std::string raw_headers;  // when asked for
  std::string body;         // content-decoded
  Truncation truncated = Truncation::kNone;

  // A status that sends on (RFC 9110 §15.4; 300 as wget and Firefox take it, not 304, 305 and 306) and a place to go to.
  bool redirects() const {
    return !location.empty() && ((status >= 300 && status <= 303) || status == 307 || status == 308);
  }
};

struct FetchDone {
  Result<FetchResponse> result = Err(ErrorCode::kInternal, "not run");  // an Error also when the body broke off
  FetchTimings timings;
  std::string ip;                  // peer's address; empty when there was no connection
  std::string http_version;        // "1.0" "1.1" "2"
  std::uint64_t bytes_wire = 0;    // body bytes as received
  std::int64_t started_at_ms = 0;  // wall clock
  SteadyTime ended_at{};
};

class Fetcher {
 public:
  using Callback = std::function<void(FetchDone)>;
  virtual ~Fetcher() = default;
  virtual void Start(FetchRequest request, Callback done) = 0;
  // Cookies that others hold of a site. `own`: they came from this fetcher, and count only where it forgot them since.
  virtual void AddCookies(const SiteCookies& cookies, bool own) = 0;
  // Gives up every transfer in flight; their callbacks come (from the loop) with kCancelled.
  virtual void CancelAll() = 0;
  virtual std::size_t in_flight() const = 0;
  // So many transfers at once from here on, at least 1; those that run go on.
  virtual void SetMaxConnections(std::size_t most) = 0;
};

}  // namespace spinneret
