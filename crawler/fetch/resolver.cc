#include "crawler/fetch/resolver.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <list>
#include <new>
#include <unordered_map>
#include <utility>

#include <ares.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "crawler/fetch/internal/uv_guard.h"
#include "crawler/fetch/internal/uv_ptr.h"

namespace spinneret {
namespace {

using std::chrono::seconds;

constexpr seconds kShortestTtl{5};
constexpr seconds kLongestTtl{3600};
constexpr seconds kNoSuchNameTtl{30};
constexpr seconds kFailureTtl{5};
constexpr std::size_t kMaxAddresses = 16;  // of one name; more would only make a failing host slower to give up on

SteadyTime Now() {
  return std::chrono::steady_clock::now();
}

// c-ares' default calls write to TCP servers without MSG_NOSIGNAL: a server that hangs up would end the process by
// SIGPIPE.
ares_socket_t OpenSocket(int family, int type, int protocol, void*) {
  return ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}
int CloseSocket(ares_socket_t fd, void*) {
  return ::close(fd);
}
int ConnectSocket(ares_socket_t fd, const sockaddr* address, ares_socklen_t length, void*) {
  return ::connect(fd, address, length);
}
ares_ssize_t ReceiveFrom(ares_socket_t fd, void* buffer, std::size_t size, int flags, sockaddr* from,
                         ares_socklen_t* from_length, void*) {
  return ::recvfrom(fd, buffer, size, flags, from, from_length);
}
ares_ssize_t SendVector(ares_socket_t fd, const iovec* parts, int count, void*) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts);  // sendmsg does not write to it
  message.msg_iovlen = static_cast<std::size_t>(count);
  return ::sendmsg(fd, &message, MSG_NOSIGNAL);
}
constexpr ares_socket_functions kSocketFunctions{OpenSocket, CloseSocket, ConnectSocket, ReceiveFrom, SendVector};

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::string_view WithoutBrackets(std::string_view host) {
  return host.size() >= 2 && host.front() == '[' && host.back() == ']' ? host.substr(1, host.size() - 2) : host;
}

std::string_view WithoutRootDot(std::string_view host) {
  return host.size() > 1 && host.back() == '.' ? host.substr(0, host.size() - 1) : host;
}

// Whether `name` is `domain` or below it.
bool IsWithin(std::string_view name, std::string_view domain) {
  return name == domain ||
         (name.size() > domain.size() && name.ends_with(domain) && name[name.size() - domain.size() - 1] == '.');
}

bool IsIpLiteral(std::string_view text) {
  const std::string ip(text);
  if (ip.find('\0') != std::string::npos) {
    return false;
  }
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, ip.c_str(), bytes) == 1 || inet_pton(AF_INET6, ip.c_str(), bytes) == 1;
}

std::string TextOf(const sockaddr& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
  } else if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  }
  return text;
}

struct Override {
  std::string host;  // "*": any
  std::uint16_t port = 0;
  std::vector<std::string> ips;
};

Result<Override> ParseOverride(const std::string& text) {
  const Error bad = Err(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is not HOST:PORT:ADDR", text));
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  const std::size_t host_end = bracket == std::string::npos ? bracket : text.find(':', bracket);
  const std::size_t port_end = host_end == std::string::npos ? host_end : text.find(':', host_end + 1);
  if (port_end == std::string::npos || host_end == 0) {
    return bad;
  }
  Override entry;
  entry.host = Lower(WithoutRootDot(WithoutBrackets(std::string_view(text).substr(0, host_end))));
  const char* const first = text.data() + host_end + 1;
  const char* const last = text.data() + port_end;
  if (const auto [end, status] = std::from_chars(first, last, entry.port); status != std::errc{} || end != last) {
    return bad;
  }
  std::string_view rest = std::string_view(text).substr(port_end + 1);
  while (true) {
    const std::size_t comma = rest.find(',');
    const std::string_view ip = WithoutBrackets(rest.substr(0, comma));
    if (!IsIpLiteral(ip)) {
      return bad;
    }
    entry.ips.emplace_back(ip);
    if (comma == std::string_view::npos) {
      return entry;
    }
    rest.remove_prefix(comma + 1);
  }
}

struct AddrInfoFreer {
  void operator()(ares_addrinfo* info) const { ares_freeaddrinfo(info); }
};

}  // namespace

