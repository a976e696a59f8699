#include "simweb/page_server.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <queue>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <microhttpd.h>
#include <pthread.h>
#include <unistd.h>

#include "base/check.h"
#include "base/mutex.h"
#include "base/thread_annotations.h"
#include "simweb/loopback.h"
#include "simweb/record_sites.h"
#include "simweb/site_sitemaps.h"
#include "simweb/trap_sites.h"

namespace spinneret::simweb {
namespace {

constexpr std::size_t kConnectionMemory = 32 * 1024;  // bounds a request head, too

// What a request gets, known as soon as its head is read.
struct Answer {
  int status = 404;
  std::optional<std::uint64_t> page;
  std::optional<std::string> html;  // of a trap's page, or of one with records
  std::optional<SiteDocument> document{};
  Fault fault = Fault::kNone;
};

struct Request {
  std::string target;
  AccessEntry entry;
  std::uint64_t number = 0;  // of the entry
  Answer answer;
  bool begun = false;
  bool delayed = false;
};

struct ConnectionNumber {
  std::uint64_t value = 0;
};

std::string_view HeaderValue(MHD_Connection* connection, const char* name) {
  const char* const value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

// Half of what it announces.
MHD_Response* TruncatedResponse() {
  static constexpr std::string_view kHalf = "<!DOCTYPE html><title>half</title><p><a href=\"/never\">half</a>\n";
  const auto read = [](void* /*state*/, std::uint64_t position, char* buffer, std::size_t room) noexcept -> ssize_t {
    if (position >= kHalf.size()) {
      return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    const std::size_t size = std::min(room, kHalf.size() - static_cast<std::size_t>(position));
    std::memcpy(buffer, kHalf.data() + position, size);
    return static_cast<ssize_t>(size);
  };
  return MHD_create_response_from_callback(2 * kHalf.size(), 4096, read, nullptr, nullptr);
}

// Resumes suspended connections at their time. A connection is suspended and queued under one lock, and once stopping
// none is, so that none is left suspended when the daemon stops (it would abort the process).
class LatencyTimer {
 public:
  void Start() {
    thread_ = std::thread([this] {
      pthread_setname_np(pthread_self(), "simweb-latency");
      Run();
    });
  }

  // False when the timer has stopped: the connection goes on at once.
  bool Suspend(MHD_Connection* connection, SteadyTime until) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    if (stopping_ || !thread_.joinable()) {
      return false;
    }
    MHD_suspend_connection(connection);
    const bool is_next = waiting_.empty() || until < waiting_.top().at;
    waiting_.push({until, connection});
    if (is_next) {
      changed_.NotifyOne();
    }
    return true;
  }

  // Resumes all.
  void Stop() EXCLUDES(mutex_) {
    {
      const MutexLock lock(mutex_);
      stopping_ = true;
      changed_.NotifyOne();
    }
    if (thread_.joinable()) {
      thread_.join();
    }
  }

 private:
  struct Waiting {
    SteadyTime at;
    MHD_Connection* connection;
    bool operator<(const Waiting& other) const { return at > other.at; }  // the earliest on top
  };

  void Run() EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    while (!stopping_) {
      if (waiting_.empty()) {
        changed_.Wait(mutex_);
      } else if (const SteadyTime at = waiting_.top().at; at > SystemClock().Now()) {
        changed_.WaitUntil(mutex_, at);
      } else {
        ResumeFirst();
      }
    }
    while (!waiting_.empty()) {
      ResumeFirst();
    }
  }

  void ResumeFirst() REQUIRES(mutex_) {
    MHD_resume_connection(waiting_.top().connection);
    waiting_.pop();
  }

  std::thread thread_;
  Mutex mutex_;
  CondVar changed_;
  std::priority_queue<Waiting> waiting_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace

// Constant after Start: options_, site_, socket_. The daemon's threads use those, and log_, timer_ and faults_,
// which lock.
class PageServer::Impl {
 public:
  explicit Impl(PageServerOptions options)
      : options_(std::move(options)), log_(options_.log ? options_.log : &own_log_) {
    faults_.Set(options_.site.seed, options_.faults);
  }
  ~Impl() { Stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> Start();
  void Stop();

  std::uint16_t port() const { return socket_.port; }
  const Site& site() const { return *site_; }
  AccessLog& log() { return *log_; }
  FaultPlan& faults() { return faults_; }

 private:
  static Impl& Of(void* self) { return *static_cast<Impl*>(self); }

  static void* OnRequestLine(void* self, const char* uri, MHD_Connection* connection) noexcept;
  static MHD_Result OnRequest(void* self, MHD_Connection* connection, const char* url, const char* method,
                              const char* version, const char* upload, std::size_t* upload_size, void** state) noexcept;
  static void OnCompleted(void* self, MHD_Connection* connection, void** state,
                          MHD_RequestTerminationCode why) noexcept;
  static void OnConnection(void* self, MHD_Connection* connection, void** state,
                           MHD_ConnectionNotificationCode what) noexcept;

  Answer Decide(std::string_view method, std::string_view host, std::string_view target) const;
  MHD_Result Send(MHD_Connection* connection, const Answer& answer) const;
  static MHD_Result SendFault(MHD_Connection* connection, const Answer& answer);

  const PageServerOptions options_;
  AccessLog own_log_;
  AccessLog* const log_;
  ListeningSocket socket_;
  std::optional<Site> site_;
  LatencyTimer timer_;
  FaultPlan faults_;
  MHD_Daemon* daemon_ = nullptr;
  std::atomic<std::uint64_t> next_connection_{1};
};

Result<void> PageServer::Impl::Start() {
  if (options_.threads < 1 || options_.threads > 256) {
    return Err(ErrorCode::kInvalidArgument, "threads: not from 1 to 256");
  }
  if (options_.latency.count() < 0) {
    return Err(ErrorCode::kInvalidArgument, "latency: below 0");
  }
  SiteSettings settings = options_.site;
  const Loopback addresses = settings.hosts > 1 ? Loopback::kAllAddresses : Loopback::kOneAddress;
  Result<ListeningSocket> socket = ListenOnLoopback(addresses, options_.port);
  if (!socket) {
    return std::move(socket).error();
  }
  socket_ = *socket;
  settings.port = socket_.port;
  site_.emplace(settings);
  if (options_.latency.count() != 0) {
    timer_.Start();
  }

  std::vector<MHD_OptionItem> items = {
      {MHD_OPTION_LISTEN_SOCKET, socket_.fd, nullptr},
      {MHD_OPTION_CONNECTION_LIMIT, static_cast<std::intptr_t>(std::max(options_.max_connections, options_.threads)),
       nullptr},
      {MHD_OPTION_CONNECTION_MEMORY_LIMIT, static_cast<std::intptr_t>(kConnectionMemory), nullptr},
      {MHD_OPTION_URI_LOG_CALLBACK, reinterpret_cast<std::intptr_t>(&OnRequestLine), this},
      {MHD_OPTION_NOTIFY_COMPLETED, reinterpret_cast<std::intptr_t>(&OnCompleted), this},
      {MHD_OPTION_NOTIFY_CONNECTION, reinterpret_cast<std::intptr_t>(&OnConnection), this},
  };
  if (options_.threads > 1) {
    items.push_back({MHD_OPTION_THREAD_POOL_SIZE, static_cast<std::intptr_t>(options_.threads), nullptr});
  }
  items.push_back({MHD_OPTION_END, 0, nullptr});
  const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO | MHD_USE_ITC |
                         (options_.latency.count() != 0 ? static_cast<unsigned>(MHD_ALLOW_SUSPEND_RESUME) : 0U);
  const auto accept = [](void* /*self*/, const sockaddr* peer, socklen_t /*length*/) noexcept {
    return IsLoopbackPeer(peer) ? MHD_YES : MHD_NO;
  };
  daemon_ = MHD_start_daemon(flags, 0, accept, this, &OnRequest, this, MHD_OPTION_ARRAY, items.data(), MHD_OPTION_END);
  if (daemon_ == nullptr) {
    const int why = errno;
    timer_.Stop();
    close(socket_.fd);
    return Err(ErrorCode::kSystem, std::string("http server: ") + std::strerror(why));
  }
  return {};
}

void PageServer::Impl::Stop() {
  if (daemon_ != nullptr) {
    timer_.Stop();
    MHD_stop_daemon(daemon_);  // closes the socket, too
    daemon_ = nullptr;
  }
}

void PageServer::Impl::OnConnection(void* self, MHD_Connection* connection, void** state,
                                    MHD_ConnectionNotificationCode what) noexcept {
  (void)connection;
  if (what == MHD_CONNECTION_NOTIFY_STARTED) {
    *state = new ConnectionNumber{Of(self).next_connection_.fetch_add(1, std::memory_order_relaxed)};
  } else {
    delete static_cast<ConnectionNumber*>(*state);
    *state = nullptr;
  }
}

// The only place that sees the target as it was sent: elsewhere it is percent-decoded and without its query.
void* PageServer::Impl::OnRequestLine(void* self, const char* uri, MHD_Connection* connection) noexcept {
  (void)self;
  (void)connection;
  auto* const request = new Request;
  request->target = uri;
  request->entry.arrived = SystemClock().Now();
  request->entry.arrived_wall_ms = SystemClock().WallTimeMs();
  return request;
}

MHD_Result PageServer::Impl::OnRequest(void* self, MHD_Connection* connection, const char* /*url*/, const char* method,
                                       const char* /*version*/, const char* /*upload*/, std::size_t* upload_size,
                                       void** state) noexcept {
  Impl& server = Of(self);
  Request& request = *static_cast<Request*>(*state);
  if (!request.begun) {
    request.begun = true;
    const std::string_view host = HeaderValue(connection, MHD_HTTP_HEADER_HOST);
    request.answer = server.Decide(method, host, request.target);
    if (request.answer.status == 200 || request.answer.status == 404) {
      const PlannedFault planned = server.faults_.Next(host, request.target);
      if (planned.fault != Fault::kNone) {
        request.answer = {planned.status, {}, {}};
        request.answer.fault = planned.fault;
      }
    }
    AccessEntry& entry = request.entry;
    const MHD_ConnectionInfo* const info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    if (info != nullptr && info->socket_context != nullptr) {
      entry.connection = static_cast<ConnectionNumber*>(info->socket_context)->value;
    }
    entry.method = method;
    entry.host = host;
    entry.target = request.target;
    entry.user_agent = HeaderValue(connection, MHD_HTTP_HEADER_USER_AGENT);
    entry.status = request.answer.status;
    request.number = server.log_->Begin(entry);
    return MHD_YES;  // the body, if any, comes first
  }
  if (*upload_size != 0) {
    *upload_size = 0;
    return MHD_YES;
  }
  if (!request.delayed && server.options_.latency.count() != 0) {
    request.delayed = true;
    if (server.timer_.Suspend(connection, request.entry.arrived + server.options_.latency)) {
      return MHD_YES;
    }
  }
  return server.Send(connection, request.answer);
}

void PageServer::Impl::OnCompleted(void* self, MHD_Connection* connection, void** state,
                                   MHD_RequestTerminationCode why) noexcept {
  (void)connection;
  const std::unique_ptr<Request> request(static_cast<Request*>(*state));
  *state = nullptr;
  if (request == nullptr || !request->begun) {
    return;
  }
  request->entry.ended = SystemClock().Now();
  request->entry.ended_wall_ms = SystemClock().WallTimeMs();
  request->entry.complete = why == MHD_REQUEST_TERMINATED_COMPLETED_OK;
  Of(self).log_->End(request->number, std::move(request->entry));
}

Answer PageServer::Impl::Decide(std::string_view method, std::string_view host, std::string_view target) const {
  if (method != MHD_HTTP_METHOD_GET && method != MHD_HTTP_METHOD_HEAD) {
    return {405, {}, {}};
  }
  if (!site_->FindHost(host)) {
    return {421, {}, {}};
  }
  if (target == "/robots.txt") {
    return {options_.robots ? 200 : 404, {}, {}};
  }
  if (options_.traps && target.starts_with(kTrapRoot)) {
    std::optional<std::string> html = TrapPage(target);
    const int status = html ? 200 : 404;
    return {status, {}, std::move(html)};
  }
  if (options_.records > 0 && target.starts_with(kRecordRoot)) {
    std::optional<std::string> html = RecordPage(target, options_.records);
    const int status = html ? 200 : 404;
    return {status, {}, std::move(html)};
  }
  if (const std::optional<std::uint64_t> page = site_->FindPage(host, target)) {
    return {200, page, {}};
  }
  std::optional<SiteDocument> document = FindSitemap(*site_, host, target);
  const int status = document ? 200 : 404;
  return {status, {}, {}, std::move(document)};
}

MHD_Result PageServer::Impl::SendFault(MHD_Connection* connection, const Answer& answer) {
  static constexpr std::string_view kText = "<!DOCTYPE html><title>not now</title><p>Not now.</p>\n";
  if (answer.fault == Fault::kClose) {
    return MHD_NO;  // closes the connection
  }
  MHD_Response* const response =
      answer.fault == Fault::kTruncated
          ? TruncatedResponse()
          : MHD_create_response_from_buffer(kText.size(), const_cast<char*>(kText.data()), MHD_RESPMEM_PERSISTENT);
  if (response == nullptr) {
    return MHD_NO;
  }
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/html; charset=utf-8");
  if (answer.fault == Fault::kBrokenCoding) {
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
  }
  const MHD_Result queued = MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
  MHD_destroy_response(response);
  return queued;
}

MHD_Result PageServer::Impl::Send(MHD_Connection* connection, const Answer& answer) const {
  if (answer.fault != Fault::kNone) {
    return SendFault(connection, answer);
  }
  MHD_Response* response = nullptr;
  const char* content_type = "text/html; charset=utf-8";
  if (answer.page) {
    auto* const body = new std::string;
    body->reserve(site_->settings().page_size + 4096);
    site_->AppendHtml(*answer.page, *body);
    response = MHD_create_response_from_buffer_with_free_callback_cls(
        body->size(), body->data(), [](void* owned) noexcept { delete static_cast<std::string*>(owned); }, body);
    if (response == nullptr) {
      delete body;
    }
  } else if (answer.html) {
    response = MHD_create_response_from_buffer(answer.html->size(), const_cast<char*>(answer.html->data()),
                                               MHD_RESPMEM_MUST_COPY);
  } else if (answer.document) {
    content_type = answer.document->content_type.data();
    response = MHD_create_response_from_buffer(answer.document->body.size(),
                                               const_cast<char*>(answer.document->body.data()), MHD_RESPMEM_MUST_COPY);
  } else {
    std::string text;
    switch (answer.status) {
      case 200:
        content_type = "text/plain; charset=utf-8";
        text = *options_.robots;
        break;
      case 405:
        text = "<!DOCTYPE html><title>Method not allowed</title><p>GET and HEAD alone are served here.</p>\n";
        break;
      case 421:
        text = "<!DOCTYPE html><title>Misdirected request</title><p>This host is not one of the simulated web's.</p>\n";
        break;
      default:
        text = "<!DOCTYPE html><title>Not found</title><p>There is no such page.</p>\n";
    }
    response = MHD_create_response_from_buffer(text.size(), text.data(), MHD_RESPMEM_MUST_COPY);
  }
  if (response == nullptr) {
    return MHD_NO;
  }
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
  if (answer.status == 405) {
    MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
  }
  const MHD_Result queued = MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
  MHD_destroy_response(response);
  return queued;
}

Result<std::unique_ptr<PageServer>> PageServer::Start(PageServerOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  if (Result<void> started = impl->Start(); !started) {
    return std::move(started).error();
  }
  return std::unique_ptr<PageServer>(new PageServer(std::move(impl)));
}

PageServer::PageServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PageServer::~PageServer() = default;

void PageServer::Stop() {
  impl_->Stop();
}
std::uint16_t PageServer::port() const {
  return impl_->port();
}
const Site& PageServer::site() const {
  return impl_->site();
}
AccessLog& PageServer::log() {
  return impl_->log();
}
FaultPlan& PageServer::faults() {
  return impl_->faults();
}

}  // namespace spinneret::simweb
