#include "cli/dashboard_server.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <microhttpd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/thread_annotations.h"
#include "cli/loopback_address.h"
#include "cli/metrics.h"

namespace spinneret::cli {
namespace {

constexpr std::size_t kConnectionMemory = 32 * 1024;  // bounds a request's head, too
constexpr std::size_t kBlock = 16 * 1024;             // of a stream
constexpr char kRetry[] = "retry: 2000\n\n";          // milliseconds until a page that lost us asks again

struct Answer {
  unsigned status = 200;
  const char* type = "text/plain; charset=utf-8";
  std::string body;
};

std::string_view HeaderOf(MHD_Connection* connection, const char* name) {
  const char* const value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

class DashboardServerImpl final : public DashboardServer {
 public:
  DashboardServerImpl(DashboardPage page, const DashboardServerOptions& options)
      : page_(std::move(page)), options_(options) {}
  ~DashboardServerImpl() override { Stop(); }

  Result<void> Listen(int listener);
  void Publish(std::shared_ptr<const DashboardState> state) override;
  void Finish(std::shared_ptr<const DashboardState> state, std::chrono::milliseconds patience) override;
  std::size_t clients() override {
    const MutexLock lock(mutex_);
    return clients_.size();
  }

 private:
  struct Client {
    int fd = -1;
    std::optional<SteadyTime> due;  // until then it has to send or take something; none: it waits for us
  };
  struct Stream {
    DashboardServerImpl& server;
    MHD_Connection* connection;
    Client* client;
    std::uint64_t version = 0;  // of what it was sent
    std::shared_ptr<const std::string> text = std::make_shared<const std::string>(kRetry);
    std::size_t sent = 0;  // of text
  };

  // --- The server's thread, called by libmicrohttpd
  static void OnConnection(void* self, MHD_Connection* connection, void** client,
                           MHD_ConnectionNotificationCode what) noexcept;
  static MHD_Result OnRequest(void* self, MHD_Connection* connection, const char* url, const char* method,
                              const char* version, const char* upload, std::size_t* upload_size, void** state) noexcept;
  static ssize_t OnRead(void* stream, std::uint64_t position, char* buffer, std::size_t room) noexcept;
  static void OnStreamEnd(void* stream) noexcept;
  MHD_Result AnswerTo(MHD_Connection* connection, std::string_view path, std::string_view method);
  ssize_t ReadStream(Stream& stream, char* buffer, std::size_t room);

  std::optional<Answer> Refuse(MHD_Connection* connection, std::string_view method) const;
  MHD_Result Send(MHD_Connection* connection, const Answer& answer) const;
  MHD_Result SendStream(MHD_Connection* connection);
  void AddHeaders(MHD_Response* response, const char* type) const;
  std::shared_ptr<const std::string> EventOf(std::uint64_t version, const DashboardState& state);

  void Stop();
  void PublishLocked(std::shared_ptr<const DashboardState> state) REQUIRES(mutex_);

  const DashboardPage page_;
  const DashboardServerOptions options_;
  MHD_Daemon* daemon_ = nullptr;

  // The server's thread alone: the last state as an event, made once for all who listen.
  std::uint64_t event_version_ = 0;
  std::shared_ptr<const std::string> event_;

  Mutex mutex_;
  CondVar stream_ended_;
  std::shared_ptr<const DashboardState> state_ GUARDED_BY(mutex_) = std::make_shared<const DashboardState>();
  std::uint64_t version_ GUARDED_BY(mutex_) = 0;
  std::set<Client*> clients_ GUARDED_BY(mutex_);
  std::size_t streams_ GUARDED_BY(mutex_) = 0;
  std::vector<Stream*> waiting_ GUARDED_BY(mutex_);  // for the next state; suspended
  bool ending_ GUARDED_BY(mutex_) = false;           // no state follows
};

Result<void> DashboardServerImpl::Listen(int listener) {
  const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME;
  daemon_ = MHD_start_daemon(flags, 0, nullptr, nullptr, &OnRequest, this,           //
                             MHD_OPTION_LISTEN_SOCKET, listener,                     //
                             MHD_OPTION_CONNECTION_LIMIT, options_.max_clients,      //
                             MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemory,  //
                             MHD_OPTION_NOTIFY_CONNECTION, &OnConnection, this, MHD_OPTION_END);
  if (daemon_ == nullptr) {
    const int why = errno;
    ::close(listener);
    return Err(ErrorCode::kSystem, std::string("the dashboard's server: ") + std::strerror(why));
  }
  return {};
}

void DashboardServerImpl::PublishLocked(std::shared_ptr<const DashboardState> state) {
  state_ = std::move(state);
  ++version_;
  const SteadyTime now = SystemClock().Now();
  for (const Client* client : clients_) {
    if (client->due && *client->due < now) {
      ::shutdown(client->fd, SHUT_RDWR);  // its descriptor is closed by the server's thread, which sees this
    }
  }
  for (Stream* stream : waiting_) {
    MHD_resume_connection(stream->connection);
  }
  waiting_.clear();
}

void DashboardServerImpl::Publish(std::shared_ptr<const DashboardState> state) {
  const MutexLock lock(mutex_);
  PublishLocked(std::move(state));
}

void DashboardServerImpl::Finish(std::shared_ptr<const DashboardState> state, std::chrono::milliseconds patience) {
  {
    const SteadyTime until = SystemClock().Now() + patience;
    const MutexLock lock(mutex_);
    ending_ = true;
    PublishLocked(std::move(state));
    while (streams_ > 0 && stream_ended_.WaitUntil(mutex_, until)) {
    }
  }
  Stop();
}

void DashboardServerImpl::Stop() {
  if (daemon_ == nullptr) {
    return;
  }
  {
    const MutexLock lock(mutex_);
    ending_ = true;  // nothing is suspended from here on: a daemon must not stop with a suspended connection
    PublishLocked(state_);
  }
  MHD_stop_daemon(std::exchange(daemon_, nullptr));  // closes the sockets
}

void DashboardServerImpl::OnConnection(void* self, MHD_Connection* connection, void** state,
                                       MHD_ConnectionNotificationCode what) noexcept {
  auto& server = *static_cast<DashboardServerImpl*>(self);
  const MutexLock lock(server.mutex_);
  if (what == MHD_CONNECTION_NOTIFY_STARTED) {
    auto* const client = new Client;  // so little that there is no sense in living on without
    client->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    client->due = SystemClock().Now() + server.options_.patience;
    server.clients_.insert(client);
    *state = client;
  } else {
    auto* const client = static_cast<Client*>(*state);
    server.clients_.erase(client);
    delete client;
  }
}

MHD_Result DashboardServerImpl::OnRequest(void* self, MHD_Connection* connection, const char* url, const char* method,
                                          const char* /*version*/, const char* /*upload*/, std::size_t* /*upload_size*/,
                                          void** /*state*/) noexcept {
  try {
    return static_cast<DashboardServerImpl*>(self)->AnswerTo(connection, url, method);
  } catch (const std::bad_alloc&) {
    return MHD_NO;  // which closes the connection: the crawl goes on
  }
}

MHD_Result DashboardServerImpl::AnswerTo(MHD_Connection* connection, std::string_view path, std::string_view method) {
  if (const std::optional<Answer> refusal = Refuse(connection, method)) {
    return Send(connection, *refusal);
  }
  if (path == "/") {
    return Send(connection, {200, "text/html; charset=utf-8", page_.html});
  }
  if (path == "/events") {
    return SendStream(connection);
  }
  if (path == "/metrics") {
    std::shared_ptr<const DashboardState> state;
    {
      const MutexLock lock(mutex_);
      state = state_;
    }
    return Send(connection, {200, kMetricsType, MetricsText(state->status, state->database)});
  }
  return Send(connection, {404, "text/plain; charset=utf-8", "There are / and /events and /metrics.\n"});
}

std::optional<Answer> DashboardServerImpl::Refuse(MHD_Connection* connection, std::string_view method) const {
  const auto refuse = [](unsigned status, std::string why) {
    return Answer{status, "text/plain; charset=utf-8", std::move(why) + "\n"};
  };
  if (!IsLoopbackHost(HeaderOf(connection, MHD_HTTP_HEADER_HOST))) {
    return refuse(403, "This is served to 127.0.0.1, [::1] and localhost alone, by these names.");
  }
  // Browsers say who asks: a page of another site could not read the answer, but take up all streams.
  const std::string_view site = HeaderOf(connection, "Sec-Fetch-Site");
  const bool navigation = HeaderOf(connection, "Sec-Fetch-Mode") == "navigate";
  if (!site.empty() && site != "same-origin" && site != "none" && !navigation) {
    return refuse(403, "Pages of other sites are not served.");
  }
  if (method != MHD_HTTP_METHOD_GET && method != MHD_HTTP_METHOD_HEAD) {
    return refuse(405, "GET and HEAD alone are served here.");
  }
  return std::nullopt;
}

void DashboardServerImpl::AddHeaders(MHD_Response* response, const char* type) const {
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
  MHD_add_response_header(response, "Content-Security-Policy", page_.policy.c_str());
  MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
  MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
  MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
  MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
}

MHD_Result DashboardServerImpl::Send(MHD_Connection* connection, const Answer& answer) const {
  MHD_Response* const response =
      MHD_create_response_from_buffer(answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) {
    return MHD_NO;
  }
  AddHeaders(response, answer.type);
  if (answer.status == 405) {
    MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
  }
  const MHD_Result queued = MHD_queue_response(connection, answer.status, response);
  MHD_destroy_response(response);
  return queued;
}

MHD_Result DashboardServerImpl::SendStream(MHD_Connection* connection) {
  bool full = false;
  {
    const MutexLock lock(mutex_);
    full = streams_ >= options_.max_streams;
    streams_ += full ? 0 : 1;
  }
  if (full) {
    return Send(connection, {503, "text/plain; charset=utf-8", "Too many listen already.\n"});
  }
  const MHD_ConnectionInfo* const info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  auto* const stream = new Stream{*this, connection, static_cast<Client*>(info->socket_context)};
  MHD_Response* const response =
      MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kBlock, &OnRead, stream, &OnStreamEnd);
  if (response == nullptr) {
    OnStreamEnd(stream);
    return MHD_NO;
  }
  AddHeaders(response, "text/event-stream");
  const MHD_Result queued = MHD_queue_response(connection, 200, response);
  MHD_destroy_response(response);  // the stream ends with the connection, which has it from here on
  return queued;
}

ssize_t DashboardServerImpl::OnRead(void* self, std::uint64_t /*position*/, char* buffer, std::size_t room) noexcept {
  Stream& stream = *static_cast<Stream*>(self);
  try {
    return stream.server.ReadStream(stream, buffer, room);
  } catch (const std::bad_alloc&) {
    return MHD_CONTENT_READER_END_WITH_ERROR;
  }
}

ssize_t DashboardServerImpl::ReadStream(Stream& stream, char* buffer, std::size_t room) {
  if (stream.sent == stream.text->size()) {
    std::shared_ptr<const DashboardState> state;
    std::uint64_t version = 0;
    {
      const MutexLock lock(mutex_);
      if (stream.version == version_) {
        if (ending_) {
          return MHD_CONTENT_READER_END_OF_STREAM;
        }
        // Suspended and listed under one lock, or a Publish in between would be missed.
        MHD_suspend_connection(stream.connection);
        stream.client->due.reset();
        waiting_.push_back(&stream);
        return 0;
      }
      state = state_;
      version = version_;
      stream.client->due = SystemClock().Now() + options_.patience;
    }
    stream.text = EventOf(version, *state);
    stream.version = version;
    stream.sent = 0;
  }
  const std::size_t size = std::min(room, stream.text->size() - stream.sent);
  std::memcpy(buffer, stream.text->data() + stream.sent, size);
  stream.sent += size;
  return static_cast<ssize_t>(size);
}

void DashboardServerImpl::OnStreamEnd(void* self) noexcept {
  const std::unique_ptr<Stream> stream(static_cast<Stream*>(self));
  DashboardServerImpl& server = stream->server;
  const MutexLock lock(server.mutex_);
  --server.streams_;
  server.stream_ended_.NotifyOne();
}

std::shared_ptr<const std::string> DashboardServerImpl::EventOf(std::uint64_t version, const DashboardState& state) {
  if (event_ == nullptr || event_version_ != version) {
    event_ = std::make_shared<const std::string>("data: " + MessageText(state) + "\n\n");
    event_version_ = version;
  }
  return event_;
}

}  // namespace

Result<std::unique_ptr<DashboardServer>> DashboardServer::Start(int listener, DashboardPage page,
                                                                const DashboardServerOptions& options) {
  auto server = std::make_unique<DashboardServerImpl>(std::move(page), options);
  if (Result<void> listening = server->Listen(listener); !listening) {
    return std::move(listening).error();
  }
  return std::unique_ptr<DashboardServer>(std::move(server));
}

}  // namespace spinneret::cli
