// Message: what may travel from one thread to another, told by its type.
//
// Rule      A message is a value that owns what it holds. A type that is seen to hold a view, a pointer, a reference or
//           an iterator into the sender's memory does not compile as a message.
// Seen      the type itself, what the standard's containers, optional, variant, pair, tuple and array hold, and the
//           members of plain structs (internal/members.h has the limits). Function pointers and null are values.
// Not seen  what a class with private members holds, what a lambda captured, what a smart pointer points to. A
//           shared_ptr is shared by its nature: who sends one lets go of its own, or shares what is safe to share.
// Own word  kMessageVerdict says it for a type of one's own, before anything is looked at:
//
//   template <>
//   inline constexpr auto worker_threads::kMessageVerdict<Word> = MessageVerdict::kOwns;  // its view is of static text
//
// Receive   A message may have `Result<void> OnReceive()`, run on the receiving thread right before it is delivered. If
//           it fails the message is dropped, and the error is the port's messageerror event.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/result.h"
#include "crawler/worker_threads/internal/members.h"

namespace spinneret::worker_threads {

enum class MessageVerdict {
  kLook,     // by the rule above
  kOwns,     // may be sent
  kBorrows,  // may not
};

template <class T>
inline constexpr MessageVerdict kMessageVerdict = MessageVerdict::kLook;

namespace internal {

template <class T>
struct ElementTypes {
  using Types = void;
};
template <class A, class B>
struct ElementTypes<std::pair<A, B>> {
  using Types = TypeList<A, B>;
};
template <class... T>
struct ElementTypes<std::tuple<T...>> {
  using Types = TypeList<T...>;
};
template <class... T>
struct ElementTypes<std::variant<T...>> {
  using Types = TypeList<T...>;
};

template <class T>
inline constexpr bool kIsReferenceWrapper = false;
template <class T>
inline constexpr bool kIsReferenceWrapper<std::reference_wrapper<T>> = true;

template <class T>
concept HasElement = requires {
  typename T::value_type;
};

template <class T>
concept Incrementable = requires(T& it) {
  ++it;
  *it;
  typename std::iterator_traits<T>::iterator_category;
};

// `Seen` are the types that are being looked at further out, so that one that holds itself comes to an end.
template <class T, class... Seen>
constexpr bool OwnsItsMemory();

template <class... Seen, class... T>
constexpr bool AllOwn(TypeList<T...> /*types*/) {
  return (OwnsItsMemory<T, Seen...>() && ...);
}

// NOLINTBEGIN(bugprone-branch-clone): one question after the other, several of which have the same answer
template <class T, class... Seen>
constexpr bool OwnsItsMemory() {
  using Type = std::remove_cv_t<T>;
  if constexpr (std::is_reference_v<T>) {
    return false;
  } else if constexpr (kMessageVerdict<Type> != MessageVerdict::kLook) {
    return kMessageVerdict<Type> == MessageVerdict::kOwns;
  } else if constexpr (std::is_void_v<Type> || (std::is_same_v<Type, Seen> || ...)) {
    return true;
  } else if constexpr (std::is_pointer_v<Type>) {
    return std::is_function_v<std::remove_pointer_t<Type>>;
  } else if constexpr (!std::is_class_v<Type>) {
    return true;
  } else if constexpr (kIsReferenceWrapper<Type> || std::ranges::enable_view<Type> ||
                       std::ranges::enable_borrowed_range<Type> || Incrementable<Type> || HoldsReference<Type>()) {
    return false;
  } else if constexpr (!std::is_void_v<typename ElementTypes<Type>::Types>) {
    return AllOwn<Seen..., Type>(typename ElementTypes<Type>::Types{});
  } else if constexpr (HasElement<Type>) {
    return OwnsItsMemory<typename Type::value_type, Seen..., Type>();
  } else if constexpr (kHasKnownMembers<Type>) {
    return AllOwn<Seen..., Type>(MemberTypes<Type>{});
  } else {
    return true;
  }
}
// NOLINTEND(bugprone-branch-clone)

}  // namespace internal

template <class T>
concept Message = std::is_object_v<T> && !std::is_array_v<T> && !std::is_const_v<T> &&
                  std::is_move_constructible_v<T> && internal::OwnsItsMemory<T>();

// A message of which a copy may be sent too.
template <class T>
concept CloneableMessage = Message<T> && std::is_copy_constructible_v<T>;

// A message that is made ready by its receiver.
template <class T>
concept ReceivableMessage = requires(T& message) {
  { message.OnReceive() } -> std::same_as<Result<void>>;
};

}  // namespace spinneret::worker_threads
