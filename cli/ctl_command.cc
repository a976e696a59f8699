// spinneret ctl: says something to a crawl that is running.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "cli/commands.h"
#include "cli/control_socket.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/standard_output.h"

namespace spinneret::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kDescription[] =
    "Speak to a crawl that is running, by the socket beside its database, which its owner alone may use. Nothing of it "
    "is "
    "stored but what add-seed adds: a crawl that is resumed begins with its own settings.";

constexpr char kFooter[] = R"(Actions:
  status                    what it does now, as one JSON object
  pause                     send nothing more; what is in flight ends
  resume                    go on after a pause
  stop                      finish what is in flight and end, as Ctrl-C does
  delay DURATION            time between requests to a host from here on; what
                            robots.txt asks for still counts
  add-seed URL              crawl this too
  host HOST pause           give out nothing more of a host (name[:port])
  host HOST resume          and again

Examples:
  spinneret ctl crawl.db status
  spinneret ctl crawl.db pause
  spinneret ctl crawl.db delay 5s
  spinneret ctl crawl.db add-seed https://shop.example/sale)";

struct Action {
  std::string_view name;
  std::string_view arguments;  // what follows it; empty: nothing
};
constexpr Action kActions[] = {{"status", ""},
                               {"pause", ""},
                               {"resume", ""},
                               {"stop", ""},
                               {"delay", "DURATION"},
                               {"add-seed", "URL"},
                               {"host", "HOST pause|resume"}};

struct CtlFlags {
  std::string database, action;
  std::vector<std::string> arguments;
};

const Action* FindAction(const std::string& name) {
  for (const Action& action : kActions) {
    if (action.name == name) {
      return &action;
    }
  }
  return nullptr;
}

// What is sent for the words of the command line; an Error where they cannot be meant.
Result<Json> RequestOf(const CtlFlags& flags) {
  const std::string name = flags.action.empty() ? "status" : flags.action;
  const Action* const action = FindAction(name);
  if (action == nullptr) {
    return Err(ErrorCode::kInvalidArgument,
               fmt::format("{} is no action; `spinneret ctl --help` lists them", Printable(name)));
  }
  const std::size_t wanted = action->arguments.empty() ? 0 : name == "host" ? 2 : 1;
  if (flags.arguments.size() != wanted) {
    return Err(ErrorCode::kInvalidArgument,
               wanted == 0 ? fmt::format("{} takes nothing more", name)
                           : fmt::format("write it as: spinneret ctl DB {} {}", name, action->arguments));
  }
  if (name == "host") {
    const std::string& what = flags.arguments[1];
    if (what != "pause" && what != "resume") {
      return Err(ErrorCode::kInvalidArgument,
                 fmt::format("{} is neither pause nor resume, which is what a host can do", Printable(what)));
    }
    return Json{{"command", what + "-host"}, {"argument", flags.arguments[0]}};
  }
  return Json{{"command", name}, {"argument", wanted == 1 ? flags.arguments[0] : std::string()}};
}

int Ctl(const CtlFlags& flags) {
  if (flags.database.empty()) {
    return UsageFailure("no database: name that of a running crawl, such as `spinneret ctl crawl.db status`");
  }
  const Result<Json> request = RequestOf(flags);
  if (!request) {
    return Fail(request.error());
  }
  const Result<std::string> line =
      AskControlSocket(flags.database, request->dump(-1, ' ', false, Json::error_handler_t::replace));
  if (!line) {
    return Fail(line.error());
  }
  const Json answer = Json::parse(*line, nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object() || answer.value("ok", false) == false) {
    return UsageFailure(answer.is_object() ? Printable(answer.value("error", "no")) : "the answer cannot be read");
  }
  StandardOutput output;
  if (const auto status = answer.find("status"); status != answer.end()) {
    Json shown = {{"paused", answer.value("paused", false)}};
    shown.update(*status);
    output.Write(shown.dump() + "\n");
  } else {
    output.Write(Printable(answer.value("said", "")) + "\n");
  }
  return output.Finish();
}

}  // namespace

void AddCtlCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("ctl", kDescription)->group("Crawling");
  command->footer(kFooter);
  auto flags = std::make_shared<CtlFlags>();
  command->add_option("DB", flags->database, "The database of a crawl that is running")->type_name("");
  command->add_option("ACTION", flags->action, "What to do (default: status)")->type_name("");
  command->add_option("ARGUMENT", flags->arguments, "What the action is about")->type_name("");
  command->callback([flags, &exit_status] { exit_status = Ctl(*flags); });
}

}  // namespace spinneret::cli
