// [name], [name=value i] and their like (Selectors Level 4 §6). For selector_parser.cc.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "parser/selector_scanner.h"
#include "parser/selector_syntax.h"

namespace spinneret::internal {

// Why a selector cannot be read, and at which byte.
struct SelectorFault {
  std::size_t at = 0;
  std::string message;
};

// From the '[' that stands here to after its ']'. `simple` is a kAttribute.
std::optional<SelectorFault> TakeAttribute(SelectorScanner& scan, Simple& simple);

}  // namespace spinneret::internal
