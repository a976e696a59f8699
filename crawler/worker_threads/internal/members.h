// The members of a plain struct, found by the compiler: their types, and references to them.
//
// Limits  Only aggregates without base classes, of 1 to kMaxMembers members, none of them a C array. Of any other type
//         HasKnownMembers is false, and it is taken on trust. An anonymous union as a member does not compile; such a
//         type declares itself (kMessageVerdict).
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace spinneret::worker_threads::internal {

inline constexpr std::size_t kMaxMembers = 12;

// The conversions below are asked about and never made, so they have no bodies. Where a message's type is local to its
// file clang takes the asking for a use.
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif

// NOLINTBEGIN(google-explicit-constructor): they stand for any initialiser

// Converts to anything but the struct itself.
template <class T>
struct AnyValue {
  template <class U>
  requires(!std::is_same_v<std::remove_cv_t<U>, T>) operator U() const;
};

// Converts to classes alone, which tells a class's own copy from what else it can be made of.
template <class T>
struct AnyClass {
  template <class U>
  requires(!std::is_same_v<std::remove_cv_t<U>, T> && std::is_class_v<U>) operator U() const;
};

// Converts to the struct's base classes alone.
template <class T>
struct AnyBase {
  template <class U>
  requires(!std::is_same_v<std::remove_cv_t<U>, T> && std::is_base_of_v<U, T>) operator U() const;
};

// Converts to references, so that a member that is one can be given something.
template <class T>
struct AnyReference {
  template <class U>
  requires(!std::is_same_v<std::remove_cv_t<U>, T>) operator U&() const;
};

// NOLINTEND(google-explicit-constructor)

#ifdef __clang__
#pragma clang diagnostic pop
#endif

template <class T, std::size_t>
using AnyReferenceAt = AnyReference<T>;

template <class T, std::size_t>
using AnyValueAt = AnyValue<T>;

// T{value × first, {}, value × last}
template <class T, std::size_t... First, std::size_t... Last>
constexpr bool TakesWithGap(std::index_sequence<First...> /*first*/, std::index_sequence<Last...> /*last*/) {
  return requires {
    T{AnyValueAt<T, First>{}..., {}, AnyValueAt<T, Last>{}...};
  };
}

// The same with a braced value in the gap, for members that have no default.
template <class T, class Value, std::size_t... First, std::size_t... Last>
constexpr bool TakesBraced(std::index_sequence<First...> /*first*/, std::index_sequence<Last...> /*last*/) {
  return requires {
    T{AnyValueAt<T, First>{}..., {Value{}}, AnyValueAt<T, Last>{}...};
  };
}

template <class T, std::size_t... I>
constexpr bool TakesValues(std::index_sequence<I...> /*values*/) {
  return requires {
    T{AnyValueAt<T, I>{}...};
  };
}

// NOLINTBEGIN(bugprone-branch-clone): one question after the other, several of which have the same answer

// The most initialisers that T takes, up to one more than kMaxMembers.
template <class T, std::size_t N = kMaxMembers + 1>
constexpr std::size_t CountInitialisers() {
  if constexpr (TakesValues<T>(std::make_index_sequence<N>())) {
    return N;
  } else if constexpr (N == 0) {
    return 0;
  } else {
    return CountInitialisers<T, N - 1>();
  }
}

// A C array takes as many initialisers as it has elements, or one braced list for all of them; then too many are left.
// One way after the other, as asking for a braced value makes the compiler look into the member's constructors.
template <class T, std::size_t First, std::size_t Last>
constexpr bool IsOneMember() {
  using Before = std::make_index_sequence<First>;
  using After = std::make_index_sequence<Last>;
  if constexpr (TakesWithGap<T>(Before(), After())) {
    return true;
  } else if constexpr (TakesBraced<T, AnyValue<T>>(Before(), After())) {
    return true;
  } else {
    return TakesBraced<T, AnyClass<T>>(Before(), After());
  }
}

template <class T, std::size_t N, std::size_t... I>
constexpr bool EachIsOneMember(std::index_sequence<I...> /*members*/) {
  return (IsOneMember<T, I, N - I - 1>() && ...);
}

template <class T>
constexpr std::size_t CountMembers() {
  if constexpr (!std::is_class_v<T> || !std::is_aggregate_v<T>) {
    return 0;
  } else if constexpr (requires { T{AnyBase<T>{}}; }) {
    return 0;
  } else {
    constexpr std::size_t kCount = CountInitialisers<T>();
    if constexpr (kCount == 0 || kCount > kMaxMembers) {
      return 0;
    } else if constexpr (TakesWithGap<T>(std::make_index_sequence<kCount>(), std::index_sequence<>())) {
      return 0;  // one more member follows, which nothing converts to
    } else {
      return EachIsOneMember<T, kCount>(std::make_index_sequence<kCount>()) ? kCount : 0;
    }
  }
}

template <class T, std::size_t... I>
constexpr bool TakesReferences(std::index_sequence<I...> /*references*/) {
  return requires {
    T{AnyReferenceAt<T, I>{}...};
  };
}

// Whether a member is a reference: then values initialise nothing, and references do.
template <class T, std::size_t N = 1>
constexpr bool HoldsReference() {
  if constexpr (!std::is_class_v<T> || !std::is_aggregate_v<T> || std::is_empty_v<T> || N > kMaxMembers) {
    return false;
  } else if constexpr (N == 1 && CountInitialisers<T>() > 0) {
    return false;
  } else if constexpr (TakesReferences<T>(std::make_index_sequence<N>())) {
    return true;
  } else {
    return HoldsReference<T, N + 1>();
  }
}

// NOLINTEND(bugprone-branch-clone)

template <class T>
inline constexpr bool kHasKnownMembers = CountMembers<T>() > 0;

template <class... T>
struct TypeList {};

template <class T, std::size_t N = CountMembers<T>()>
constexpr auto ListMemberTypes(T& value) {
  if constexpr (N == 1) {
    [[maybe_unused]] auto& [a] = value;
    return TypeList<decltype(a)>{};
  } else if constexpr (N == 2) {
    [[maybe_unused]] auto& [a, b] = value;
    return TypeList<decltype(a), decltype(b)>{};
  } else if constexpr (N == 3) {
    [[maybe_unused]] auto& [a, b, c] = value;
    return TypeList<decltype(a), decltype(b), decltype(c)>{};
  } else if constexpr (N == 4) {
    [[maybe_unused]] auto& [a, b, c, d] = value;
    return TypeList<decltype(a), decltype(b), decltype(c), decltype(d)>{};
  } else if constexpr (N == 5) {
    [[maybe_unused]] auto& [a, b, c, d, e] = value;
    return TypeList<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e)>{};
  } else if constexpr (N == 6) {
    [[maybe_unused]] auto& [a, b, c, d, e, f] = value;
    return TypeList<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f)>{};
  } else if constexpr (N == 7) {
    [[maybe_unused]] auto& [a, b, c, d, e, f, g] = value;
    return TypeList<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g)>{};
  } else if constexpr (N == 8) {
    [[maybe_unused]] auto& [a, b, c, d, e, f, g, h] = value;
    return TypeList<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g),
                    decltype(h)>{};
  } else if constexpr (N == 9) {
    [[maybe_unused]] auto& [a, b, c, d, e, f, g, h, i] = value;
    return TypeList<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g),
                    decltype(h), decltype(i)>{};
  } else if constexpr (N == 10) {
    [[maybe_unused]] auto& [a, b, c, d, e, f, g, h, i, j] = value;
    return TypeList<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g),
                    decltype(h), decltype(i), decltype(j)>{};
  } else if constexpr (N == 11) {
    [[maybe_unused]] auto& [a, b, c, d, e, f, g, h, i, j, k] = value;
    return TypeList<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g),
                    decltype(h), decltype(i), decltype(j), decltype(k)>{};
  } else if constexpr (N == 12) {
    [[maybe_unused]] auto& [a, b, c, d, e, f, g, h, i, j, k, l] = value;
    return TypeList<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g),
                    decltype(h), decltype(i), decltype(j), decltype(k), decltype(l)>{};
  }
}

