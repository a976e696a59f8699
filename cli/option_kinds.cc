#include "cli/option_kinds.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/printable.h"
#include "cli/duration.h"

namespace spinneret::cli {
namespace {

using Check = std::function<std::string(const std::string&)>;

CLI::Option* AddParsed(CLI::App& app, const std::string& names, const std::string& type, Check check,
                       std::function<void(const std::string&)> set, const std::string& description) {
  return app.add_option_function<std::string>(names, std::move(set), description)
      ->type_name(type)
      ->check(std::move(check))
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

std::string RangeText(CountRange range) {
  if (range.max == std::numeric_limits<std::uint64_t>::max()) {
    return fmt::format("a whole number from {} up", range.min);
  }
  return fmt::format("a whole number from {} to {}", range.min, range.max);
}

}  // namespace

CLI::Option* AddCountOption(CLI::App& app, const std::string& names, CountRange range,
                            std::function<void(std::uint64_t)> set, const std::string& description) {
  const auto check = [range](const std::string& text) -> std::string {
    const std::optional<std::uint64_t> count = ParseCount(text);
    if (!count || *count < range.min || *count > range.max) {
      return fmt::format("\"{}\" cannot be used; give {}", Printable(text), RangeText(range));
    }
    return {};
  };
  return AddParsed(
      app, names, "N", check, [set = std::move(set)](const std::string& text) { set(ParseCount(text).value_or(0)); },
      description);
}

CLI::Option* AddCountOrWordOption(CLI::App& app, const std::string& names, CountRange range, const std::string& word,
                                  std::function<void(std::optional<std::uint64_t>)> set,
                                  const std::string& description) {
  const auto check = [range, word](const std::string& text) -> std::string {
    const std::optional<std::uint64_t> count = ParseCount(text);
    if (text != word && (!count || *count < range.min || *count > range.max)) {
      return fmt::format("\"{}\" cannot be used; give {}, or {}", Printable(text), RangeText(range), word);
    }
    return {};
  };
  return AddParsed(
      app, names, "N|" + word, check, [set = std::move(set)](const std::string& text) { set(ParseCount(text)); },
      description);
}

CLI::Option* AddDurationOption(CLI::App& app, const std::string& names, Zero zero,
                               std::function<void(std::chrono::milliseconds)> set, const std::string& description) {
  const auto check = [zero](const std::string& text) -> std::string {
    const std::optional<std::chrono::milliseconds> duration = ParseDuration(text);
    if (!duration) {
      if (ParseCount(text)) {
        return fmt::format("\"{0}\" has no unit; write {0}s for seconds, or {0}ms, {0}m, {0}h", Printable(text));
      }
      return fmt::format("\"{}\" is not a duration; give digits and a unit: 500ms, 2s, 10m, 1h", Printable(text));
    }
    if (zero == Zero::kRefused && duration->count() == 0) {
      return "it must be more than 0; leave the option out for its default";
    }
    return {};
  };
  return AddParsed(
      app, names, "TIME", check,
      [set = std::move(set)](const std::string& text) {
        set(ParseDuration(text).value_or(std::chrono::milliseconds{0}));
      },
      description);
}

CLI::Option* AddSizeOption(CLI::App& app, const std::string& names, std::function<void(std::uint64_t)> set,
                           const std::string& description) {
  const auto check = [](const std::string& text) -> std::string {
    const std::optional<std::uint64_t> size = ParseSize(text);
    if (!size) {
      return fmt::format("\"{}\" is not a size; give bytes, or a number with k, M or G: 65536, 512k, 32M, 2G",
                         Printable(text));
    }
    return *size == 0 ? "it must be more than 0; leave the option out for its default" : std::string{};
  };
  return AddParsed(
      app, names, "SIZE", check, [set = std::move(set)](const std::string& text) { set(ParseSize(text).value_or(0)); },
      description);
}

CLI::Option* AddChoiceOption(CLI::App& app, const std::string& names, std::vector<std::string> words,
                             std::function<void(std::size_t)> set, const std::string& description) {
  const std::string type = fmt::format("{}", fmt::join(words, "|"));
  const auto check = [words](const std::string& text) -> std::string {
    if (std::find(words.begin(), words.end(), text) != words.end()) {
      return {};
    }
    return fmt::format("\"{}\" is not one of {}", Printable(text), fmt::join(words, ", "));
  };
  return AddParsed(
      app, names, type, check,
      [words, set = std::move(set)](const std::string& text) {
        set(static_cast<std::size_t>(std::find(words.begin(), words.end(), text) - words.begin()));
      },
      description);
}

CLI::Option* AddTextOption(CLI::App& app, const std::string& names, const std::string& type, std::string& target,
                           const std::string& description, Check check) {
  CLI::Option* option = app.add_option(names, target, description)
                            ->type_name(type)
                            ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  if (check) {
    option->check(std::move(check));
  }
  return option;
}

CLI::Option* AddListOption(CLI::App& app, const std::string& names, const std::string& type,
                           std::vector<std::string>& target, const std::string& description, Check check) {
  CLI::Option* option = app.add_option(names, target, description)->type_name(type)->allow_extra_args(false);
  if (check) {
    option->check(std::move(check));
  }
  return option;
}

}  // namespace spinneret::cli
