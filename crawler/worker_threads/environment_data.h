// Environment data: values by name that a thread sets and that every worker it starts afterwards finds as its own copy,
// and passes on to the workers it starts itself.
//
//   SetEnvironmentData("user_agent", std::string("spinneret"));
//   …in a worker: std::optional<std::string> agent = GetEnvironmentData<std::string>("user_agent");
//
// Thread   each has its own set; what one changes later reaches nobody else.
// Copies   a value is taken once when it is set and copied when it is read, so that no two threads hold the same one.
//          Its copy constructor may run on several threads at once, as for any const value.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <typeinfo>
#include <utility>

#include "crawler/worker_threads/message.h"

namespace spinneret::worker_threads {

namespace internal {

struct EnvironmentValue {
  explicit EnvironmentValue(const std::type_info& type_of_value) : type(type_of_value) {}
  virtual ~EnvironmentValue() = default;
  const std::type_info& type;
};

template <class T>
struct TypedEnvironmentValue final : EnvironmentValue {
  explicit TypedEnvironmentValue(T given) : EnvironmentValue(typeid(T)), value(std::move(given)) {}
  const T value;
};

// Values are immutable, so threads may share them unseen.
using Environment = std::map<std::string, std::shared_ptr<const EnvironmentValue>, std::less<>>;

Environment& CurrentEnvironment();

}  // namespace internal

template <CloneableMessage T>
void SetEnvironmentData(std::string key, T value) {
  internal::CurrentEnvironment().insert_or_assign(
      std::move(key), std::make_shared<const internal::TypedEnvironmentValue<T>>(std::move(value)));
}

void EraseEnvironmentData(const std::string& key);

// A copy; nothing when the key is not set, or holds a value of another type.
template <CloneableMessage T>
std::optional<T> GetEnvironmentData(const std::string& key) {
  const internal::Environment& environment = internal::CurrentEnvironment();
  const auto it = environment.find(key);
  if (it == environment.end() || it->second->type != typeid(T)) {
    return std::nullopt;
  }
  return static_cast<const internal::TypedEnvironmentValue<T>&>(*it->second).value;
}

}  // namespace spinneret::worker_threads
