#include "parser/url_ip.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace spinneret::url_ip {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// The value of `c` in `radix`, or -1.
int DigitValue(char c, unsigned radix) {
  int value = -1;
  if (IsDigit(c)) {
    value = c - '0';
  } else if (c >= 'a' && c <= 'f') {
    value = c - 'a' + 10;
  } else if (c >= 'A' && c <= 'F') {
    value = c - 'A' + 10;
  }
  return value < static_cast<int>(radix) ? value : -1;
}

// Above every value that an address can hold: numbers of any length stay here once they have reached it.
constexpr std::uint64_t kTooLarge = std::uint64_t{1} << 32U;

std::optional<std::uint64_t> ParseIpv4Number(std::string_view text) {
  if (text.empty()) {
    return std::nullopt;
  }
  unsigned radix = 10;
  if (text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    radix = 16;
    text.remove_prefix(2);
  } else if (text.size() >= 2 && text[0] == '0') {
    radix = 8;
    text.remove_prefix(1);
  }
  std::uint64_t number = 0;  // "0x" alone is 0
  for (const char c : text) {
    const int digit = DigitValue(c, radix);
    if (digit < 0) {
      return std::nullopt;
    }
    number = std::min(number * radix + static_cast<unsigned>(digit), kTooLarge);
  }
  return number;
}

void AppendNumber(unsigned number, int radix, std::string& out) {
  char buffer[16];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, radix).ptr;
  out.append(buffer, static_cast<std::size_t>(end - buffer));
}

// The dotted end of an IPv6 address: exactly four decimal parts without leading zeros.
std::optional<std::uint32_t> ParseDottedEnd(std::string_view text) {
  std::uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (text.empty() || text[0] != '.') {
        return std::nullopt;
      }
      text.remove_prefix(1);
    }
    unsigned value = 0;
    std::size_t digits = 0;
    while (digits < text.size() && IsDigit(text[digits])) {
      if (digits > 0 && value == 0) {
        return std::nullopt;
      }
      value = value * 10 + static_cast<unsigned>(text[digits] - '0');
      if (value > 255) {
        return std::nullopt;
      }
      ++digits;
    }
    if (digits == 0) {
      return std::nullopt;
    }
    text.remove_prefix(digits);
    address = address * 256 + value;
  }
  if (!text.empty()) {
    return std::nullopt;
  }
  return address;
}

}  // namespace

bool EndsInNumber(std::string_view text) {
  if (text.ends_with('.')) {
    text.remove_suffix(1);
  }
  const std::string_view last = text.substr(text.rfind('.') + 1);  // npos + 1 is 0
  if (last.empty() || !IsDigit(last[0])) {
    return false;
  }
  return std::all_of(last.begin(), last.end(), IsDigit) || ParseIpv4Number(last).has_value();
}

std::optional<std::uint32_t> ParseIpv4(std::string_view text) {
  if (text.ends_with('.')) {
    text.remove_suffix(1);
  }
  std::uint64_t address = 0;
  for (unsigned part = 0; part < 4; ++part) {
    const std::size_t dot = text.find('.');
    const std::optional<std::uint64_t> number = ParseIpv4Number(text.substr(0, dot));
    if (!number) {
      return std::nullopt;
    }
    if (dot == std::string_view::npos) {
      const std::uint64_t room = kTooLarge >> (8 * part);
      if (*number >= room) {
        return std::nullopt;
      }
      return static_cast<std::uint32_t>(address + *number);
    }
    if (*number > 255) {
      return std::nullopt;
    }
    address += *number << (8 * (3 - part));
    text.remove_prefix(dot + 1);
  }
  return std::nullopt;  // a fifth part
}

void AppendIpv4(std::uint32_t address, std::string& out) {
  for (unsigned shift = 24;; shift -= 8) {
    AppendNumber((address >> shift) & 0xFFU, 10, out);
    if (shift == 0) {
      return;
    }
    out.push_back('.');
  }
}

std::optional<Ipv6Pieces> ParseIpv6(std::string_view text) {
  Ipv6Pieces pieces{};
  std::size_t count = 0;
  std::optional<std::size_t> compress;  // the piece after the zero that "::" stands for at least
  if (text.starts_with(':')) {
    if (!text.starts_with("::")) {
      return std::nullopt;
    }
    text.remove_prefix(2);
    count = 1;
    compress = count;
  }
  while (!text.empty()) {
    if (count == pieces.size()) {
      return std::nullopt;
    }
    if (text[0] == ':') {
      if (compress) {
        return std::nullopt;
      }
      text.remove_prefix(1);
      ++count;
      compress = count;
      continue;
    }
    unsigned value = 0;
    std::size_t digits = 0;
    while (digits < 4 && digits < text.size() && DigitValue(text[digits], 16) >= 0) {
      value = value * 16 + static_cast<unsigned>(DigitValue(text[digits], 16));
      ++digits;
    }
    if (digits < text.size() && text[digits] == '.') {
      const std::optional<std::uint32_t> dotted = ParseDottedEnd(text);
      if (!dotted || count > pieces.size() - 2) {
        return std::nullopt;
      }
      pieces[count] = static_cast<std::uint16_t>(*dotted >> 16U);
      pieces[count + 1] = static_cast<std::uint16_t>(*dotted & 0xFFFFU);
      count += 2;
      break;
    }
    text.remove_prefix(digits);
    if (!text.empty()) {
      // A piece goes on to the next one by a colon; a colon at the very end is only right as part of "::".
      if (text[0] != ':' || text.size() == 1) {
        return std::nullopt;
      }
      text.remove_prefix(1);
    }
    pieces[count] = static_cast<std::uint16_t>(value);
    ++count;
  }
  if (compress) {
    std::rotate(pieces.begin() + static_cast<std::ptrdiff_t>(*compress),
                pieces.begin() + static_cast<std::ptrdiff_t>(count), pieces.end());
  } else if (count != pieces.size()) {
    return std::nullopt;
  }
  return pieces;
}

void AppendIpv6(const Ipv6Pieces& pieces, std::string& out) {
  std::size_t longest_start = pieces.size();
  std::size_t longest = 1;
  for (std::size_t i = 0; i < pieces.size();) {
    std::size_t end = i;
    while (end < pieces.size() && pieces[end] == 0) {
      ++end;
    }
    if (end - i > longest) {
      longest_start = i;
      longest = end - i;
    }
    i = std::max(end, i + 1);
  }
  for (std::size_t i = 0; i < pieces.size();) {
    if (i == longest_start) {
      out.append(i == 0 ? "::" : ":");
      i += longest;
      continue;
    }
    AppendNumber(pieces[i], 16, out);
    ++i;
    if (i < pieces.size()) {
      out.push_back(':');
    }
  }
}

}  // namespace spinneret::url_ip