struct Resolver::Impl {
  struct Entry {
    Result<Addresses> answer = Addresses{};
    SteadyTime expires;
    std::string preferred;
    std::list<const std::string*>::iterator use;  // its place in `by_use`
  };
  struct Question {
    Impl* resolver;
    std::string name;
  };
  struct Answered {
    std::vector<Callback> callbacks;
    Result<Addresses> answer;
  };

  explicit Impl(uv_loop_t* the_loop) : loop(the_loop) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    closing = true;
    if (channel != nullptr) {
      ares_destroy(channel);  // ends every question; `closing` keeps the answers from being used
    }
    *alive = false;
  }

  Result<void> Open(const ResolverSettings& settings) {
    max_entries = std::max<std::size_t>(settings.max_entries, 1);
    keeps_loop_alive = settings.keeps_loop_alive;
    for (const std::string& text : settings.overrides) {
      Result<Override> entry = ParseOverride(text);
      if (!entry) {
        return std::move(entry).error();
      }
      overrides.push_back(*std::move(entry));
    }
    ares_options options{};
    options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
    options.timeout = static_cast<int>(settings.timeout.count());
    options.tries = settings.tries;
    char lookups[] = "fb";  // the hosts file, then DNS, whatever nsswitch.conf says
    options.lookups = lookups;
    options.sock_state_cb = [](void* data, ares_socket_t fd, int readable, int writable) {
      try {
        static_cast<Impl*>(data)->Watch(fd, readable, writable);
      } catch (const std::bad_alloc&) {
        // As in the answers' callback below.
      }
    };
    options.sock_state_cb_data = this;
    int status = ares_init_options(
        &channel, &options,
        ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB);
    if (status != ARES_SUCCESS) {
      channel = nullptr;
      return Err(ErrorCode::kSystem, fmt::format("the resolver cannot start: {} ({})", ares_strerror(status), status));
    }
    ares_set_socket_functions(channel, &kSocketFunctions, nullptr);
    if (!settings.servers.empty()) {
      const std::string list = fmt::format("{}", fmt::join(settings.servers, ","));
      status = ares_set_servers_ports_csv(channel, list.c_str());
      if (status != ARES_SUCCESS) {
        return Err(ErrorCode::kInvalidArgument,
                   fmt::format("\"{}\" are not DNS servers: {} ({})", list, ares_strerror(status), status));
      }
    }
    timer = MakeUvHandle<uv_timer_t>(loop, uv_timer_init, this);
    Unref(timer.get());
    deliver = MakeUvHandle<uv_idle_t>(loop, uv_idle_init, this);
    return {};
  }

  // c-ares tells which sockets it wants watched. It closes a socket after the call with (0, 0); dropping the handle
  // stops the watch at once.
  void Watch(ares_socket_t fd, int readable, int writable) {
    if (readable == 0 && writable == 0) {
      polls.erase(fd);
      return;
    }
    UvPtr<uv_poll_t>& poll = polls[fd];
    if (!poll) {
      poll = MakeUvPoll(loop, fd, this);
      if (!poll) {
        polls.erase(fd);  // the question ends by its time limit
        return;
      }
      Unref(poll.get());
    }
    uv_poll_start(poll.get(), (readable != 0 ? UV_READABLE : 0) | (writable != 0 ? UV_WRITABLE : 0),
                  [](uv_poll_t* handle, int status, int events) {
                    auto* self = static_cast<Impl*>(handle->data);
                    uv_os_fd_t socket = ARES_SOCKET_BAD;
                    uv_fileno(reinterpret_cast<uv_handle_t*>(handle), &socket);
                    // On an error both directions are tried, so that c-ares meets it itself.
                    self->Process(status < 0 || (events & UV_READABLE) != 0 ? socket : ARES_SOCKET_BAD,
                                  status < 0 || (events & UV_WRITABLE) != 0 ? socket : ARES_SOCKET_BAD);
                  });
  }

  template <class Handle>
  void Unref(Handle* handle) const {
    if (!keeps_loop_alive) {
      uv_unref(reinterpret_cast<uv_handle_t*>(handle));
    }
  }

  void Process(ares_socket_t readable, ares_socket_t writable) {
    ares_process_fd(channel, readable, writable);
    ArmTimer();
    Guarded([this] { DeliverAnswers(); });
  }

  void ArmTimer() {
    timeval buffer{};
    const timeval* wait = ares_timeout(channel, nullptr, &buffer);
    if (wait == nullptr) {
      uv_timer_stop(timer.get());
      return;
    }
    const auto ms =
        static_cast<std::uint64_t>(wait->tv_sec) * 1000U + static_cast<std::uint64_t>(wait->tv_usec) / 1000U;
    uv_timer_start(
        timer.get(),
        [](uv_timer_t* handle) { static_cast<Impl*>(handle->data)->Process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); }, ms + 1,
        0);  // c-ares counts in microseconds: one more, not to come too early
  }

  void Ask(const std::string& name) {
    auto question = std::make_unique<Question>(Question{this, name});
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;  // each address once
    ares_getaddrinfo(
        channel, name.c_str(), nullptr, &hints,
        [](void* data, int status, int, ares_addrinfo* info) {
          const std::unique_ptr<ares_addrinfo, AddrInfoFreer> owned(info);
          const std::unique_ptr<Question> answered(static_cast<Question*>(data));
          if (!answered->resolver->closing) {
            try {
              answered->resolver->OnAnswer(answered->name, status, owned.get());
            } catch (const std::bad_alloc&) {
              // Nothing may be thrown through c-ares; who asked is let go by the request's time limit.
            }
          }
        },
        question.release());
    ArmTimer();
    if (!ready.empty()) {  // answered at once: from the hosts file, or a name that DNS cannot carry
      ScheduleDelivery();
    }
  }

  void OnAnswer(const std::string& name, int status, const ares_addrinfo* info) {
    Addresses addresses;
    seconds ttl = kLongestTtl;
    if (status == ARES_SUCCESS && info != nullptr) {
      for (const ares_addrinfo_cname* alias = info->cnames; alias != nullptr; alias = alias->next) {
        ttl = std::min(ttl, seconds(alias->ttl));
      }
      for (const ares_addrinfo_node* node = info->nodes; node != nullptr; node = node->ai_next) {
        ttl = std::min(ttl, seconds(node->ai_ttl));
        std::string ip = node->ai_addr == nullptr ? std::string() : TextOf(*node->ai_addr);
        if (!ip.empty() && addresses.ips.size() < kMaxAddresses &&
            std::find(addresses.ips.begin(), addresses.ips.end(), ip) == addresses.ips.end()) {
          addresses.ips.push_back(std::move(ip));
        }
      }
    }
    if (!addresses.ips.empty()) {
      Remember(name, std::move(addresses), std::clamp(ttl, kShortestTtl, kLongestTtl));
    } else {
      const bool settled =
          status == ARES_ENOTFOUND || status == ARES_ENODATA || status == ARES_SUCCESS || status == ARES_EBADNAME;
      Remember(name,
               Err(ErrorCode::kDns, fmt::format("{}: {} (c-ares {})", name,
                                                ares_strerror(status == ARES_SUCCESS ? ARES_ENODATA : status), status)),
               settled ? kNoSuchNameTtl : kFailureTtl);
    }
    const auto found = waiting.find(name);
    if (found != waiting.end()) {
      ready.push_back(Answered{std::move(found->second), cache.at(name).answer});
      waiting.erase(found);
    }
  }

  void Remember(const std::string& name, Result<Addresses> answer, seconds ttl) {
    const auto [place, is_new] = cache.try_emplace(name);
    Entry& entry = place->second;
    if (is_new) {
      by_use.push_front(&place->first);
      entry.use = by_use.begin();
    } else {
      by_use.splice(by_use.begin(), by_use, entry.use);
    }
    entry.answer = std::move(answer);
    entry.expires = Now() + ttl;
    PutPreferredFirst(entry);
    while (cache.size() > max_entries) {
      const std::string oldest = *by_use.back();
      by_use.pop_back();
      cache.erase(oldest);
    }
  }

  static void PutPreferredFirst(Entry& entry) {
    if (!entry.answer || entry.preferred.empty()) {
      return;
    }
    std::vector<std::string>& ips = entry.answer->ips;
    const auto at = std::find(ips.begin(), ips.end(), entry.preferred);
    if (at != ips.end()) {
      std::rotate(ips.begin(), at, at + 1);
    }
  }

  void ScheduleDelivery() {
    uv_idle_start(deliver.get(), [](uv_idle_t* handle) {
      uv_idle_stop(handle);
      Guarded([handle] { static_cast<Impl*>(handle->data)->DeliverAnswers(); });
    });
  }

  // Outside c-ares' stack, so that a callback may do anything, even destroy the resolver.
  void DeliverAnswers() {
    const std::shared_ptr<bool> still_alive = alive;
    std::vector<Answered> batch = std::exchange(ready, {});
    for (Answered& answered : batch) {
      for (Callback& callback : answered.callbacks) {
        callback(answered.answer);
        if (!*still_alive) {
          return;
        }
      }
    }
  }

  uv_loop_t* loop;
  std::vector<Override> overrides;
  std::size_t max_entries = 1;
  bool keeps_loop_alive = true;
  ares_channel channel = nullptr;
  bool closing = false;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  UvPtr<uv_timer_t> timer;
  UvPtr<uv_idle_t> deliver;
  std::unordered_map<ares_socket_t, UvPtr<uv_poll_t>> polls;
  std::unordered_map<std::string, std::vector<Callback>> waiting;  // questions under way
  std::vector<Answered> ready;                                     // filled by OnAnswer, emptied by DeliverAnswers
  std::unordered_map<std::string, Entry> cache;                    // keys do not move
  std::list<const std::string*> by_use;                            // most recently used first
};

