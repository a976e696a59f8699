#include "cli/control_socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <list>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/printable.h"

namespace spinneret::cli {
namespace {

constexpr std::size_t kMaxRequest = 64U << 10U;
constexpr std::size_t kMaxClients = 8;
constexpr int kSeconds = 10;  // that a client waits for an answer

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

// A socket's address holds 108 bytes, a path may be longer: it is named by its folder's descriptor.
struct Place {
  Fd folder;
  std::string name;
  sockaddr_un address{};
};

std::optional<Place> PlaceOf(const std::string& database) {
  const std::size_t slash = database.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : database.substr(0, slash);
  Place place;
  place.name = database.substr(slash == std::string::npos ? 0 : slash + 1) + "-ctl";
  place.folder = Fd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const std::string path = fmt::format("/proc/self/fd/{}/{}", place.folder.get(), place.name);
  if (place.folder.get() < 0 || path.size() >= sizeof place.address.sun_path) {
    return std::nullopt;
  }
  place.address.sun_family = AF_UNIX;
  std::memcpy(place.address.sun_path, path.c_str(), path.size() + 1);
  return place;
}

const sockaddr* AddressOf(const Place& place) {
  return reinterpret_cast<const sockaddr*>(&place.address);
}

bool IsOwn(int client) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && (peer.uid == ::geteuid() || peer.uid == 0);
}

class ControlSocketImpl final : public ControlSocket {
 public:
  ControlSocketImpl(Place place, Fd listener) : place_(std::move(place)), listener_(std::move(listener)) {}
  ~ControlSocketImpl() override { Close(); }

  void Close() override {
    if (listener_.get() >= 0) {
      listener_ = Fd();
      ::unlinkat(place_.folder.get(), place_.name.c_str(), 0);
    }
  }

  void Serve(const Handler& handler) override {
    while (clients_.size() < kMaxClients) {
      Fd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (client.get() < 0) {
        break;
      }
      if (IsOwn(client.get())) {
        clients_.push_back({std::move(client), {}});
      }
    }
    clients_.remove_if([&](Client& client) { return Answered(client, handler); });
  }

 private:
  struct Client {
    Fd fd;
    std::string request;
  };

  // True when it is done with, for good or ill.
  static bool Answered(Client& client, const Handler& handler) {
    char bytes[4096];
    for (;;) {
      const ssize_t got = ::recv(client.fd.get(), bytes, sizeof bytes, 0);
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got <= 0) {
        return got == 0 || errno != EAGAIN;
      }
      client.request.append(bytes, static_cast<std::size_t>(got));
      if (const std::size_t end = client.request.find('\n'); end != std::string::npos) {
        const std::string answer = handler(std::string_view(client.request).substr(0, end)) + "\n";
        // A new socket's buffer takes an answer whole; a client that does not read it has lost it.
        (void)::send(client.fd.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
        return true;
      }
      if (client.request.size() > kMaxRequest) {
        return true;
      }
    }
  }

  const Place place_;
  Fd listener_;
  std::list<Client> clients_;
};

}  // namespace

Result<std::unique_ptr<ControlSocket>> ControlSocket::Listen(const std::string& database) {
  const auto failed = [&database] {
    return Err(ErrorCode::kSystem, fmt::format("{}-ctl: {}", database, std::strerror(errno)));
  };
  std::optional<Place> place = PlaceOf(database);
  if (!place) {
    return failed();
  }
  Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  struct stat status {};
  if (::fstatat(place->folder.get(), place->name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
      S_ISSOCK(status.st_mode)) {
    ::unlinkat(place->folder.get(), place->name.c_str(), 0);  // the database's lock is ours, so nobody listens
  }
  // On Linux the socket's mode is asked when somebody connects, and nobody can before listen().
  if (listener.get() < 0 || ::bind(listener.get(), AddressOf(*place), sizeof place->address) != 0) {
    return failed();
  }
  if (::fchmodat(place->folder.get(), place->name.c_str(), S_IRUSR | S_IWUSR, 0) != 0 ||
      ::listen(listener.get(), static_cast<int>(kMaxClients)) != 0) {
    return failed();
  }
  return std::unique_ptr<ControlSocket>(std::make_unique<ControlSocketImpl>(std::move(*place), std::move(listener)));
}

Result<std::string> AskControlSocket(const std::string& database, std::string_view request) {
  const std::optional<Place> place = PlaceOf(database);
  const Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!place || ::connect(fd.get(), AddressOf(*place), sizeof place->address) != 0) {
    return errno == EACCES || errno == EPERM
               ? Err(ErrorCode::kInvalidArgument,
                     fmt::format("the crawl of {} belongs to another user", Printable(database)))
               : Err(ErrorCode::kNotFound, fmt::format("no crawl of {} is running", Printable(database)));
  }
  const timeval bound{kSeconds, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof bound);
  const std::string line = std::string(request) + "\n";
  if (::send(fd.get(), line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size())) {
    return Err(ErrorCode::kSystem, fmt::format("the crawl of {} does not listen", Printable(database)));
  }
  std::string answer;
  char bytes[4096];
  while (answer.find('\n') == std::string::npos) {
    const ssize_t got = ::recv(fd.get(), bytes, sizeof bytes, 0);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return Err(ErrorCode::kSystem,
                 fmt::format("the crawl of {} gave no answer; it may just be ending", Printable(database)));
    }
    answer.append(bytes, static_cast<std::size_t>(got));
  }
  answer.resize(answer.find('\n'));
  return answer;
}

}  // namespace spinneret::cli
