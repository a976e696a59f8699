// spinneret url: how this program reads a URL, for one URL on the command line or for many as JSON Lines.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "parser/canonical_url.h"
#include "parser/url.h"

namespace spinneret::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxLineBytes = std::size_t{64} << 20U;

// --- one URL, for people ---

std::string NumberText(std::uint16_t number) {
  return std::to_string(number);
}

void PrintComponent(const char* name, std::string_view value) {
  std::printf("%-10s %.*s\n", name, static_cast<int>(value.size()), value.data());
}

void PrintUrl(const Url& url) {
  PrintComponent("href", url.href());
  PrintComponent("canonical", CanonicalKey(url));
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

int PrintOne(const std::string& text, const std::optional<std::string>& base_text) {
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
  PrintUrl(*url);
  return kDone;
}

// --- JSON Lines ---

enum class LineEnd { kMore, kTooLong, kEndOfInput };

// Reads up to the next line feed. A line over the limit is read to its end and not kept.
LineEnd ReadLine(std::FILE* in, std::string& line) {
  line.clear();
  bool too_long = false;
  for (int c = std::getc(in); c != '\n'; c = std::getc(in)) {
    if (c == EOF) {
      if (line.empty() && !too_long) {
        return LineEnd::kEndOfInput;
      }
      break;
    }
    if (line.size() == kMaxLineBytes) {
      too_long = true;
    } else {
      line.push_back(static_cast<char>(c));
    }
  }
  return too_long ? LineEnd::kTooLong : LineEnd::kMore;
}

// The value of the "\uXXXX" at `at`, or nothing.
std::optional<unsigned> EscapedUnit(std::string_view text, std::size_t at) {
  if (text.size() < at + 6 || text[at] != '\\' || text[at + 1] != 'u') {
    return std::nullopt;
  }
  unsigned value = 0;
  for (const char c : text.substr(at + 2, 4)) {
    unsigned digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<unsigned>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<unsigned>(c - 'a') + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<unsigned>(c - 'A') + 10;
    } else {
      return std::nullopt;
    }
    value = value * 16 + digit;
  }
  return value;
}

// JSON from a browser's strings may hold half of a surrogate pair, which JSON libraries refuse. The URL standard takes
// scalar values only, where such a half is U+FFFD.
void ReplaceLoneSurrogates(std::string& line) {
  for (std::size_t i = line.find('\\'); i != std::string::npos; i = line.find('\\', i)) {
    const std::optional<unsigned> unit = EscapedUnit(line, i);
    if (!unit) {
      i += 2;  // "\\" and the other short escapes
      continue;
    }
    if (*unit >= 0xD800 && *unit <= 0xDBFF) {
      const std::optional<unsigned> next = EscapedUnit(line, i + 6);
      if (next && *next >= 0xDC00 && *next <= 0xDFFF) {
        i += 12;
        continue;
      }
    }
    if (*unit >= 0xD800 && *unit <= 0xDFFF) {
      line.replace(i + 2, 4, "FFFD");
    }
    i += 6;
  }
}

json ErrorLine(const char* message) {
  return json{{"error", message}};
}

json AnswerLine(std::string& line) {
  ReplaceLoneSurrogates(line);
  const json request = json::parse(line, nullptr, false);
  if (!request.is_object()) {
    return ErrorLine("not a JSON object");
  }
  const auto text = request.find("url");
  if (text == request.end() || !text->is_string()) {
    return ErrorLine("\"url\" is missing or not a string");
  }
  std::optional<Url> base;
  if (const auto base_text = request.find("base"); base_text != request.end() && !base_text->is_null()) {
    if (!base_text->is_string()) {
      return ErrorLine("\"base\" is not a string");
    }
    base = Url::Parse(base_text->get_ref<const std::string&>());
    if (!base) {
      return ErrorLine("the base is not an absolute URL");
    }
  }
  const std::optional<Url> url = Url::Parse(text->get_ref<const std::string&>(), base ? &*base : nullptr);
  if (!url) {
    return ErrorLine("not a URL");
  }
  return json{{"href", url->href()}, {"canonical", CanonicalKey(*url)}};
}

int AnswerLines() {
  std::string line;
  for (;;) {
    const LineEnd end = ReadLine(stdin, line);
    if (end == LineEnd::kEndOfInput) {
      return std::ferror(stdin) != 0 ? kNothingFetched : kDone;
    }
    const json answer = end == LineEnd::kTooLong ? ErrorLine("the line is over 64 MiB") : AnswerLine(line);
    const std::string text = answer.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
      return kNothingFetched;  // nobody reads any more
    }
  }
}

struct UrlOptions {
  std::string url;
  std::string base;
  bool jsonl = false;
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
  command->callback([options, url, base, &exit_status] {
    if (options->jsonl) {
      exit_status = AnswerLines();
    } else if (url->count() == 0) {
      std::fputs("spinneret url: a URL or --jsonl is required\n", stderr);
      exit_status = kUsage;
    } else {
      exit_status = PrintOne(options->url, base->count() > 0 ? std::optional(options->base) : std::nullopt);
    }
  });
}

}  // namespace spinneret::cli
