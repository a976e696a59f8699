// Options of one kind each, on top of CLI11: the text is checked while the command line is read, and a wrong one is
// refused with what would be right. Given twice, the last one holds; only lists collect.
//
// Lifetime  what a setter captures must live until the command line has been read.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace spinneret::cli {

struct CountRange {
  std::uint64_t min = 0;
  std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
};

CLI::Option* AddCountOption(CLI::App& app, const std::string& names, CountRange range,
                            std::function<void(std::uint64_t)> set, const std::string& description);

// A count, or `word`: none then.
CLI::Option* AddCountOrWordOption(CLI::App& app, const std::string& names, CountRange range, const std::string& word,
                                  std::function<void(std::optional<std::uint64_t>)> set,
                                  const std::string& description);

enum class Zero : std::uint8_t { kAllowed, kRefused };
CLI::Option* AddDurationOption(CLI::App& app, const std::string& names, Zero zero,
                               std::function<void(std::chrono::milliseconds)> set, const std::string& description);
// Zero is refused.
CLI::Option* AddSizeOption(CLI::App& app, const std::string& names, std::function<void(std::uint64_t)> set,
                           const std::string& description);
// One of a few words; `set` gets the index. The help shows them as a|b|c.
CLI::Option* AddChoiceOption(CLI::App& app, const std::string& names, std::vector<std::string> words,
                             std::function<void(std::size_t)> set, const std::string& description);
// `check` returns what is wrong with the text, or "".
CLI::Option* AddTextOption(CLI::App& app, const std::string& names, const std::string& type, std::string& target,
                           const std::string& description, std::function<std::string(const std::string&)> check = {});
// Repeatable; one value each time.
CLI::Option* AddListOption(CLI::App& app, const std::string& names, const std::string& type,
                           std::vector<std::string>& target, const std::string& description,
                           std::function<std::string(const std::string&)> check = {});

}  // namespace spinneret::cli
