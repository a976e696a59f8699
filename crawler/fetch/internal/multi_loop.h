// MultiLoop: one curl multi handle driven by a libuv loop through curl's socket interface; nothing here blocks.
//
// Thread     the loop's. Client::OnTurn comes from the loop only, never from within a call made to this class, and
//            never from inside libcurl, so it may do anything, destroying the MultiLoop among it.
// Ownership  owns the multi handle and its watches; borrows easy handles between Add and Remove. Every easy handle must
//            have been removed before it is destroyed.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include <curl/curl.h>
#include <uv.h>

#include "base/result.h"
#include "crawler/fetch/internal/uv_ptr.h"

namespace spinneret {

class MultiLoop {
 public:
  class Client {
   public:
    virtual void OnTurn() = 0;  // transfers may have ended: see FindDone

   protected:
    ~Client() = default;
  };

  static Result<std::unique_ptr<MultiLoop>> Make(uv_loop_t* loop, std::size_t max_connections, Client* client);
  ~MultiLoop();
  MultiLoop(const MultiLoop&) = delete;
  MultiLoop& operator=(const MultiLoop&) = delete;

  // Room for so many; those that are open stay.
  void SetMaxConnections(std::size_t most);

  CURLMcode Add(CURL* easy);
  void Remove(CURL* easy);

  // A transfer that ended and was not reported before. It stays added.
  std::optional<std::pair<CURL*, CURLcode>> FindDone();

  // OnTurn comes soon, from the loop.
  void Wake();

 private:
  struct MultiCloser {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  MultiLoop(uv_loop_t* loop, Client* client) : loop_(loop), client_(client) {}
  static int OnSocket(CURL* easy, curl_socket_t fd, int what, void* self, void* socket_data) noexcept;
  static int OnTimer(CURLM* multi, long timeout_ms, void* self) noexcept;
  void Watch(curl_socket_t fd, int what);
  void StartPoll(uv_poll_t* poll, int events);
  void Act(curl_socket_t fd, int events);

  uv_loop_t* loop_;
  long connections_ = 0;
  Client* client_;
  bool due_ = false;  // curl asked for a call without delay
  UvPtr<uv_timer_t> timer_;
  // What is due at once is run by an idle handle, once per turn of the loop: a timer of 0 ms that starts itself again
  // would keep libuv in its timers and away from its sockets.
  UvPtr<uv_idle_t> soon_;
  struct Watched {
    UvPtr<uv_poll_t> poll;
    int events = 0;  // of libuv
  };
  std::unordered_map<curl_socket_t, Watched> watched_;
  std::unique_ptr<CURLM, MultiCloser> multi_;  // last: its end closes sockets, which are watched above
};

}  // namespace spinneret
