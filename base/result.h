// Result<T>: a value or an Error, with the member names of std::expected, which g++ 12 and clang 14 lack in C++20.
//
//   Result<Database> db = Database::Open(path);
//   if (!db) { return std::move(db).error(); }
//
// Failures are made by Err(code, message) alone, so that a later change to std::expected is an alias and one helper.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/error.h"

namespace spinneret {

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor): a value is a Result
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor): so is an Error

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & {
    SPINNERET_CHECK(has_value(), "value() of a failed Result");
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    SPINNERET_CHECK(has_value(), "value() of a failed Result");
    return *std::get_if<0>(&state_);
  }
  T&& value() && { return std::move(value()); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    SPINNERET_CHECK(!has_value(), "error() of a Result that holds a value");
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    SPINNERET_CHECK(!has_value(), "error() of a Result that holds a value");
    return std::move(*std::get_if<1>(&state_));
  }

  T value_or(T other) && { return has_value() ? std::move(*this).value() : std::move(other); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() : error_{}, failed_(false) {}
  Result(Error error)
      : error_(std::move(error)), failed_(true) {}  // NOLINT(google-explicit-constructor): an Error is a Result

  bool has_value() const { return !failed_; }
  explicit operator bool() const { return !failed_; }

  const Error& error() const& {
    SPINNERET_CHECK(failed_, "error() of a Result that succeeded");
    return error_;
  }
  Error&& error() && {
    SPINNERET_CHECK(failed_, "error() of a Result that succeeded");
    return std::move(error_);
  }

 private:
  Error error_;
  bool failed_;
};

inline Error Err(ErrorCode code, std::string message) {
  return Error{code, std::move(message)};
}

}  // namespace spinneret
