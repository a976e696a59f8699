#include "cli/base64.h"

#include <cstdint>

namespace spinneret::cli {
namespace {

// The six bits that a character stands for; negative: none.
int SixBits(char c) {
  if (c >= 'A' && c <= 'Z') {
    return c - 'A';
  }
  if (c >= 'a' && c <= 'z') {
    return c - 'a' + 26;
  }
  if (c >= '0' && c <= '9') {
    return c - '0' + 52;
  }
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

}  // namespace

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      continue;
    }
    if (c == '=') {
      ++padding;
      continue;
    }
    const int value = SixBits(c);
    if (value < 0 || padding != 0) {
      return std::nullopt;
    }
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    if (++digits % 4 == 0) {
      bytes += static_cast<char>((bits >> 16U) & 0xFFU);
      bytes += static_cast<char>((bits >> 8U) & 0xFFU);
      bytes += static_cast<char>(bits & 0xFFU);
    }
  }
  const std::size_t rest = digits % 4;
  if (rest == 1 || (padding != 0 && rest + padding != 4)) {
    return std::nullopt;
  }
  if (rest >= 2) {
    bits <<= 6U * (4 - static_cast<std::uint32_t>(rest));
    bytes += static_cast<char>((bits >> 16U) & 0xFFU);
    if (rest == 3) {
      bytes += static_cast<char>((bits >> 8U) & 0xFFU);
    }
  }
  return bytes;
}

std::string EncodeBase64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = (bits << 8U) | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += at + i <= bytes.size() ? kDigits[bits >> (18 - 6 * i) & 63U] : '=';
    }
  }
  return text;
}

}  // namespace spinneret::cli
