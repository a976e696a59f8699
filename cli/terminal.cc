#include "cli/terminal.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unicode/uchar.h>
#include <unistd.h>

#include "base/printable.h"

namespace spinneret::cli {
namespace {

constexpr UChar32 kZeroWidthNonJoiner = 0x200C;
constexpr UChar32 kZeroWidthJoiner = 0x200D;

// The code point at `at`, which moves past it; -1 and one byte further for what is not the form of a sequence.
UChar32 Next(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<std::uint32_t>(static_cast<unsigned char>(text[at++]));
  if (lead < 0x80) {
    return static_cast<UChar32>(lead);
  }
  const std::size_t more = lead >= 0xF0 && lead < 0xF8 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  if (more == 0 || lead >= 0xF8 || text.size() - at < more) {
    return -1;
  }
  std::uint32_t c = lead & (0x3FU >> more);
  for (std::size_t i = 0; i < more; ++i) {
    const auto byte = static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i]));
    if ((byte & 0xC0U) != 0x80) {
      return -1;
    }
    c = (c << 6U) | (byte & 0x3FU);
  }
  at += more;
  return static_cast<UChar32>(c);
}

int CharWidth(UChar32 c) {
  if (c < 0) {
    return 1;
  }
  if (c < 0x300) {
    return 1;
  }
  switch (u_charType(c)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_FORMAT_CHAR:
      return 0;
    default:
      break;
  }
  const int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_FULLWIDTH || width == U_EA_WIDE ? 2 : 1;
}

}  // namespace

bool IsTerminal(int fd) {
  return isatty(fd) == 1;
}

TerminalSize SizeOfTerminal(int fd) {
  TerminalSize size;
  winsize said{};
  if (ioctl(fd, TIOCGWINSZ, &said) == 0) {
    size.columns = said.ws_col > 0 ? said.ws_col : size.columns;
    size.rows = said.ws_row > 0 ? said.ws_row : size.rows;
  }
  return size;
}

int TerminalWidth(int fd) {
  return SizeOfTerminal(fd).columns;
}

bool IsUtf8Locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') {
      continue;
    }
    std::string lower(value);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
  }
  return false;
}

int DisplayWidth(std::string_view text) {
  int width = 0;
  for (std::size_t at = 0; at < text.size();) {
    width += CharWidth(Next(text, at));
  }
  return width;
}

std::string FitWidth(std::string_view text, int columns, std::string_view ellipsis) {
  if (columns <= 0) {
    return {};
  }
  const int room = columns - DisplayWidth(ellipsis);
  int width = 0;
  std::size_t cut = 0;  // where the ellipsis would stand
  for (std::size_t at = 0; at < text.size();) {
    width += CharWidth(Next(text, at));
    if (width <= room) {
      cut = at;
    }
    if (width > columns) {
      std::string out(text.substr(0, cut));
      if (room >= 0) {
        out += ellipsis;
      }
      return out;
    }
  }
  return std::string(text);
}

std::string TerminalText(std::string_view text) {
  const std::string printable = Printable(text);
  std::string out;
  out.reserve(printable.size());
  for (std::size_t at = 0; at < printable.size();) {
    const std::size_t begin = at;
    const UChar32 c = Next(printable, at);
    const auto type = c < 0x80 ? U_UPPERCASE_LETTER : static_cast<UCharCategory>(u_charType(c));
    // The joiners are part of how some scripts and emoji are written.
    const bool joiner = c == kZeroWidthJoiner || c == kZeroWidthNonJoiner;
    if ((type == U_FORMAT_CHAR && !joiner) || type == U_LINE_SEPARATOR || type == U_PARAGRAPH_SEPARATOR) {
      out += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(c));
    } else {
      out.append(printable, begin, at - begin);
    }
  }
  return out;
}

}  // namespace spinneret::cli
