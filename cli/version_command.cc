// spinneret version: this program's version, and what it is built with.
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/standard_output.h"

namespace spinneret::cli {
namespace {

struct Library {
  std::string_view name;
  std::string_view version;
};

#ifdef __clang__
constexpr char kCompiler[] = "clang " __clang_version__;
#else
constexpr char kCompiler[] = "g++ " __VERSION__;
#endif

// Versions of what it was compiled against; the build hands them over as pkg-config knows them.
constexpr std::array<Library, 10> kLibraries = {{{"libcurl", SPINNERET_CURL_VERSION},
                                                 {"sqlite", SPINNERET_SQLITE_VERSION},
                                                 {"libuv", SPINNERET_UV_VERSION},
                                                 {"c-ares", SPINNERET_CARES_VERSION},
                                                 {"icu", SPINNERET_ICU_VERSION},
                                                 {"libpsl", SPINNERET_PSL_VERSION},
                                                 {"zstd", SPINNERET_ZSTD_VERSION},
                                                 {"libmicrohttpd", SPINNERET_MICROHTTPD_VERSION},
                                                 {"cli11", CLI11_VERSION},
                                                 {"compiler", kCompiler}}};

int Version(bool as_json) {
  StandardOutput output;
  if (as_json) {
    nlohmann::ordered_json json;
    json["spinneret"] = SPINNERET_VERSION;
    for (const Library& library : kLibraries) {
      json["built_with"][std::string(library.name)] = library.version;
    }
    output.Write(json.dump() + "\n");
  } else {
    output.Write(fmt::format("spinneret {}\n\nbuilt with\n", SPINNERET_VERSION));
    for (const Library& library : kLibraries) {
      output.Write(fmt::format("  {:<14} {}\n", library.name, library.version));
    }
  }
  return output.Finish();
}

}  // namespace

void AddVersionCommand(CLI::App& app, int& exit_status) {
  CLI::App* command =
      app.add_subcommand("version", "Show the version, and those of the libraries that it is built with")
          ->group("Other");
  auto as_json = std::make_shared<bool>(false);
  command->add_flag("--json", *as_json, "As one JSON object");
  command->callback([as_json, &exit_status] { exit_status = Version(*as_json); });
}

}  // namespace spinneret::cli
