// UvPtr<H>: owns an initialised libuv handle on the heap. Dropping it closes the handle, which stops it at once; the
// memory goes in the close callback, on the loop's next turn. So an owner may die at any time, also from within one of
// the handle's callbacks.
#pragma once

#include <memory>

#include <uv.h>

namespace spinneret {

template <class Handle>
struct UvCloser {
  void operator()(Handle* handle) const {
    uv_close(reinterpret_cast<uv_handle_t*>(handle),
             [](uv_handle_t* closed) { delete reinterpret_cast<Handle*>(closed); });
  }
};

template <class Handle>
using UvPtr = std::unique_ptr<Handle, UvCloser<Handle>>;

template <class Handle, class Owner>
UvPtr<Handle> MakeUvHandle(uv_loop_t* loop, int (*init)(uv_loop_t*, Handle*), Owner* owner) {
  auto handle = std::make_unique<Handle>();
  init(loop, handle.get());  // timers and idle handles cannot fail to initialise
  handle->data = owner;
  return UvPtr<Handle>(handle.release());
}

// Watches `fd` for `owner`; null when libuv cannot.
template <class Owner>
UvPtr<uv_poll_t> MakeUvPoll(uv_loop_t* loop, int fd, Owner* owner) {
  auto handle = std::make_unique<uv_poll_t>();
  if (uv_poll_init(loop, handle.get(), fd) != 0) {
    return nullptr;
  }
  handle->data = owner;
  return UvPtr<uv_poll_t>(handle.release());
}

}  // namespace spinneret
