// spinneret url: how this program reads a URL, for one URL on the command line or for many as JSON Lines.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/canonical_flags.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/json_lines.h"
#include "parser/canonical_url.h"
#include "parser/url.h"

namespace spinneret::cli {
namespace {

using nlohmann::json;

// --- one URL, for people ---

std::string NumberText(std::uint16_t number) {
  return std::to_string(number);
}

void PrintComponent(const char* name, std::string_view value) {
  std::printf("%-10s %.*s\n", name, static_cast<int>(value.size()), value.data());
}

void PrintUrl(const Url& url, const CanonicalRules& rules) {
  std::string scratch;
  PrintComponent("href", url.href());
  PrintComponent("canonical", rules.KeyOf(url, scratch));
  PrintComponent("scheme", url.scheme());
  if (url.has_credentials()) {
    PrintComponent("username", url.username());
    PrintComponent("password", url.password());
  }
  if (!url.host().empty()) {
    PrintComponent("host", url.host());
    PrintComponent("host key", url.host_key_text());
  }
  if (url.port()) {
    PrintComponent("port", NumberText(*url.port()));
  } else if (url.effective_port() != 0) {
    PrintComponent("port", NumberText(url.effective_port()) + " (default)");
  }
  PrintComponent("path", url.path());
  if (url.has_query()) {
    PrintComponent("query", url.query());
  }
  if (url.has_fragment()) {
    PrintComponent("fragment", url.fragment());
  }
}

int PrintOne(const std::string& text, const std::optional<std::string>& base_text, const CanonicalRules& rules) {
  std::optional<Url> base;
  if (base_text) {
    base = Url::Parse(*base_text);
    if (!base) {
      std::fputs("spinneret url: the base is not an absolute URL\n", stderr);
      return kUsage;
    }
  }
  const std::optional<Url> url = Url::Parse(text, base ? &*base : nullptr);
  if (!url) {
    std::fputs(base ? "spinneret url: not a URL, nor relative to this base\n"
                    : "spinneret url: not an absolute URL (--base gives what a relative one starts from)\n",
               stderr);
    return kUsage;
  }
  PrintUrl(*url, rules);
  return kDone;
}

// --- JSON Lines ---

json AnswerLine(const json& request, const CanonicalRules& rules) {
  const std::string* const text = JsonText(request, "url");
  if (text == nullptr) {
    return JsonError("\"url\" is missing or not a string");
  }
  std::optional<Url> base;
  if (const auto given = request.find("base"); given != request.end() && !given->is_null()) {
    const std::string* const base_text = JsonText(request, "base");
    if (base_text == nullptr) {
      return JsonError("\"base\" is not a string");
    }
    base = Url::Parse(*base_text);
    if (!base) {
      return JsonError("the base is not an absolute URL");
    }
  }
  const std::optional<Url> url = Url::Parse(*text, base ? &*base : nullptr);
  if (!url) {
    return JsonError("not a URL");
  }
  std::string scratch;
  return json{{"href", url->href()}, {"canonical", rules.KeyOf(*url, scratch)}};
}

struct UrlOptions {
  std::string url;
  std::string base;
  bool jsonl = false;
  CanonicalOptions canonical;
};

}  // namespace

void AddUrlCommand(CLI::App& app, int& exit_status) {
  auto options = std::make_shared<UrlOptions>();
  CLI::App* command = app.add_subcommand("url", "Show how a URL is read, resolved and compared");
  CLI::Option* url = command->add_option("URL", options->url, "The URL to take apart");
  CLI::Option* base = command->add_option("--base", options->base, "What a relative URL starts from");
  CLI::Option* jsonl = command->add_flag("--jsonl", options->jsonl,
                                         "Read {\"url\", \"base\"?} lines, write {\"href\", \"canonical\"} or "
                                         "{\"error\"} lines");
  jsonl->excludes(url)->excludes(base);
  AddCanonicalOptions(*command, options->canonical, "Which URLs are one");
  command->callback([options, url, base, &exit_status] {
    const CanonicalRules rules(options->canonical);
    if (options->jsonl) {
      exit_status = AnswerJsonLines([&rules](const json& request) { return AnswerLine(request, rules); });
    } else if (url->count() == 0) {
      std::fputs("spinneret url: a URL or --jsonl is required\n", stderr);
      exit_status = kUsage;
    } else {
      exit_status = PrintOne(options->url, base->count() > 0 ? std::optional(options->base) : std::nullopt, rules);
    }
  });
}

}  // namespace spinneret::cli
