// spinneret decode: in which encoding a page is, and its text, for a file on the command line or for many as JSON Lines.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/printable.h"
#include "cli/base64.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/json_lines.h"
#include "cli/option_kinds.h"
#include "cli/standard_output.h"
#include "cli/terminal.h"
#include "parser/encoding.h"

namespace spinneret::cli {
namespace {

using nlohmann::json;

// --- a file, for people ---

struct DecodeOptions {
  std::string file;
  std::string content_type;
  bool jsonl = false;
};

const char* Reason(EncodingSource source) {
  switch (source) {
    case EncodingSource::kBom:
      return "its byte order mark says so";
    case EncodingSource::kContentType:
      return "the content type says so";
    case EncodingSource::kMeta:
      return "a meta element says so";
    case EncodingSource::kXmlDeclaration:
      return "its XML declaration says so";
    case EncodingSource::kValidUtf8:
      return "nothing says so, but it is well-formed";
    case EncodingSource::kDetected:
      return "nothing says so, but it looks like it";
    case EncodingSource::kDefault:
      return "nothing says so: the default";
  }
  return "";
}

// Nothing when it cannot be read, with errno set.
std::optional<std::string> ReadWhole(const std::string& file) {
  struct Close {
    void operator()(std::FILE* opened) const { std::fclose(opened); }
  };
  std::unique_ptr<std::FILE, Close> opened;
  std::FILE* in = stdin;
  if (file != "-") {
    opened.reset(std::fopen(file.c_str(), "rb"));
    in = opened.get();
  }
  if (in == nullptr) {
    return std::nullopt;
  }
  std::string bytes;
  std::string portion(std::size_t{64} * 1024, '\0');
  std::size_t got = 0;
  while ((got = std::fread(portion.data(), 1, portion.size(), in)) > 0) {
    bytes.append(portion, 0, got);
  }
  return std::ferror(in) != 0 ? std::nullopt : std::optional(std::move(bytes));
}

// To a file as it is; to a terminal without what would command it.
void WriteText(std::string_view text, StandardOutput& out) {
  if (!IsTerminal(STDOUT_FILENO)) {
    out.Write(text);
    return;
  }
  while (!text.empty()) {
    const std::string_view line = text.substr(0, std::min(text.size(), text.find('\n')));
    if (!out.Write(Printable(line)) || !out.Write("\n")) {
      return;
    }
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
}

// The text goes to stdout, what is known about it to stderr.
int PrintFile(const DecodeOptions& options) {
  const std::optional<std::string> bytes = ReadWhole(options.file);
  if (!bytes) {
    return UsageFailure(fmt::format("{} cannot be read: {}", Printable(options.file), std::strerror(errno)));
  }
  DecodedText decoded;
  DecodeHtml(*bytes, options.content_type, decoded);
  fmt::print(stderr, "{:<9} {}\n{:<9} {}\n{:<9} {} in, {} of UTF-8 out\n", "encoding", decoded.encoding, "because",
             Reason(decoded.source), "bytes", bytes->size(), decoded.text.size());
  StandardOutput out;
  WriteText(decoded.text, out);
  return out.Finish();
}

// --- JSON Lines ---

json AnswerLine(const json& request) {
  const std::string* const base64 = JsonText(request, "bytes_base64");
  if (base64 == nullptr) {
    return JsonError("\"bytes_base64\" is missing or not a string");
  }
  const std::optional<std::string> bytes = DecodeBase64(*base64);
  if (!bytes) {
    return JsonError("\"bytes_base64\" is not base64");
  }
  std::string_view content_type;
  if (const auto given = request.find("content_type"); given != request.end() && !given->is_null()) {
    const std::string* const text = JsonText(request, "content_type");
    if (text == nullptr) {
      return JsonError("\"content_type\" is not a string");
    }
    content_type = *text;
  }
  DecodedText decoded;
  DecodeHtml(*bytes, content_type, decoded);
  return json{{"encoding", decoded.encoding}, {"text", decoded.text}};
}

}  // namespace

void AddDecodeCommand(CLI::App& app, int& exit_status) {
  auto options = std::make_shared<DecodeOptions>();
  CLI::App* command = app.add_subcommand("decode", "Show in which encoding a page is, and its text as UTF-8");
  CLI::Option* file = command->add_option("FILE", options->file, "A page as it was sent; - is stdin")->type_name("");
  CLI::Option* content_type = AddTextOption(*command, "--content-type", "VALUE", options->content_type,
                                            "The Content-Type header it came with, as \"text/html; charset=big5\"");
  CLI::Option* jsonl = command->add_flag(
      "--jsonl", options->jsonl,
      "Read {\"bytes_base64\", \"content_type\"?} lines, write {\"encoding\", \"text\"} or {\"error\"} "
      "lines");
  jsonl->excludes(file)->excludes(content_type);
  command->footer(
      "Example:\n  spinneret decode page.html > page.utf8.html\n\n"
      "The text goes to stdout; the encoding, and why it is that one, to stderr.");
  command->callback([options, file, &exit_status] {
    if (options->jsonl) {
      exit_status = AnswerJsonLines(AnswerLine);
    } else if (file->count() == 0) {
      exit_status = UsageFailure("nothing to read: name a file, as in `spinneret decode page.html`, or give --jsonl");
    } else {
      exit_status = PrintFile(*options);
    }
  });
}

}  // namespace spinneret::cli
