// spinneret extract: what a page holds, for one page on the command line or for many as JSON Lines.
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/printable.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/extract_page.h"
#include "cli/failure.h"
#include "cli/json_lines.h"
#include "cli/option_kinds.h"
#include "cli/standard_output.h"
#include "parser/encoding.h"

namespace spinneret::cli {
namespace {

using nlohmann::json;

// A page larger than this is not one.
constexpr std::size_t kMaxPageBytes = std::size_t{256} << 20U;

// --- JSON Lines ---

// Selectors that were asked for, by their text: the same few come with every line.
class SelectorCache {
 public:
  const Result<Selector>& Get(const std::string& text) {
    if (compiled_.size() > kKept) {
      compiled_.clear();
    }
    return compiled_.try_emplace(text, Selector::Compile(text)).first->second;
  }

 private:
  static constexpr std::size_t kKept = 1000;
  std::unordered_map<std::string, Result<Selector>> compiled_;
};

class LineExtractor {
 public:
  json Answer(const json& request) {
    const std::string* const html = JsonText(request, "html");
    if (html == nullptr) {
      return JsonError("\"html\" is missing or not a string");
    }
    const std::string* const url_text = JsonText(request, "url");
    const std::optional<Url> url = url_text == nullptr ? std::nullopt : Url::Parse(*url_text);
    if (!url) {
      return JsonError("\"url\" is missing or not an absolute URL");
    }
    const auto select = request.find("select");
    const bool is_given = select != request.end() && !select->is_null();
    if (is_given && !select->is_object()) {
      return JsonError("\"select\" is not an object");
    }
    page_.Read(*html, *url);
    json answer = page_.Everything();
    json fields = json::object();
    json errors = json::object();
    if (is_given) {
      for (const auto& [name, selector] : select->items()) {
        AddField(name, selector, fields, errors);
      }
    }
    answer["fields"] = std::move(fields);
    if (!errors.empty()) {
      answer["errors"] = std::move(errors);
    }
    return answer;
  }

 private:
  void AddField(const std::string& name, const json& selector, json& fields, json& errors) {
    const auto* const text = selector.get_ptr<const std::string*>();
    if (text == nullptr) {
      errors[name] = "not a string";
      return;
    }
    const Result<Selector>& compiled = selectors_.Get(*text);
    if (!compiled) {
      errors[name] = compiled.error().message;
      return;
    }
    FieldValues found = page_.Values(*compiled);
    fields[name] = std::move(found.values);
    if (found.cut) {
      errors[name] = CutMessage();
    }
  }

