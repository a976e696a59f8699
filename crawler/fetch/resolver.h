// Resolver: host names to addresses, by c-ares on the thread's libuv loop, with a cache of its own.
//
// Order      overrides ("HOST:PORT:ADDR") · IP literals · localhost and *.localhost (loopback, RFC 6761) · .invalid and
//            .onion (never asked, RFC 6761 and 7686) · the cache · /etc/hosts · DNS (A and AAAA). Search lists and
//            HOSTALIASES are not used.
// Cache      positive answers for their TTL within 5 s … 1 h; "no such name" for 30 s, other failures for 5 s, so that
//            the URLs of one host do not each wait for a server that is down. At most `max_entries`, least recently
//            used out first.
// Merging    look-ups of one name that are under way share one query.
// Addresses  stand in c-ares' order (RFC 6724), but one that worked (Prefer) comes first as long as the name has it: a
//            kept connection is only found again under the address it was made to.
// Thread     the loop's. Callbacks come from the loop, never from within Resolve(); they may call Resolve() and may
//            destroy the Resolver. Destroying it drops look-ups without callbacks.
// Errors     kDns with c-ares' own words. An unanswered question takes tries × timeout (growing) per server, 6 s with
//            one.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct uv_loop_s;

namespace spinneret {

struct ResolverSettings {
  std::vector<std::string> overrides;  // "HOST:PORT:ADDR[,ADDR…]"; HOST may be "*"; an IPv6 ADDR may stand in brackets
  std::vector<std::string> servers;    // "ADDR[:PORT]"; empty: the system's
  std::chrono::milliseconds timeout{2'000};  // of the first try; the next ones wait longer
  int tries = 2;                             // per server
  std::size_t max_entries = 10'000;
  bool keeps_loop_alive = true;  // while a question is open
};

struct Addresses {
  std::vector<std::string> ips;  // textual, without brackets; at least one, at most 16
  bool pinned = false;           // given by an override
};

class Resolver {
 public:
  using Callback = std::function<void(const Result<Addresses>&)>;

  // `loop` must outlive the resolver. Fails on an override or server that cannot be read.
  static Result<std::unique_ptr<Resolver>> Make(uv_loop_s* loop, const ResolverSettings& settings);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // What is known without asking. `host` as in a URL (IPv6 in brackets).
  std::optional<Result<Addresses>> Find(std::string_view host, std::uint16_t port);

  void Resolve(std::string_view host, std::uint16_t port, Callback done);

  // `ip` answered for `host`.
  void Prefer(std::string_view host, std::string_view ip);

 private:
  struct Impl;
  explicit Resolver(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spinneret
