// SeedListReader: a seed list read a line at a time, never loaded whole.
//
// Format    one URL a line; '#' begins a comment line; after the URL optional tab-separated key=value: depth=N (link
//           hops to follow from this seed, in place of -d), tag=TEXT (kept in urls.tag). UTF-8 BOM, CRLF and blank
//           lines are accepted; a line has at most 64 KiB.
// Errors    a bad line is a value with its line number and reason; reading goes on behind it.
// Position  position() is the byte behind the last line returned: a resumed crawl goes on there.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "parser/url.h"

namespace spinneret {

struct SeedLine {
  std::uint64_t line = 0;
  std::optional<Url> url;              // empty: `error` says why
  std::optional<std::uint16_t> depth;  // link hops to follow
  std::string tag;
  std::string error;
};

// One line's text, without its end. Nothing for a blank line or a comment.
std::optional<SeedLine> ParseSeedLine(std::string_view text);

// A seed as people write it: with a scheme a URL, else `https://` is put before it. Nothing when it is not http(s) or
// not a URL; `reason` says which.
std::optional<Url> ParseSeedUrl(std::string_view text, std::string& reason);

class SeedListReader {
 public:
  // `path` "-" is stdin. `position` and `line` as an earlier reader of the same file left them.
  static Result<SeedListReader> Open(const std::string& path, std::uint64_t position = 0, std::uint64_t line = 0);

  // The next seed or bad line; nothing at the end of the file. A read error is an Error.
  Result<std::optional<SeedLine>> Next();

  std::uint64_t position() const { return position_; }
  std::uint64_t line() const { return line_; }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const {
      if (file != stdin) {
        std::fclose(file);
      }
    }
  };
  SeedListReader(std::FILE* file, std::string path) : file_(file), path_(std::move(path)) {}

  std::unique_ptr<std::FILE, CloseFile> file_;
  std::string path_;
  std::uint64_t position_ = 0;
  std::uint64_t line_ = 0;
};

}  // namespace spinneret
