// The options that say which URLs are one, for the commands that crawl and those that show what a crawl would do.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "parser/canonical_url.h"

namespace spinneret::cli {

// Lists are split while the command line is read; `options` must live until then.
void AddCanonicalOptions(CLI::App& app, CanonicalOptions& options, const std::string& group);

}  // namespace spinneret::cli
