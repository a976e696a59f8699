#include "simweb/rough_server.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <map>
#include <thread>
#include <unordered_set>

#include <pthread.h>
#include <unistd.h>
#include <uv.h>

#include "base/check.h"
#include "base/mutex.h"
#include "base/thread_annotations.h"
#include "simweb/loopback.h"
#include "simweb/rough_request.h"
#include "simweb/rough_routes.h"

namespace spinneret::simweb {
namespace {

constexpr std::size_t kMaxHead = 64 * 1024;
constexpr std::uint64_t kMaxRequestBody = 1024 * 1024;
constexpr std::size_t kWriteBlock = 64 * 1024;
// How long a connection that was closed cleanly waits for the client to close its side.
constexpr std::uint64_t kLingerMs = 1000;

// A page or a hook.
using Handler = std::function<Script(const RoughRequest&)>;

// The end of the head that `bytes` starts with, and where what follows it starts; LF alone ends a line, too.
struct HeadEnd {
  std::size_t head = 0;
  std::size_t next = 0;
};
std::optional<HeadEnd> FindHeadEnd(std::string_view bytes) {
  for (std::size_t at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    if (bytes.substr(at + 1, 1) == "\n") {
      return HeadEnd{at + 1, at + 2};
    }
    if (bytes.substr(at + 1, 2) == "\r\n") {
      return HeadEnd{at + 1, at + 3};
    }
  }
  return std::nullopt;
}

}  // namespace

// Loop thread only: loop_, listener_, async_, routes_, connections_, scratch_. Guarded: handlers_, robots_.
class RoughServer::Impl {
 public:
  explicit Impl(AccessLog* log) : log_(log != nullptr ? log : &own_log_) {}
  ~Impl() { Stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> Start(std::uint16_t port);
  void Stop();

  std::uint16_t port() const { return port_; }
  AccessLog& log() { return *log_; }
  void Add(std::string path, std::string host, Handler handler) EXCLUDES(mutex_) {
    auto shared = std::make_shared<const Handler>(std::move(handler));
    const MutexLock lock(mutex_);
    handlers_[{HostWithoutPort(host), std::move(path)}] = std::move(shared);
  }
  void SetRobots(RobotsAnswer answer, const std::string& host) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    robots_[HostWithoutPort(host)] = std::move(answer);
  }

 private:
  class Connection;

  void Accept();
  Script Answer(const RoughRequest& request) EXCLUDES(mutex_);
  std::shared_ptr<const Handler> FindHandler(const RoughRequest& request) EXCLUDES(mutex_);
  Script AnswerRobots(const RoughRequest& request) EXCLUDES(mutex_);

  AccessLog own_log_{100'000};  // entries hold whole request heads
  AccessLog* const log_;
  std::uint16_t port_ = 0;
  std::thread thread_;

  uv_loop_t loop_{};
  uv_tcp_t listener_{};
  uv_async_t async_{};
  RoughRoutes routes_;
  std::unordered_set<Connection*> connections_;
  std::uint64_t next_connection_ = 1;
  std::array<char, 64 * 1024> scratch_{};

  Mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const Handler>> handlers_ GUARDED_BY(mutex_);
  std::map<std::string, RobotsAnswer> robots_ GUARDED_BY(mutex_);
};

// One accepted socket: reads requests one after the other and plays the script that each gets. Deletes itself when its
// two handles are closed.
class RoughServer::Impl::Connection {
 public:
  Connection(Impl& server, std::uint64_t id) : server_(server), id_(id) {
    uv_tcp_init(&server_.loop_, &tcp_);
    uv_timer_init(&server_.loop_, &timer_);
    tcp_.data = this;
    timer_.data = this;
    write_.data = this;
    shutdown_.data = this;
    server_.connections_.insert(this);
  }

