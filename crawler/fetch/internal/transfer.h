// Transfer: one request on its way, from Start() to its FetchDone; what libcurl's callbacks write to.
//
// States     kWaiting (for a free connection) → kResolving → kRunning, the last once per address that is tried.
// Ownership  its easy handle is the pool's; the Transfer must not move while libcurl knows it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <curl/curl.h>

#include "base/clock.h"
#include "crawler/fetch/address_guard.h"
#include "crawler/fetch/fetcher.h"
#include "crawler/fetch/internal/content_decoder.h"
#include "crawler/fetch/internal/curl_handles.h"
#include "crawler/fetch/internal/response_head.h"
#include "crawler/fetch/internal/site_sessions.h"
#include "crawler/fetch/resolver.h"

namespace spinneret {

constexpr std::size_t kMaxAddressesTried = 4;  // of one name, for one request

// Where a request's URL leads, read by libcurl's own parser: what is resolved is what will be asked.
struct Target {
  std::string host;  // IPv6 in brackets
  std::uint16_t port = 0;
};

// kScheme for other schemes than http and https; kDns for a host that cannot be a name; else kInvalidArgument.
Result<Target> TargetOf(const std::string& url);

struct Transfer {
  enum class State { kWaiting, kResolving, kRunning };

  std::uint64_t id = 0;
  FetchRequest request;
  Fetcher::Callback done;
  Target target;
  State state = State::kWaiting;

  std::int64_t started_at_ms = 0;  // set when it leaves the queue
  SteadyTime started;
  SteadyTime resolved;
  Addresses addresses;                      // empty when a proxy resolves the name
  std::size_t address = 0;                  // the one being tried
  std::optional<std::size_t> proxy;         // the one being tried, of FetchSettings::proxies
  std::vector<std::size_t> failed_proxies;  // for this request
  SteadyTime attempt_started;

  CURL* easy = nullptr;
  SiteSessions::Site* site = nullptr;
  CurlList connect_to;
  CurlList own_headers;  // only where the request adds to the settings' headers

  // Of the attempt that is running:
  bool any_address_allowed = false;  // the user named it
  const AddressRules* rules = nullptr;
  bool keep_connection = true;
  bool secure_proxy = false;     // spoken to over TLS
  bool address_refused = false;  // by the guard
  int no_socket = 0;             // errno: the machine has none to give
  bool body_cut = false;
  enum class Shortage : std::uint8_t { kNone, kWorker, kMachine };
  Shortage shortage = Shortage::kNone;  // of memory: nothing may be thrown through libcurl
  std::uint64_t max_body_bytes = 0;
  ResponseHead head;
  std::optional<ContentDecoder> decoder;  // from the body's first byte on
  std::string body;
  char error_text[CURL_ERROR_SIZE] = "";

  // Points the callbacks of `easy` here.
  void Bind();

  // The running attempt never reached a server, so that another address may be tried.
  bool FailedToConnect(CURLcode code) const;
  // The running attempt, through a proxy, ended because of the proxy, not of what is behind it: why, or "".
  std::string ProxyFailure(CURLcode code) const;
  // What the attempt's end means for the caller. Takes head and body.
  Result<FetchResponse> Judge(CURLcode code);
  // Everything but the result, from `easy` where there is one.
  FetchDone Measure(SteadyTime now) const;
};

}  // namespace spinneret
