// SortedLines: any number of lines, given back in the order of their bytes. What does not fit into memory lies in a
// temporary file of SQLite's, which is gone with the object.
//
// Memory  about 16 MiB.
// Errors  the first one is kept and comes from ForEach.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace spinneret {

class SortedLines {
 public:
  static Result<std::unique_ptr<SortedLines>> Open();
  virtual ~SortedLines() = default;

  virtual void Add(std::string_view line) = 0;
  // False from `visit` stops.
  virtual Result<void> ForEach(const std::function<bool(std::string_view)>& visit) = 0;
};

}  // namespace spinneret