  bool AcceptFrom(uv_tcp_t& listener) {
    if (uv_accept(reinterpret_cast<uv_stream_t*>(&listener), stream()) != 0) {
      return false;
    }
    sockaddr_storage peer{};
    int length = sizeof peer;
    if (uv_tcp_getpeername(&tcp_, reinterpret_cast<sockaddr*>(&peer), &length) != 0 ||
        !IsLoopbackPeer(reinterpret_cast<const sockaddr*>(&peer))) {
      return false;
    }
    uv_tcp_nodelay(&tcp_, 1);
    return uv_read_start(stream(), OnAllocate, OnRead) == 0;
  }

  // Ends the connection at once, by RST or by a plain close.
  void Abort(Ending how) {
    if (closing_) {
      return;
    }
    closing_ = true;
    LogEnd(false);
    uv_timer_stop(&timer_);
    // A reset cannot follow a shutdown; a plain close then is all that is left.
    if (how != Ending::kReset || uv_tcp_close_reset(&tcp_, OnClosed) != 0) {
      uv_close(reinterpret_cast<uv_handle_t*>(&tcp_), OnClosed);
    }
    uv_close(reinterpret_cast<uv_handle_t*>(&timer_), OnClosed);
  }

 private:
  static Connection& Of(void* data) { return *static_cast<Connection*>(data); }
  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&tcp_); }

  static void OnAllocate(uv_handle_t* handle, std::size_t /*suggested*/, uv_buf_t* buffer) noexcept {
    std::array<char, 64 * 1024>& scratch = Of(handle->data).server_.scratch_;
    *buffer = uv_buf_init(scratch.data(), static_cast<unsigned>(scratch.size()));
  }
  static void OnRead(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) noexcept {
    Of(stream->data).Read(count, buffer->base);
  }
  static void OnTimer(uv_timer_t* timer) noexcept { Of(timer->data).TimerFired(); }
  static void OnWritten(uv_write_t* write, int status) noexcept { Of(write->data).Written(status); }
  static void OnShutdown(uv_shutdown_t* shutdown, int status) noexcept {
    if (status != 0) {
      Of(shutdown->data).Abort(Ending::kClose);
    }
  }
  static void OnClosed(uv_handle_t* handle) noexcept {
    Connection& self = Of(handle->data);
    if (++self.closed_handles_ == 2) {
      self.server_.connections_.erase(&self);
      delete &self;
    }
  }

  void Read(ssize_t count, const char* bytes) {
    if (count < 0) {
      end_of_input_ = true;
      uv_read_stop(stream());
      // A client may close its side and still wait for the answer; it may not do so for one that never comes.
      if (count != UV_EOF || !playing_ || (step_ == script_.steps.size() && script_.ending == Ending::kHang)) {
        Abort(Ending::kClose);
      }
      return;
    }
    if (draining_) {
      return;
    }
    in_.append(bytes, static_cast<std::size_t>(count));
    if (playing_) {
      if (in_.size() > kMaxHead + kMaxRequestBody) {
        Abort(Ending::kClose);
      }
      return;
    }
    NextRequest();
  }

