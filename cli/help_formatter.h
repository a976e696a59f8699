// Help text that fits its terminal: names on the left, words wrapped on the right.
#pragma once

#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

namespace spinneret::cli {

class HelpFormatter : public CLI::Formatter {
 public:
  // `width`: columns to fill; between 40 and 100 are used.
  explicit HelpFormatter(int width);

  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_subcommand(const CLI::App* sub) const override;

 private:
  std::string Entry(const std::string& name, const std::string& words, int column) const;

  int width_;
};

// `text` in lines of at most `width` columns, broken between words; each line but the first begins with `indent`
// spaces. A word that is longer than a line gets one of its own.
std::string WrapWords(std::string_view text, int width, int indent);

}  // namespace spinneret::cli
