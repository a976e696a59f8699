// The An+B of :nth-child() and its like (CSS Syntax Level 3 §6).
#pragma once

#include <cstdint>
#include <optional>

#include "parser/selector_scanner.h"

namespace spinneret::internal {

struct AnPlusB {
  std::int64_t a = 0;  // both held within 32 bits
  std::int64_t b = 0;

  // Whether a·n + b is `number` for an n from 0.
  bool Includes(std::int64_t number) const {
    const std::int64_t offset = number - b;
    return a == 0 ? offset == 0 : offset % a == 0 && offset / a >= 0;
  }
};

// Nothing when none stands here; the scanner is then somewhere in what was tried.
std::optional<AnPlusB> TakeAnPlusB(SelectorScanner& scan);

}  // namespace spinneret::internal