  void NextRequest() {
    const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, in_.size()));
    in_.erase(0, skipped);
    skip_ -= skipped;
    if (skip_ != 0) {
      return;
    }
    // RFC 9112 §2.2: empty lines before a request line are let through.
    in_.erase(0, std::min(in_.find_first_not_of("\r\n"), in_.size()));
    const std::optional<HeadEnd> end = FindHeadEnd(std::string_view(in_).substr(0, kMaxHead));
    if (!end) {
      if (in_.size() >= kMaxHead) {
        Refuse(431);
      } else if (end_of_input_) {
        Abort(Ending::kClose);
      }
      return;
    }
    std::string_view head = std::string_view(in_).substr(0, end->head);
    head = head.substr(0, head.find_last_not_of("\r\n") + 1);
    std::optional<RoughRequest> request = ParseRequestHead(head);
    in_.erase(0, end->next);
    if (!request) {
      Refuse(400);
      return;
    }
    if (request->Header("transfer-encoding")) {
      Refuse(411);
      return;
    }
    if (const std::optional<std::string_view> length = request->Header("content-length")) {
      const auto [after, error] = std::from_chars(length->data(), length->data() + length->size(), skip_);
      if (error != std::errc{} || after != length->data() + length->size() || skip_ > kMaxRequestBody) {
        Refuse(413);
        return;
      }
    }
    entry_ = AccessEntry{};
    entry_.arrived = SystemClock().Now();
    entry_.arrived_wall_ms = SystemClock().WallTimeMs();
    entry_.connection = id_;
    entry_.method = request->method;
    entry_.host = request->Header("host").value_or("");
    entry_.target = request->target;
    entry_.user_agent = request->Header("user-agent").value_or("");
    entry_.head = request->head;
    Script script = server_.Answer(*request);
    if (request->method == "HEAD" && script.head_steps < script.steps.size()) {
      script.steps.resize(script.head_steps);
    }
    if (script.ending == Ending::kKeepAlive && WantsClose(*request)) {
      script.ending = Ending::kClose;
    }
    entry_.status = script.status;
    entry_number_ = server_.log_->Begin(entry_);
    logging_ = true;
    Start(std::move(script));
  }

  // Answers what is no request that could be logged, and closes.
  void Refuse(int status) {
    in_.clear();
    Script script = Respond(status, "<p>this request cannot be served</p>\n", "text/html");
    script.ending = Ending::kClose;
    Start(std::move(script));
  }

  void Start(Script script) {
    script_ = std::move(script);
    step_ = 0;
    done_in_step_ = 0;
    paused_ = false;
    playing_ = true;
    Play();
  }

  // Goes on with the script until something has to be waited for.
  void Play() {
    while (step_ < script_.steps.size()) {
      const Step& step = script_.steps[step_];
      if (done_in_step_ == step.times) {
        ++step_;
        done_in_step_ = 0;
        continue;
      }
      if (step.pause.count() != 0 && !paused_) {
        paused_ = true;
        uv_update_time(&server_.loop_);
        uv_timer_start(&timer_, OnTimer, static_cast<std::uint64_t>(step.pause.count()), 0);
        return;
      }
      paused_ = false;
      std::uint64_t together = 1;
      if (step.pause.count() == 0 && !step.bytes.empty()) {
        together = std::clamp<std::uint64_t>(kWriteBlock / step.bytes.size(), 1, step.times - done_in_step_);
      }
      done_in_step_ += together;
      if (step.bytes.empty()) {
        continue;
      }
      out_.clear();
      for (std::uint64_t i = 0; i < together; ++i) {
        out_ += step.bytes;
      }
      const uv_buf_t buffer = uv_buf_init(out_.data(), static_cast<unsigned>(out_.size()));
      if (uv_write(&write_, stream(), &buffer, 1, OnWritten) != 0) {
        Abort(Ending::kClose);
      }
      return;
    }
    Finish();
  }

  void TimerFired() {
    if (draining_) {
      Abort(Ending::kClose);  // the client had its time to close
    } else {
      Play();
    }
  }

  void Written(int status) {
    if (closing_) {
      return;
    }
    if (status != 0) {
      Abort(Ending::kClose);
      return;
    }
    Play();
  }

  void Finish() {
    switch (script_.ending) {
      case Ending::kHang:
        if (end_of_input_) {
          Abort(Ending::kClose);
        }
        return;
      case Ending::kReset:
        LogEnd(true);
        Abort(Ending::kReset);
        return;
      case Ending::kClose:
        LogEnd(true);
        Drain();
        return;
      case Ending::kKeepAlive:
        break;
    }
    LogEnd(true);
    playing_ = false;
    script_ = Script{};
    NextRequest();
  }

  // Closes this side and reads on for a while: a close with unread input would turn into a reset that takes the
  // response along.
  void Drain() {
    if (end_of_input_ || uv_shutdown(&shutdown_, stream(), OnShutdown) != 0) {
      Abort(Ending::kClose);
      return;
    }
    draining_ = true;
    playing_ = false;
    in_.clear();
    uv_timer_start(&timer_, OnTimer, kLingerMs, 0);
  }

  void LogEnd(bool complete) {
    if (!logging_) {
      return;
    }
    logging_ = false;
    entry_.ended = SystemClock().Now();
    entry_.ended_wall_ms = SystemClock().WallTimeMs();
    entry_.complete = complete;
    server_.log_->End(entry_number_, std::move(entry_));
  }

  Impl& server_;
  const std::uint64_t id_;
  uv_tcp_t tcp_{};
  uv_timer_t timer_{};
  uv_write_t write_{};
  uv_shutdown_t shutdown_{};
  int closed_handles_ = 0;

  std::string in_;
  std::uint64_t skip_ = 0;  // bytes of a request's body that are still to come
  std::string out_;         // what write_ sends
  Script script_;
  std::size_t step_ = 0;
  std::uint64_t done_in_step_ = 0;
  AccessEntry entry_;
  std::uint64_t entry_number_ = 0;
  bool playing_ = false;       // a script is under way
  bool paused_ = false;        // the pause of the current repetition has been started
  bool logging_ = false;       // the end of entry_ is still to be told
  bool end_of_input_ = false;  // the client closed its side
  bool draining_ = false;      // this side is closed
  bool closing_ = false;       // the handles are being closed
};