  PageExtractor page_;
  SelectorCache selectors_;
};

// --- one page, for people ---

struct ExtractFlags {
  std::string source;
  std::string base;
  std::vector<std::string> selects;
  bool jsonl = false;
};

struct NamedSelector {
  std::string name;  // empty: its values are printed as they are
  Selector selector;
};

bool MayStandInName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// NAME=CSS, or CSS alone: "a[href=x]" has no name, because a bracket comes before its '='.
Result<NamedSelector> ReadSelect(const std::string& text) {
  std::size_t name_size = 0;
  while (name_size < text.size() && MayStandInName(text[name_size])) {
    ++name_size;
  }
  const bool has_name = name_size > 0 && name_size < text.size() && text[name_size] == '=';
  const std::string css = has_name ? text.substr(name_size + 1) : text;
  Result<Selector> selector = Selector::Compile(css);
  if (!selector) {
    return Err(ErrorCode::kInvalidArgument,
               fmt::format("--select {}: {}", Printable(text), Printable(selector.error().message)));
  }
  return NamedSelector{has_name ? text.substr(0, name_size) : "", std::move(selector).value()};
}

Result<std::string> ReadPage(const std::string& source) {
  const bool is_stdin = source == "-";
  std::FILE* const file = is_stdin ? stdin : std::fopen(source.c_str(), "rb");
  if (file == nullptr && source.find("://") != std::string::npos) {
    return Err(
        ErrorCode::kInvalidArgument,
        fmt::format("{}: not a file; extract reads files and stdin, and --base gives their URL", Printable(source)));
  }
  if (file == nullptr) {
    return Err(ErrorCode::kNotFound, fmt::format("{}: {}", Printable(source), std::strerror(errno)));
  }
  std::string bytes;
  std::vector<char> buffer(std::size_t{64} << 10U);
  std::size_t got = 0;
  while (bytes.size() <= kMaxPageBytes && (got = std::fread(buffer.data(), 1, buffer.size(), file)) > 0) {
    bytes.append(buffer.data(), got);
  }
  const bool failed = std::ferror(file) != 0;
  const int error = errno;
  if (!is_stdin) {
    std::fclose(file);
  }
  if (failed) {
    return Err(ErrorCode::kSystem, fmt::format("{}: {}", Printable(source), std::strerror(error)));
  }
  if (bytes.size() > kMaxPageBytes) {
    return Err(ErrorCode::kInvalidArgument, fmt::format("{}: over 256 MiB; is it a page?", Printable(source)));
  }
  return bytes;
}

// What relative links of a page start from that came without a URL: a file's own, so that they lead nowhere else.
Url UrlOfSource(const std::string& source) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(source, error);
  std::optional<Url> url;
  if (source != "-" && !error) {
    url = Url::Parse("file://" + path.string());
  }
  return url ? *url : *Url::Parse("about:blank");
}

std::string Pretty(const json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

// A value on a line of its own.
std::string OneLine(std::string value) {
  for (char& c : value) {
    c = c == '\n' || c == '\r' ? ' ' : c;
  }
  return value + "\n";
}

void WriteSelected(const PageExtractor& page, const std::vector<NamedSelector>& selectors, StandardOutput& output) {
  json named = json::object();
  for (const NamedSelector& field : selectors) {
    FieldValues found = page.Values(field.selector);
    if (found.cut) {
      Log(LogLevel::kWarning, fmt::format("{}: {}", Printable(field.selector.text()), CutMessage()));
    }
    if (!field.name.empty()) {
      named[field.name] = std::move(found.values);
      continue;
    }
    for (std::string& value : found.values) {
      output.Write(OneLine(std::move(value)));
    }
  }
  if (!named.empty()) {
    output.Write(Pretty(named));
  }
}

int ExtractOne(const ExtractFlags& flags) {
  std::vector<NamedSelector> selectors;
  for (const std::string& text : flags.selects) {
    Result<NamedSelector> read = ReadSelect(text);
    if (!read) {
      return UsageFailure(read.error().message);
    }
    selectors.push_back(std::move(read).value());
  }
  std::optional<Url> url = flags.base.empty() ? UrlOfSource(flags.source) : Url::Parse(flags.base);
  if (!url) {
    return UsageFailure("--base is not an absolute URL");
  }
  const Result<std::string> bytes = ReadPage(flags.source);
  if (!bytes) {
    return Fail(bytes.error());
  }
  DecodedText decoded;
  DecodeHtml(*bytes, "", decoded);
  PageExtractor page;
  page.Read(decoded.text, *url);
  StandardOutput output;
  if (selectors.empty()) {
    output.Write(Pretty(page.Everything()));
  } else {
    WriteSelected(page, selectors, output);
  }
  return output.Finish();
}

}  // namespace

void AddExtractCommand(CLI::App& app, int& exit_status) {
  auto flags = std::make_shared<ExtractFlags>();
  CLI::App* command = app.add_subcommand("extract", "Show what a page holds: links, fields, structured data");
  CLI::Option* source = command->add_option("FILE", flags->source, "An HTML file, or - for stdin")->type_name("");
  CLI::Option* select =
      AddListOption(*command, "--select", "[NAME=]CSS", flags->selects,
                    "Show what this selector finds, and nothing else: a value a line, or under NAME in a JSON object. "
                    "::text, ::attr(name) and ::html say what of an element. Repeatable");
  CLI::Option* base =
      command->add_option("--base", flags->base, "The page's URL, which relative links start from")->type_name("URL");
  CLI::Option* jsonl = command->add_flag("--jsonl", flags->jsonl,
                                         "Read {\"html\", \"url\", \"select\": {field: selector}} lines, write what "
                                         "each page holds, or {\"error\"}, as a line");
  jsonl->excludes(source)->excludes(select)->excludes(base);
  command->callback([flags, source, &exit_status] {
    if (flags->jsonl) {
      LineExtractor extractor;
      exit_status = AnswerJsonLines([&extractor](const json& request) { return extractor.Answer(request); });
    } else if (source->count() == 0) {
      exit_status = UsageFailure("extract needs a page: a FILE, - for stdin, or --jsonl");
    } else {
      exit_status = ExtractOne(*flags);
    }
  });
}

}  // namespace spinneret::cli
