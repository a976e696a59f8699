#include "crawler/fetch/internal/multi_loop.h"

#include <algorithm>
#include <new>

#include "crawler/fetch/internal/curl_error.h"
#include "crawler/fetch/internal/uv_guard.h"

namespace spinneret {

Result<std::unique_ptr<MultiLoop>> MultiLoop::Make(uv_loop_t* loop, std::size_t max_connections, Client* client) {
  std::unique_ptr<MultiLoop> made(new MultiLoop(loop, client));
  made->multi_.reset(curl_multi_init());
  if (!made->multi_) {
    return Err(ErrorCode::kSystem, "libcurl's multi handle cannot be made");
  }
  made->timer_ = MakeUvHandle<uv_timer_t>(loop, uv_timer_init, made.get());
  made->soon_ = MakeUvHandle<uv_idle_t>(loop, uv_idle_init, made.get());
  CURLM* const multi = made->multi_.get();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &MultiLoop::OnSocket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, made.get());
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &MultiLoop::OnTimer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, made.get());
  made->SetMaxConnections(max_connections);
  return made;
}

void MultiLoop::SetMaxConnections(std::size_t most) {
  // The cache is walked on every transfer. KeptConnections sees to it that it is never full, as half of this is what may
  // be open and idle. So it is not made smaller either: more than half of a smaller one may be open now.
  connections_ = std::max(connections_, static_cast<long>(std::clamp<std::size_t>(most, 1, 100'000)));
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, 2 * connections_);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, 2 * connections_);
}

MultiLoop::~MultiLoop() {
  multi_.reset();  // still reaches OnSocket
}

CURLMcode MultiLoop::Add(CURL* easy) {
  return curl_multi_add_handle(multi_.get(), easy);
}

void MultiLoop::Remove(CURL* easy) {
  curl_multi_remove_handle(multi_.get(), easy);
}

std::optional<std::pair<CURL*, CURLcode>> MultiLoop::FindDone() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg == CURLMSG_DONE) {
      return std::pair(message->easy_handle, message->data.result);
    }
  }
  return std::nullopt;
}

void MultiLoop::Wake() {
  uv_idle_start(soon_.get(), [](uv_idle_t* handle) {
    uv_idle_stop(handle);
    auto* const self = static_cast<MultiLoop*>(handle->data);
    if (self->due_) {
      self->due_ = false;
      self->Act(CURL_SOCKET_TIMEOUT, 0);
    } else {
      Guarded([self] { self->client_->OnTurn(); });
    }
  });
}

int MultiLoop::OnTimer(CURLM*, long timeout_ms, void* data) noexcept {
  auto* const self = static_cast<MultiLoop*>(data);
  uv_timer_stop(self->timer_.get());
  self->due_ = timeout_ms == 0;
  if (timeout_ms == 0) {
    self->Wake();
  } else if (timeout_ms > 0) {
    uv_timer_start(
        self->timer_.get(),
        [](uv_timer_t* handle) { static_cast<MultiLoop*>(handle->data)->Act(CURL_SOCKET_TIMEOUT, 0); },
        static_cast<std::uint64_t>(timeout_ms), 0);
  }
  return 0;
}

int MultiLoop::OnSocket(CURL*, curl_socket_t fd, int what, void* data, void*) noexcept {
  try {
    static_cast<MultiLoop*>(data)->Watch(fd, what);
    return 0;
  } catch (const std::bad_alloc&) {
    // The multi handle is dead from here on: it would end its transfers when it is next woken, and asks for no timer that
    // would wake it.
    worker_threads::EventLoop::Current().Fail(std::current_exception());
    return -1;
  }
}

void MultiLoop::Watch(curl_socket_t fd, int what) {
  if (what == CURL_POLL_REMOVE) {
    watched_.erase(fd);  // curl may close the socket right after: the watch has ended by then
    return;
  }
  Watched& entry = watched_[fd];
  if (!entry.poll) {
    entry.poll = MakeUvPoll(loop_, fd, this);
    if (!entry.poll) {
      watched_.erase(fd);  // the transfer ends by its time limit
      return;
    }
  }
  entry.events = ((what & CURL_POLL_IN) != 0 ? UV_READABLE : 0) | ((what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0);
  StartPoll(entry.poll.get(), entry.events);
}

void MultiLoop::StartPoll(uv_poll_t* poll, int events) {
  uv_poll_start(poll, events, [](uv_poll_t* handle, int status, int ready) {
    auto* const self = static_cast<MultiLoop*>(handle->data);
    uv_os_fd_t fd = CURL_SOCKET_BAD;
    uv_fileno(reinterpret_cast<uv_handle_t*>(handle), &fd);
    if (status < 0) {
      // A connection that was reset. libuv stops the watch and libcurl, told of the error, would drop what came before
      // it: so curl is told to read and meets the error itself, after the last byte.
      const auto entry = self->watched_.find(fd);
      if (entry != self->watched_.end()) {
        self->StartPoll(handle, entry->second.events);
      }
      self->Act(fd, CURL_CSELECT_IN | CURL_CSELECT_OUT);
      return;
    }
    self->Act(fd,
              ((ready & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0) | ((ready & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0));
  });
}

void MultiLoop::Act(curl_socket_t fd, int events) {
  int running = 0;
  const CURLMcode code = curl_multi_socket_action(multi_.get(), fd, events, &running);
  // Last: it may destroy this. Guarded: memory may end in it, and nothing may be thrown through libuv.
  Guarded([this, code] {
    if (code == CURLM_OUT_OF_MEMORY || code == CURLM_INTERNAL_ERROR) {
      throw std::bad_alloc();  // a transfer may be left without a watch or a timer, and would never end
    }
    client_->OnTurn();
  });
}

}  // namespace spinneret
