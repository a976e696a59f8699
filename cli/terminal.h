// What the program knows of the terminal it writes to, and how wide text is on it.
#pragma once

#include <string>
#include <string_view>

namespace spinneret::cli {

bool IsTerminal(int fd);
struct TerminalSize {
  int columns = 80;
  int rows = 24;
};
// Of the terminal behind `fd`; the above where nothing says.
TerminalSize SizeOfTerminal(int fd);
int TerminalWidth(int fd);  // its columns
// Whether the user's locale is UTF-8 (LC_ALL, LC_CTYPE, LANG): else signs are drawn with ASCII.
bool IsUtf8Locale();

// Columns that `text` takes: 2 for East Asian wide characters, 0 for combining ones. `text` is UTF-8 without control
// characters (base/printable.h); a malformed byte counts one.
int DisplayWidth(std::string_view text);
// The longest beginning of `text` of at most `columns`; where something is cut off, it ends with `ellipsis`.
std::string FitWidth(std::string_view text, int columns, std::string_view ellipsis);
// Printable(), and what reorders or hides text on a terminal (bidirectional controls, invisible format characters) as
// \u{…}.
std::string TerminalText(std::string_view text);

}  // namespace spinneret::cli
