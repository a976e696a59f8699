#include "cli/control_requests.h"

#include <chrono>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/duration.h"
#include "cli/progress.h"

namespace spinneret::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string Failed(const std::string& error) {
  return Json{{"ok", false}, {"error", error}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Done(const std::string& said) {
  return Json{{"ok", true}, {"said", said}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string TextOf(const Json& request, const char* name) {
  const auto found = request.find(name);
  return found != request.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string AddSeed(CrawlControl& crawl, const std::string& url) {
  const Result<bool> added = crawl.AddSeed(url);
  if (!added) {
    return Failed(added.error().message);
  }
  return Done(*added ? "added" : "known already");
}

std::string SetDelay(CrawlControl& crawl, const std::string& text) {
  const std::optional<std::chrono::milliseconds> delay = ParseDuration(text);
  if (!delay) {
    return Failed("a delay is digits and a unit: 500ms, 2s, 1m");
  }
  crawl.SetHostDelay(*delay);
  return Done(fmt::format("{} between requests to a host, for this run", FormatDuration(*delay)));
}

std::string PauseHost(CrawlControl& crawl, const std::string& host, bool paused) {
  const Result<void> done = crawl.PauseHost(host, paused);
  return done ? Done(paused ? "paused" : "goes on") : Failed(done.error().message);
}

}  // namespace

std::string AnswerControl(CrawlControl& crawl, std::string_view line) {
  const Json request = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!request.is_object()) {
    return Failed("a request is an object of JSON");
  }
  const std::string command = TextOf(request, "command");
  const std::string argument = TextOf(request, "argument");
  if (command == "status") {
    Json answer = {{"ok", true}, {"paused", crawl.paused()}};
    answer["status"] = Json::parse(RenderProgressJson(crawl.Status()));
    return answer.dump();
  }
  if (command == "pause") {
    crawl.Pause();
    return Done("paused");
  }
  if (command == "resume") {
    crawl.Continue();
    return Done("goes on");
  }
  if (command == "stop") {
    crawl.Stop();
    return Done("stopping; go on with `spinneret resume`");
  }
  if (command == "add-seed") {
    return AddSeed(crawl, argument);
  }
  if (command == "delay") {
    return SetDelay(crawl, argument);
  }
  if (command == "pause-host" || command == "resume-host") {
    return PauseHost(crawl, argument, command == "pause-host");
  }
  return Failed("an unknown command");
}

}  // namespace spinneret::cli
