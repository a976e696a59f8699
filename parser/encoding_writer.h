// How the decoders look at bytes and write UTF-8. For encoding.cc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace spinneret::internal {

inline constexpr std::string_view kReplacementText = "\xEF\xBF\xBD";

inline std::uint8_t ByteAt(std::string_view bytes, std::size_t i) {
  return static_cast<std::uint8_t>(bytes[i]);
}

inline bool IsBetween(std::uint8_t byte, unsigned low, unsigned high) {
  return byte >= low && byte <= high;
}

// How many bytes at `from` are ASCII, looked at eight at a time.
inline std::size_t AsciiRun(std::string_view bytes, std::size_t from) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::size_t i = from;
  while (i + 8 <= bytes.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);
    if ((word & kHighBits) != 0) {
      break;
    }
    i += 8;
  }
  while (i < bytes.size() && ByteAt(bytes, i) < 0x80U) {
    ++i;
  }
  return i - from;
}

// Writes one to four bytes and returns how many. `c` is a scalar value.
inline std::size_t PutUtf8(std::uint32_t c, char* out) {
  if (c < 0x80) {
    out[0] = static_cast<char>(c);
    return 1;
  }
  if (c < 0x800) {
    out[0] = static_cast<char>(0xC0U | (c >> 6U));
    out[1] = static_cast<char>(0x80U | (c & 0x3FU));
    return 2;
  }
  if (c < 0x10000) {
    out[0] = static_cast<char>(0xE0U | (c >> 12U));
    out[1] = static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
    out[2] = static_cast<char>(0x80U | (c & 0x3FU));
    return 3;
  }
  out[0] = static_cast<char>(0xF0U | (c >> 18U));
  out[1] = static_cast<char>(0x80U | ((c >> 12U) & 0x3FU));
  out[2] = static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
  out[3] = static_cast<char>(0x80U | (c & 0x3FU));
  return 4;
}

// Appends to a string by way of a buffer: single characters cost a store each and no look at the string's capacity.
// What was written is in the string when the writer is gone.
class Utf8Writer {
 public:
  explicit Utf8Writer(std::string& out) : out_(out) {}
  ~Utf8Writer() { Flush(); }
  Utf8Writer(const Utf8Writer&) = delete;
  Utf8Writer& operator=(const Utf8Writer&) = delete;

  void Append(std::string_view text) {
    if (text.size() > buffer_.size() - size_) {
      Flush();
      if (text.size() > buffer_.size()) {
        out_.append(text);
        return;
      }
    }
    std::memcpy(buffer_.data() + size_, text.data(), text.size());
    size_ += text.size();
  }

  // The first `size` of four bytes.
  void AppendCharacter(const std::array<char, 4>& utf8, std::size_t size) {
    MakeRoom();
    std::memcpy(buffer_.data() + size_, utf8.data(), utf8.size());
    size_ += size;
  }

  void AppendCodePoint(std::uint32_t c) {
    MakeRoom();
    size_ += PutUtf8(c, buffer_.data() + size_);
  }

  void AppendError() { AppendCodePoint(0xFFFD); }

 private:
  void MakeRoom() {
    if (buffer_.size() - size_ < 4) {
      Flush();
    }
  }
  void Flush() {
    out_.append(buffer_.data(), size_);
    size_ = 0;
  }

  std::string& out_;
  std::size_t size_ = 0;
  std::array<char, 4096> buffer_;  // not initialised: only what was written is read
};

}  // namespace spinneret::internal