// TypeList of the members' types as declared.
template <class T>
using MemberTypes = decltype(ListMemberTypes(std::declval<T&>()));

// References to the members.
template <class T, std::size_t N = CountMembers<std::remove_const_t<T>>()>
constexpr auto TieMembers(T& value) {
  if constexpr (N == 1) {
    auto& [a] = value;
    return std::tie(a);
  } else if constexpr (N == 2) {
    auto& [a, b] = value;
    return std::tie(a, b);
  } else if constexpr (N == 3) {
    auto& [a, b, c] = value;
    return std::tie(a, b, c);
  } else if constexpr (N == 4) {
    auto& [a, b, c, d] = value;
    return std::tie(a, b, c, d);
  } else if constexpr (N == 5) {
    auto& [a, b, c, d, e] = value;
    return std::tie(a, b, c, d, e);
  } else if constexpr (N == 6) {
    auto& [a, b, c, d, e, f] = value;
    return std::tie(a, b, c, d, e, f);
  } else if constexpr (N == 7) {
    auto& [a, b, c, d, e, f, g] = value;
    return std::tie(a, b, c, d, e, f, g);
  } else if constexpr (N == 8) {
    auto& [a, b, c, d, e, f, g, h] = value;
    return std::tie(a, b, c, d, e, f, g, h);
  } else if constexpr (N == 9) {
    auto& [a, b, c, d, e, f, g, h, i] = value;
    return std::tie(a, b, c, d, e, f, g, h, i);
  } else if constexpr (N == 10) {
    auto& [a, b, c, d, e, f, g, h, i, j] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j);
  } else if constexpr (N == 11) {
    auto& [a, b, c, d, e, f, g, h, i, j, k] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k);
  } else if constexpr (N == 12) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l);
  }
}

}  // namespace spinneret::worker_threads::internal