Result<void> RoughServer::Impl::Start(std::uint16_t port) {
  Result<ListeningSocket> socket = ListenOnLoopback(Loopback::kAllAddresses, port);
  if (!socket) {
    return std::move(socket).error();
  }
  port_ = socket->port;
  if (const int failed = uv_loop_init(&loop_); failed != 0) {
    close(socket->fd);
    return Err(ErrorCode::kSystem, std::string("uv_loop_init: ") + uv_strerror(failed));
  }
  listener_.data = this;
  async_.data = this;
  uv_tcp_init(&loop_, &listener_);
  int failed = uv_async_init(&loop_, &async_, [](uv_async_t* async) noexcept {
    Impl& self = *static_cast<Impl*>(async->data);
    uv_close(reinterpret_cast<uv_handle_t*>(&self.listener_), nullptr);
    uv_close(reinterpret_cast<uv_handle_t*>(&self.async_), nullptr);
    for (Connection* const connection : self.connections_) {
      connection->Abort(Ending::kClose);
    }
  });
  const bool has_async = failed == 0;
  bool owns_socket = false;
  if (failed == 0) {
    failed = uv_tcp_open(&listener_, socket->fd);
    owns_socket = failed == 0;
  }
  if (failed == 0) {
    failed =
        uv_listen(reinterpret_cast<uv_stream_t*>(&listener_), 4096, [](uv_stream_t* listener, int status) noexcept {
          if (status == 0) {
            static_cast<Impl*>(listener->data)->Accept();
          }
        });
  }
  if (failed != 0) {
    uv_close(reinterpret_cast<uv_handle_t*>(&listener_), nullptr);
    if (has_async) {
      uv_close(reinterpret_cast<uv_handle_t*>(&async_), nullptr);
    }
    uv_run(&loop_, UV_RUN_DEFAULT);
    uv_loop_close(&loop_);
    if (!owns_socket) {
      close(socket->fd);
    }
    return Err(ErrorCode::kSystem, std::string("rough server: ") + uv_strerror(failed));
  }
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "simweb-rough");
    // Writing to a connection that the client has reset is what this server is for.
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    uv_run(&loop_, UV_RUN_DEFAULT);
    SPINNERET_CHECK(uv_loop_close(&loop_) == 0, "a handle of the rough server was left open");
  });
  return {};
}

