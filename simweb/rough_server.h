// RoughServer: an HTTP server for what misbehaves, one route per misbehaviour, on any 127.x.y.z address and any Host.
//
// Route (defaults)                  What the client gets
// /                                 a page that links to every route below
// /ok                               200, a small page, keep-alive
// /slow?ms=500                      /ok, its first byte ms late
// /drip?ms=100&n=20                 200 with n bytes of body, one each ms
// /reset                            RST instead of a response
// /reset-body                       200, half of the body, then RST
// /truncated                        half of its Content-Length, then a clean close
// /long                             more bytes than its Content-Length, then a close
// /broken-chunks?kind=size          chunked: a size that is no number (size), no line end after a chunk (crlf), no last
//                                   chunk (end), a size that overflows 64 bits (overflow)
// /huge?bytes=1G                    200 with that many bytes of HTML, generated while they are read; length=no: without
//                                   Content-Length
// /headers?bytes=1M                 a header block of about that size, in lines of 1 KB; one=yes: in one line
// /redirect?n=3&code=302            n redirects, then /ok
// /redirect-loop                    two URLs that redirect to each other
// /redirect-self                    redirects to itself
// /redirect-cookie                  redirects to itself with Set-Cookie until the cookie is sent, then 200
// /redirect-to?url=/ok&code=302     redirects there, the text after percent-decoding as it is
// /status?code=404                  that status, 100 … 999 (100 … 199: and no other)
// /429?after=1&times=1&key=         429 with Retry-After: after, the first `times` requests with that key; then 200
// /flaky?times=1&key=&code=503      the same with 503 and no Retry-After
// /gzip-bomb?bytes=100M             valid gzip that unpacks to at least that many bytes, generated while it is read
// /bad-gzip                         Content-Encoding: gzip with a body that is not
// /http09                           a body without status line and headers
// /garbage                          512 bytes that are no HTTP
// /no-content-type                  200, HTML without Content-Type
// /charset?name=windows-1252&in=header   HTML in that encoding, declared in the header, in a meta element (meta), or
//                                   nowhere (none)
// /empty                            200 with Content-Length: 0
// /close                            a clean close without a byte
// /hang                             nothing, until the client leaves
// /robots.txt                       404, or what SetRobots or /set-robots said for the host; with a query: what that says
// /set-robots?status=200&body=&location=&ms=   the same as SetRobots for the request's host (all=yes: every host)
//
// What is none of these and was not added: 404. ms is at most an hour, sizes take k, M and G.
//
// Thread     Start and Stop on one thread. AddPage, OnRequest, SetRobots and log() from any, at any time.
// Log        one entry per request whose head was read.
// Limits     request heads up to 64 KB (then 431), request bodies are skipped up to 1 MB; peers outside 127.0.0.0/8 are
//            refused.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "simweb/access_log.h"

namespace spinneret::simweb {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct RoughRequest {
  std::string method;
  std::string target;  // as sent
  std::string path;    // of the target, as sent, without the query
  std::string host;    // the Host header, lower case, without the port
  std::string head;    // request line and headers, without the empty line

  // The value of a header, by name in any case; of the first when repeated.
  std::optional<std::string_view> Header(std::string_view name) const;
  // The percent-decoded value of a query parameter.
  std::optional<std::string> Query(std::string_view name) const;
};

// What a hook answers: the raw bytes of the response, after which the connection is closed.
struct RoughReply {
  RoughReply(std::string raw) : bytes(std::move(raw)) {}  // NOLINT(google-explicit-constructor): bytes are a reply
  RoughReply(const char* raw) : bytes(raw) {}             // NOLINT(google-explicit-constructor): so is a literal
  RoughReply(std::string raw, std::chrono::milliseconds late) : bytes(std::move(raw)), delay(late) {}

  std::string bytes;
  std::chrono::milliseconds delay{0};  // before the first byte
};

// A well-formed response with Content-Length and Connection: close, for hooks.
std::string RawResponse(int status, std::string_view body, std::string_view content_type = "text/html",
                        const HeaderList& headers = {});

// What /robots.txt answers.
struct RobotsAnswer {
  int status = 200;
  std::string body;
  std::string location;                // with a 3xx status
  std::chrono::milliseconds delay{0};  // before the first byte
};

struct RoughServerOptions {
  std::uint16_t port = 0;    // 0: a free one
  AccessLog* log = nullptr;  // borrowed, must outlive the server; none: the server keeps its own, in memory
};

class RoughServer {
 public:
  // Listening when it returns. kConnect when the port is taken, kSystem otherwise.
  static Result<std::unique_ptr<RoughServer>> Start(const RoughServerOptions& options = {});
  ~RoughServer();  // stops
  RoughServer(const RoughServer&) = delete;
  RoughServer& operator=(const RoughServer&) = delete;

  // Closes every connection and joins the thread. What was under way is logged as incomplete.
  void Stop();

  std::uint16_t port() const;
  // "http://127.0.0.1:PORT" + target; `host` takes the address's place (also a name, for clients that are told where it
  // is).
  std::string Url(std::string_view target, std::string_view host = "127.0.0.1") const;

  // Registered pages and hooks come before the table above. `path` is without query, as clients send it; with a `host`
  // they answer for that Host alone (and come before those without). A second one for the same path and host replaces
  // the first.
  void AddPage(std::string path, std::string body, std::string content_type = "text/html", HeaderList headers = {},
               std::string host = {}, int status = 200);
  // `hook` runs on the server's thread.
  void OnRequest(std::string path, std::function<RoughReply(const RoughRequest&)> hook, std::string host = {});
  // For one host (without port), or with an empty one for all that have none of their own.
  void SetRobots(RobotsAnswer answer, std::string host = {});

  AccessLog& log();

 private:
  class Impl;
  explicit RoughServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spinneret::simweb
