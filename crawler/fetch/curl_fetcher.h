// The Fetcher on libcurl's multi interface, driven by the thread's libuv loop through curl's socket interface.
//
// Names      are resolved by c-ares on the same loop (resolver.h) with a cache of our own; curl is told the address
//            (CURLOPT_CONNECT_TO), so that it starts no thread per look-up and keeps no DNS cache. The next address, of
//            at most four, is tried when a connection fails; they share the time for connecting.
// Guard      addresses are checked when a socket is opened, after DNS, so rebinding does not pass (address_guard.h).
// Limits     FetchLimits; per-request totals. Only http and https are in the list of protocols.
// Proxy      FetchSettings::proxies only ([http|https|socks4|socks5]://…); the environment's are not used. A proxy
//            resolves the names of what it is asked for; its own address is exempt from the guard. Of several, a site
//            keeps one; one that fails rests, and the request goes on through another (internal/proxy_pool.h).
// Sessions   cookies and TLS sessions are kept per site for the fetcher's life, for the 1024 sites used last. What changes
//            in the cookies is told (FetcherEvents), what others know is taken (AddCookies).
// HTTP/2     where the server offers it; transfers of one host then share a connection.
// TLS        1.2 and above, verified.
// Queue      at most max_connections transfers run; the others wait in order. A request's time begins when it leaves
//            the queue.
// Errors     kReset, kDecode and kTimeout may come after a complete header block: a body that broke is to be fetched
//            again, not kept. A redirect whose body broke is still a response.
// Loop       a transfer in flight keeps the loop alive; an idle fetcher, and a look-up that nobody waits for, do not.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crawler/fetch/certificates.h"
#include "crawler/fetch/fetcher.h"

struct uv_loop_s;

namespace spinneret {

struct FetchSettings {
  std::string user_agent;
  FetchLimits limits;
  bool allow_private = false;
  std::vector<std::string> allow_net, deny_net;  // blocks of addresses (address_guard.h)
  bool insecure = false;                         // no TLS verification
  std::string ca_file;                           // empty: the system's
  ClientCertificate client_certificate;
  bool cookies = true;
  std::vector<std::string> proxies;  // none: direct
  std::string user;                  // "name:password" for HTTP authentication; empty: none
  std::vector<std::string> headers;  // sent with every request
  std::vector<std::string> resolve;  // "HOST:PORT:ADDR[,ADDR…]"; such addresses pass the guard; not used with a proxy
  std::vector<std::string> dns_servers;  // "ADDR[:PORT]"; empty: the system's
  std::size_t max_connections =
      64;  // of this fetcher, idle ones included; requests beyond it wait, their time not yet running
};

// What a fetcher tells of its own accord, on its thread and from the loop. A listener must not destroy the fetcher.
struct FetcherEvents {
  // A proxy, named without its credentials, cannot be used and rests.
  std::function<void(const std::string& proxy, const std::string& why, std::chrono::milliseconds rest)> on_proxy_rest;
  // A response changed the cookies of its site.
  std::function<void(SiteCookies)> on_cookies;
  // Asked right before a request is sent, when its connection is there: false gives the transfer up with kCancelled.
  // None: always.
  std::function<bool()> may_send;
};

// Once, before any thread is started. Returns an error when libcurl or c-ares cannot be initialised.
Result<void> InitFetching();

// `loop` must outlive the fetcher and belong to the calling thread. Fails on a setting that libcurl refuses.
Result<std::unique_ptr<Fetcher>> MakeCurlFetcher(uv_loop_s* loop, FetchSettings settings, FetcherEvents events = {});

}  // namespace spinneret
