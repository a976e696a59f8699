// spinneret robots: what a robots.txt says about URLs, for a file on the command line or for many as JSON Lines.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/json_lines.h"
#include "cli/option_kinds.h"
#include "parser/robots_txt.h"
#include "parser/url.h"

namespace spinneret::cli {
namespace {

using nlohmann::json;

double SecondsOf(std::chrono::milliseconds time) {
  return std::chrono::duration<double>(time).count();
}

// What is asked about: an absolute URL, or a path of whatever site the robots.txt is of.
struct Question {
  std::optional<Url> url;
  std::string path_and_query;
};

std::optional<Question> QuestionOf(const std::string& text) {
  Question question;
  question.url = Url::Parse(text);
  if (question.url) {
    question.path_and_query = question.url->path_and_query();
    return question;
  }
  const std::optional<Url> any_site = Url::Parse("http://site.invalid/");
  const std::optional<Url> path = text.empty() || text.front() == '/' ? Url::Parse(text, &*any_site) : std::nullopt;
  if (!path) {
    return std::nullopt;
  }
  question.path_and_query = path->path_and_query();
  return question;
}

// --- a file, for people ---

struct RobotsOptions {
  std::string file;
  std::vector<std::string> urls;
  std::string agent = kRobotsAgent;
  bool jsonl = false;
};

// As much of the file as a crawl reads of a response; nothing when it cannot be read, with errno set.
std::optional<std::string> ReadRobots(const std::string& file) {
  std::ifstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary);
  }
  std::istream& in = file == "-" ? std::cin : opened;
  std::string bytes(RobotsTxt::kMaxBytes, '\0');
  if (!in || (!in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())) && in.bad())) {
    return std::nullopt;
  }
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

void PrintRow(std::string_view name, std::string_view value) {
  fmt::print("{:<11}  {}\n", name, value);
}

void PrintVerdict(const Question& question, const RobotsVerdict& verdict) {
  PrintRow(verdict.allowed ? "allowed" : "disallowed",
           Printable(question.url ? question.url->href() : std::string_view(question.path_and_query)));
  PrintRow("rule", verdict.line == 0 ? std::string("none matches")
                                     : fmt::format("line {}: {}", verdict.line, Printable(verdict.rule)));
}

void PrintFile(const RobotsTxt& robots, std::string_view agent) {
  const RobotsTxt::Group& group = robots.group();
  PrintRow("agent", Printable(agent));
  PrintRow("group", group.line == 0 ? std::string("none is for this agent, nor for all")
                                    : fmt::format("line {}: {}", group.line, Printable(group.text)));
  PrintRow("crawl delay", robots.crawl_delay() ? fmt::format("{} s", SecondsOf(*robots.crawl_delay())) : "none");
  for (const std::string& sitemap : robots.sitemaps()) {
    PrintRow("sitemap", Printable(sitemap));
  }
}

int AnswerFile(const RobotsOptions& options) {
  const std::optional<std::string> bytes = ReadRobots(options.file);
  if (!bytes) {
    return UsageFailure(fmt::format("{} cannot be read: {}", Printable(options.file), std::strerror(errno)));
  }
  std::vector<Question> questions;
  for (const std::string& text : options.urls) {
    std::optional<Question> question = QuestionOf(text);
    if (!question) {
      return UsageFailure(fmt::format("{} is neither an absolute URL nor a path that begins with /", Printable(text)));
    }
    questions.push_back(std::move(*question));
  }
  const RobotsTxt robots = RobotsTxt::Parse(*bytes, options.agent);
  for (const Question& question : questions) {
    PrintVerdict(question, robots.Check(question.path_and_query));
  }
  PrintFile(robots, options.agent);
  return kDone;
}

// --- JSON Lines ---

// A relative one starts from the site that is asked about.
std::vector<std::string> SitemapsOf(const RobotsTxt& robots, const std::optional<Url>& site) {
  std::vector<std::string> sitemaps;
  for (const std::string& written : robots.sitemaps()) {
    const std::optional<Url> resolved = site && !Url::Parse(written) ? Url::Parse(written, &*site) : std::nullopt;
    sitemaps.push_back(resolved ? std::string(resolved->href()) : written);
  }
  return sitemaps;
}

json AnswerLine(const json& request) {
  const std::string* const text = JsonText(request, "robots");
  const std::string* const agent = JsonText(request, "agent");
  const std::string* const url_text = JsonText(request, "url");
  for (const auto& [member, value] : {std::pair{"robots", text}, {"agent", agent}, {"url", url_text}}) {
    if (value == nullptr) {
      return JsonError(fmt::format("\"{}\" is missing or not a string", member));
    }
  }
  const std::optional<Question> question = QuestionOf(*url_text);
  if (!question) {
    return JsonError("\"url\" is neither an absolute URL nor a path that begins with /");
  }
  const RobotsTxt robots = RobotsTxt::Parse(*text, *agent);
  const RobotsVerdict verdict = robots.Check(question->path_and_query);
  const bool by_rule = verdict.line != 0;
  return json{{"allowed", verdict.allowed},
              {"crawl_delay", robots.crawl_delay() ? json(SecondsOf(*robots.crawl_delay())) : json()},
              {"sitemaps", SitemapsOf(robots, question->url)},
              {"rule", by_rule ? json(verdict.rule) : json()},
              {"line", by_rule ? json(verdict.line) : json()}};
}

}  // namespace

void AddRobotsCommand(CLI::App& app, int& exit_status) {
  auto options = std::make_shared<RobotsOptions>();
  CLI::App* command = app.add_subcommand("robots", "Show what a robots.txt says about URLs");
  CLI::Option* file = command->add_option("FILE", options->file, "A robots.txt; - is stdin")->type_name("");
  CLI::Option* urls =
      command->add_option("URL", options->urls, "What is asked about: a URL, or a path that begins with /. Repeatable")
          ->type_name("");
  CLI::Option* agent = AddTextOption(*command, "--agent", "NAME", options->agent,
                                     "Who asks: a product token, or a User-Agent that begins with one (default: "
                                     "spinneret)");
  CLI::Option* jsonl =
      command->add_flag("--jsonl", options->jsonl,
                        "Read {\"robots\", \"agent\", \"url\"} lines, write {\"allowed\", \"crawl_delay\", "
                        "\"sitemaps\", \"rule\", \"line\"} or {\"error\"} lines");
  jsonl->excludes(file)->excludes(urls)->excludes(agent);
  command->footer(
      "Example:\n  spinneret robots robots.txt https://example.com/page\n\n"
      "The exit status is 0 whether a URL is allowed or not, and 2 when FILE or a URL cannot be read.");
  command->callback([options, file, &exit_status] {
    if (options->jsonl) {
      exit_status = AnswerJsonLines(AnswerLine);
    } else if (file->count() == 0) {
      exit_status = UsageFailure(
          "nothing to read: name a robots.txt, as in `spinneret robots robots.txt "
          "https://example.com/page`, or give --jsonl");
    } else {
      exit_status = AnswerFile(*options);
    }
  });
}

}  // namespace spinneret::cli
