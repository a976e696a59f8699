#include "parser/selector_nth.h"

#include <algorithm>
#include <limits>

#include "parser/html_text.h"

namespace spinneret::internal {
namespace {

bool AtDigit(const SelectorScanner& scan) {
  return scan.Peek() >= '0' && scan.Peek() <= '9';
}

// Nothing when there are none.
std::optional<std::int64_t> TakeDigits(SelectorScanner& scan) {
  if (!AtDigit(scan)) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  while (AtDigit(scan)) {
    value = std::min<std::int64_t>(value * 10 + (scan.Peek() - '0'), std::numeric_limits<std::int32_t>::max());
    scan.MoveTo(scan.at() + 1);
  }
  return value;
}

}  // namespace

std::optional<AnPlusB> TakeAnPlusB(SelectorScanner& scan) {
  if (scan.TakeKeyword("odd")) {
    return AnPlusB{2, 1};
  }
  if (scan.TakeKeyword("even")) {
    return AnPlusB{2, 0};
  }
  const std::int64_t sign = scan.Take('-') ? -1 : 1;
  if (sign == 1) {
    scan.Take('+');
  }
  const std::optional<std::int64_t> digits = TakeDigits(scan);
  if (LowerAscii(scan.Peek()) != 'n') {
    return digits && !scan.NameBegins() ? std::optional(AnPlusB{0, sign * *digits}) : std::nullopt;
  }
  scan.MoveTo(scan.at() + 1);
  AnPlusB nth{sign * digits.value_or(1), 0};
  // "n-1" is one token and "n - 1" three; nothing else may stand between n and what is added.
  const std::size_t after_n = scan.at();
  scan.SkipSpace();
  const bool minus = scan.Peek() == '-';
  if (!minus && scan.Peek() != '+') {
    scan.MoveTo(after_n);
    return scan.NameBegins() || AtDigit(scan) ? std::nullopt : std::optional(nth);
  }
  scan.MoveTo(scan.at() + 1);
  scan.SkipSpace();
  const std::optional<std::int64_t> added = TakeDigits(scan);
  if (!added || scan.NameBegins()) {
    return std::nullopt;
  }
  nth.b = minus ? -*added : *added;
  return nth;
}

}  // namespace spinneret::internal
