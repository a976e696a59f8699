#include "cli/json_lines.h"

#include <cstddef>
#include <cstdio>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "cli/exit_status.h"

namespace spinneret::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxLineBytes = std::size_t{64} << 20U;

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

json Answer(std::string& line, const JsonLinesAnswer& answer) {
  ReplaceLoneSurrogates(line);
  const json request = json::parse(line, nullptr, false);
  if (!request.is_object()) {
    return JsonError("not a JSON object");
  }
  return answer(request);
}

}  // namespace

json JsonError(std::string_view message) {
  return json{{"error", message}};
}

const std::string* JsonText(const json& request, const char* member) {
  const auto found = request.find(member);
  return found == request.end() ? nullptr : found->get_ptr<const std::string*>();
}

int AnswerJsonLines(const JsonLinesAnswer& answer) {
  std::string line;
  for (;;) {
    const LineEnd end = ReadLine(stdin, line);
    if (end == LineEnd::kEndOfInput) {
      return std::ferror(stdin) != 0 ? kNothingFetched : kDone;
    }
    const json reply = end == LineEnd::kTooLong ? JsonError("the line is over 64 MiB") : Answer(line, answer);
    const std::string text = reply.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
      return kNothingFetched;  // nobody reads any more
    }
  }
}

}  // namespace spinneret::cli
