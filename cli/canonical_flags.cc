#include "cli/canonical_flags.h"

#include <string_view>
#include <vector>

#include "cli/option_kinds.h"

namespace spinneret::cli {
namespace {

std::vector<std::string> SplitNames(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t from = 0, comma = 0; comma != std::string_view::npos; from = comma + 1) {
    comma = text.find(',', from);
    names.emplace_back(text.substr(from, comma - from));
  }
  return names;
}

std::string CheckNames(const std::string& text) {
  for (const std::string& name : SplitNames(text)) {
    if (name.empty()) {
      return "a name in it is empty; give names of parameters with commas between them: utm_*,sid";
    }
    if (name.find_first_of("&=?# ") != std::string::npos) {
      return "names of parameters have no &, =, ?, # or space; write such a one as %26, %3D, %3F, %23 or %20";
    }
  }
  return {};
}

void AddNames(CLI::App& app, const std::string& name, std::vector<std::string>& target, const std::string& description,
              const std::string& group) {
  app.add_option_function<std::vector<std::string>>(
         name,
         [&target](const std::vector<std::string>& values) {
           for (const std::string& value : values) {
             for (std::string& parameter : SplitNames(value)) {
               target.push_back(std::move(parameter));
             }
           }
         },
         description)
      ->type_name("LIST")
      ->allow_extra_args(false)
      ->check(CheckNames)
      ->group(group);
}

}  // namespace

void AddCanonicalOptions(CLI::App& app, CanonicalOptions& options, const std::string& group) {
  AddNames(app, "--strip-params", options.strip_params,
           "URLs that differ in these query parameters alone are one URL: names with commas, * for any text "
           "(utm_*,sid). What is requested stays as it was written. Repeatable",
           group);
  AddNames(app, "--keep-params", options.keep_params,
           "The other way round: only these parameters tell URLs apart. Repeatable", group);
  app.add_flag("--sort-params", options.sort_params, "URLs that differ in the order of their parameters alone are one")
      ->group(group);
  AddChoiceOption(
      app, "--trailing-slash", {"keep", "ignore"},
      [&options](std::size_t index) { options.trailing_slash = static_cast<TrailingSlash>(index); },
      "ignore: /a and /a/ are one URL (default: keep)")
      ->group(group);
}

}  // namespace spinneret::cli