Result<std::unique_ptr<Resolver>> Resolver::Make(uv_loop_s* loop, const ResolverSettings& settings) {
  auto impl = std::make_unique<Impl>(loop);
  if (Result<void> opened = impl->Open(settings); !opened) {
    return std::move(opened).error();
  }
  return std::unique_ptr<Resolver>(new Resolver(std::move(impl)));
}

Resolver::Resolver(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Resolver::~Resolver() = default;

std::optional<Result<Addresses>> Resolver::Find(std::string_view host, std::uint16_t port) {
  const std::string name = Lower(WithoutBrackets(host));
  const std::string_view bare = WithoutRootDot(name);
  for (const Override& entry : impl_->overrides) {
    if (entry.port == port && (entry.host == "*" || entry.host == bare)) {
      return Addresses{entry.ips, true};
    }
  }
  if (IsIpLiteral(name)) {
    return Addresses{{name}, false};
  }
  if (IsWithin(bare, "localhost")) {
    return Addresses{{"127.0.0.1", "::1"}, false};
  }
  if (IsWithin(bare, "invalid") || IsWithin(bare, "onion")) {
    return Err(ErrorCode::kDns, fmt::format("{}: names of this kind are never in DNS", name));
  }
  if (name.empty() || name.find('\0') != std::string::npos) {
    return Err(ErrorCode::kDns, "not a name that can be looked up");
  }
  const auto found = impl_->cache.find(name);
  if (found == impl_->cache.end() || found->second.expires <= Now()) {
    return std::nullopt;
  }
  impl_->by_use.splice(impl_->by_use.begin(), impl_->by_use, found->second.use);
  return found->second.answer;
}

void Resolver::Resolve(std::string_view host, std::uint16_t port, Callback done) {
  if (std::optional<Result<Addresses>> known = Find(host, port)) {
    impl_->ready.push_back(Impl::Answered{{std::move(done)}, *std::move(known)});
    impl_->ScheduleDelivery();
    return;
  }
  const std::string name = Lower(WithoutBrackets(host));
  const auto [place, is_new] = impl_->waiting.try_emplace(name);
  place->second.push_back(std::move(done));
  if (is_new) {
    impl_->Ask(name);
  }
}

void Resolver::Prefer(std::string_view host, std::string_view ip) {
  const auto found = impl_->cache.find(Lower(WithoutBrackets(host)));
  if (found == impl_->cache.end() || found->second.preferred == ip) {
    return;
  }
  found->second.preferred = ip;
  Impl::PutPreferredFirst(found->second);
}

}  // namespace spinneret
