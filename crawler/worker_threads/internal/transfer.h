// What of a message is transferred, found by walking it: ports, buffers and types of one's own (Transferable).
//
// Order  First everything is looked at, then everything is taken off its loop, so a transfer that fails moves nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/error.h"
#include "base/result.h"
#include "crawler/worker_threads/message.h"

namespace spinneret::worker_threads {

// A value that leaves nothing behind when it is sent. Detached: it was sent already, or closed. Untransferable: marked
// as such by MarkAsUntransferable.
template <class T>
concept Transferable = requires(const T& value) {
  { value.detached() } -> std::same_as<bool>;
  { value.untransferable() } -> std::same_as<bool>;
};

// Sending `value` fails from here on; it stays usable where it is.
template <Transferable T>
void MarkAsUntransferable(T& value) {
  value.MarkUntransferable();
}

namespace internal {

class InboxBase;

// Something of which a part may have to be looked at when it is sent.
template <class T, class... Seen>
constexpr bool HoldsTransferable();

template <class... Seen, class... T>
constexpr bool AnyHoldsTransferable(TypeList<T...> /*types*/) {
  return (HoldsTransferable<T, Seen...>() || ...);
}

// NOLINTBEGIN(bugprone-branch-clone): one question after the other, several of which have the same answer
template <class T, class... Seen>
constexpr bool HoldsTransferable() {
  using Type = std::remove_cv_t<T>;
  if constexpr (!std::is_class_v<Type> || (std::is_same_v<Type, Seen> || ...)) {
    return false;
  } else if constexpr (Transferable<Type>) {
    return true;
  } else if constexpr (!std::is_void_v<typename ElementTypes<Type>::Types>) {
    return AnyHoldsTransferable<Seen..., Type>(typename ElementTypes<Type>::Types{});
  } else if constexpr (HasElement<Type>) {
    return HoldsTransferable<typename Type::value_type, Seen..., Type>();
  } else if constexpr (kHasKnownMembers<Type>) {
    return AnyHoldsTransferable<Seen..., Type>(MemberTypes<Type>{});
  } else {
    return false;
  }
}

// NOLINTEND(bugprone-branch-clone)

// A type may hold itself further in (a list of its own kind), so the walk asks at every level what the level's own type
// holds, and not what the outermost saw.
template <class T, class Visit>
void WalkTransferables(T& value, Visit& visit) {
  if constexpr (!HoldsTransferable<std::remove_const_t<T>>()) {
    return;
  } else if constexpr (Transferable<T>) {
    visit(value);
  } else if constexpr (requires { std::variant_size<T>::value; }) {
    std::visit([&visit](auto& held) { WalkTransferables(held, visit); }, value);
  } else if constexpr (requires { std::tuple_size<T>::value; }) {
    std::apply([&visit](auto&... part) { (WalkTransferables(part, visit), ...); }, value);
  } else if constexpr (requires { value.begin() != value.end(); }) {
    for (auto& element : value) {
      WalkTransferables(element, visit);
    }
  } else if constexpr (requires { value.has_value(); }) {
    if (value.has_value()) {
      WalkTransferables(*value, visit);
    }
  } else if constexpr (kHasKnownMembers<T>) {
    std::apply([&visit](auto&... member) { (WalkTransferables(member, visit), ...); }, TieMembers(value));
  }
}

// Where a message is about to go.
struct TransferRoute {
  const void* sender = nullptr;      // the core of the port that sends it
  const InboxBase* inbox = nullptr;  // where it would be queued
};

struct TransferPlan {
  std::optional<Error> error;
  bool to_itself = false;  // it holds the port that would read it
};

inline Error DataCloneError(const std::string& why) {
  return Err(ErrorCode::kInvalidArgument, "kDataCloneError: " + why);
}

template <class T>
TransferPlan PlanTransfer(T& message, const TransferRoute& route) {
  TransferPlan plan;
  auto look = [&plan, &route](auto& value) {
    if (plan.error) {
      return;
    }
    if constexpr (requires { value.IsCore(route.sender); }) {
      if (route.sender != nullptr && value.IsCore(route.sender)) {
        plan.error = DataCloneError("a port cannot be sent over itself");
        return;
      }
    }
    if (value.detached()) {
      plan.error = DataCloneError("the message holds a port or buffer that is closed or was sent before");
    } else if (value.untransferable()) {
      plan.error = DataCloneError("the message holds something that is marked as untransferable");
    }
    if constexpr (requires { value.Reads(route.inbox); }) {
      plan.to_itself = plan.to_itself || (!plan.error && value.Reads(route.inbox));
    }
  };
  WalkTransferables(message, look);
  return plan;
}

// Takes the message's ports off their loops.
template <class T>
void DetachTransferables(T& message) {
  auto detach = [](auto& value) {
    if constexpr (requires { value.Detach(); }) {
      value.Detach();
    }
  };
  WalkTransferables(message, detach);
}

// Looks at a message that holds no transferables at no cost.
template <class T>
Result<void> PrepareTransfer(T& message) {
  if constexpr (HoldsTransferable<T>()) {
    TransferPlan plan = PlanTransfer(message, TransferRoute{});
    if (plan.error) {
      return std::move(*plan.error);
    }
    DetachTransferables(message);
  }
  return {};
}

}  // namespace internal

}  // namespace spinneret::worker_threads
