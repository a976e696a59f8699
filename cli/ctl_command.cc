// spinneret ctl: says something to a crawl that is running.
#include <array>
#include <cstddef>
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
    "Speak to a crawl that is running, by the socket beside its database, which its owner alone may use. What "
    "add-seed, "
    "exclude and include add is stored; all else is for this run: a crawl that is resumed begins with its own "
    "settings.";

constexpr char kFooter[] = R"(Actions:
  status                    what it does now, as one JSON object
  pause                     send nothing more; what is in flight ends
  resume                    go on after a pause
  stop                      finish what is in flight and end, as Ctrl-C does
  delay DURATION            time between requests to one host from here on; what
                            robots.txt asks for still counts
  rate N|off                at most N pages a second over all hosts together
                            (0.5: one in two seconds); no host is asked sooner
                            than its delay allows, however high it is. Pages
                            that workers have already are not held back.
                            Without N: says what it is
  workers N                 more or fewer worker threads; those that are taken
                            away finish what is in flight. Without N: says
                            how many there are
  add-seed URL              crawl this too
  exclude RE                hide queued URLs that match; links that are found
                            later are hidden as well. They stay queued, unasked
  include RE                hide those that no include matches, seeds apart
  rules                     what is hidden, by which rule: counts grow, as each
                            URL is looked at when its turn comes
  drop-rule N               withdraw a rule: what it hid is asked after all
  host HOST pause           give out nothing more of a host (name[:port])
  host HOST resume          and again

Examples:
  spinneret ctl crawl.db status
  spinneret ctl crawl.db pause
  spinneret ctl crawl.db delay 5s
  spinneret ctl crawl.db rate 20
  spinneret ctl crawl.db add-seed https://shop.example/sale
  spinneret ctl crawl.db exclude '/calendar/'
  spinneret ctl crawl.db drop-rule 1

Rules hold over resumes. When a crawl has nothing else left it is done, and what is
hidden then is in v_skipped, as exclude or include with the rule's number;
`spinneret resume DB --drop-rule N` still brings it back.)";

struct Action {
  std::string_view name;
  std::string_view arguments;  // what follows it
  std::size_t fewest, most;    // words of it
};
constexpr Action kActions[] = {{"status", "", 0, 0},
                               {"pause", "", 0, 0},
                               {"resume", "", 0, 0},
                               {"stop", "", 0, 0},
                               {"delay", "DURATION", 1, 1},
                               {"rate", "[N|off]", 0, 1},
                               {"workers", "[N]", 0, 1},
                               {"add-seed", "URL", 1, 1},
                               {"exclude", "RE", 1, 1},
                               {"include", "RE", 1, 1},
                               {"rules", "", 0, 0},
                               {"drop-rule", "N", 1, 1},
                               {"host", "HOST pause|resume", 2, 2}};

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
  if (flags.arguments.size() < action->fewest || flags.arguments.size() > action->most) {
    return Err(ErrorCode::kInvalidArgument,
               action->most == 0 ? fmt::format("{} takes nothing more", name)
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
  return Json{{"command", name}, {"argument", flags.arguments.empty() ? std::string() : flags.arguments[0]}};
}

// One line a rule: "2  exclude  /calendar/  hides 17".
std::string RulesText(const Json& rules) {
  std::string text;
  for (const Json& rule : rules) {
    text += fmt::format("{}  {}  {}  hides {}\n", rule.value("number", 0), Printable(rule.value("kind", "")),
                        Printable(rule.value("pattern", "")), rule.value("hidden", 0));
  }
  return text.empty() ? "no rules\n" : text;
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
    for (const char* const also : {"workers", "rate", "rules"}) {
      shown[also] = answer.value(also, Json());
    }
    output.Write(shown.dump() + "\n");
  } else if (const auto rules = answer.find("rules"); rules != answer.end() && rules->is_array()) {
    output.Write(RulesText(*rules));
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
  // Each a text by itself: of a list CLI11 would take the brackets off a pattern such as [0-9].
  auto words = std::make_shared<std::array<std::string, 2>>();
  const CLI::Option* const first =
      command->add_option("ARGUMENT", (*words)[0], "What the action is about")->type_name("");
  const CLI::Option* const second = command->add_option("MORE", (*words)[1], "Of host: pause or resume")->type_name("");
  command->callback([flags, words, first, second, &exit_status] {
    for (std::size_t i = 0; i < first->count() + second->count(); ++i) {
      flags->arguments.push_back((*words)[i]);
    }
    exit_status = Ctl(*flags);
  });
}

}  // namespace spinneret::cli