void RoughServer::Impl::Stop() {
  if (thread_.joinable()) {
    uv_async_send(&async_);
    thread_.join();
  }
}

void RoughServer::Impl::Accept() {
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): it deletes itself when its handles are closed
  auto* const connection = new Connection(*this, next_connection_++);
  if (!connection->AcceptFrom(listener_)) {
    connection->Abort(Ending::kClose);
  }
}

std::shared_ptr<const Handler> RoughServer::Impl::FindHandler(const RoughRequest& request) {
  const MutexLock lock(mutex_);
  auto found = handlers_.find({request.host, request.path});
  if (found == handlers_.end()) {
    found = handlers_.find({std::string(), request.path});
  }
  return found == handlers_.end() ? nullptr : found->second;
}

Script RoughServer::Impl::AnswerRobots(const RoughRequest& request) {
  if (request.target.find('?') != std::string::npos) {
    return RespondRobots(RobotsAnswerFromQuery(request));
  }
  std::optional<RobotsAnswer> answer;
  {
    const MutexLock lock(mutex_);
    auto found = robots_.find(request.host);
    if (found == robots_.end()) {
      found = robots_.find(std::string());
    }
    if (found != robots_.end()) {
      answer = found->second;
    }
  }
  return RespondRobots(answer.value_or(RobotsAnswer{404, "there is no robots.txt\n", {}, {}}));
}

Script RoughServer::Impl::Answer(const RoughRequest& request) {
  if (const std::shared_ptr<const Handler> handler = FindHandler(request)) {
    return (*handler)(request);
  }
  if (request.path == "/robots.txt") {
    return AnswerRobots(request);
  }
  if (request.path == "/set-robots") {
    SetRobots(RobotsAnswerFromQuery(request),
              request.Query("all").value_or("no") == "yes" ? std::string() : request.host);
    return Respond(200, "set\n", "text/plain");
  }
  return routes_.Answer(request);
}

Result<std::unique_ptr<RoughServer>> RoughServer::Start(const RoughServerOptions& options) {
  auto impl = std::make_unique<Impl>(options.log);
  if (Result<void> started = impl->Start(options.port); !started) {
    return std::move(started).error();
  }
  return std::unique_ptr<RoughServer>(new RoughServer(std::move(impl)));
}

RoughServer::RoughServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RoughServer::~RoughServer() = default;

void RoughServer::Stop() {
  impl_->Stop();
}
std::uint16_t RoughServer::port() const {
  return impl_->port();
}
std::string RoughServer::Url(std::string_view target, std::string_view host) const {
  return "http://" + std::string(host) + ':' + std::to_string(port()) + std::string(target);
}

void RoughServer::AddPage(std::string path, std::string body, std::string content_type, HeaderList headers,
                          std::string host, int status) {
  impl_->Add(std::move(path), std::move(host),
             [script = Respond(status, body, content_type, headers)](const RoughRequest&) { return script; });
}

void RoughServer::OnRequest(std::string path, std::function<RoughReply(const RoughRequest&)> hook, std::string host) {
  impl_->Add(std::move(path), std::move(host), [hook = std::move(hook)](const RoughRequest& request) {
    RoughReply reply = hook(request);
    Script script;
    // "HTTP/1.1 200 …": what the log says, when the hook says it.
    if (reply.bytes.size() >= 12 && reply.bytes.compare(0, 7, "HTTP/1.") == 0) {
      std::from_chars(reply.bytes.data() + 9, reply.bytes.data() + 12, script.status);
    }
    script.ending = Ending::kClose;
    script.steps.push_back({std::move(reply.bytes), 1, reply.delay});
    return script;
  });
}

void RoughServer::SetRobots(RobotsAnswer answer, std::string host) {
  impl_->SetRobots(std::move(answer), host);
}

AccessLog& RoughServer::log() {
  return impl_->log();
}

}  // namespace spinneret::simweb
