#include "parser/encoding_multi_byte.h"

#include <optional>

#include "parser/encoding_indexes.h"
#include "parser/encoding_writer.h"

namespace spinneret::internal {
namespace {

constexpr std::uint32_t kFirstHalfwidthKatakana = 0xFF61;

// What encodings whose characters are one or two bytes have in common. `Scheme` says the rest:
//   index()                 the characters of pointers
//   Single(byte)            the code point of a byte above 0x7F by itself, or nothing
//   IsLead(byte)            whether it begins a pair
//   Pointer(lead, trail)    of a pair, or nothing; within the index
//   Rare(writer, pointer)   writes what the index does not hold; false when there is nothing
//   Longer(...)             reads what begins as a pair and is longer, and returns its length; 0 when it is a pair
template <class Scheme>
void DecodePairs(const Scheme& scheme, std::string_view bytes, std::string& out) {
  const EncodingIndex& index = scheme.index();
  Utf8Writer writer(out);
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t run = AsciiRun(bytes, i);
    writer.Append(bytes.substr(i, run));
    i += run;
    // Characters of two bytes come in a row.
    while (i < bytes.size() && ByteAt(bytes, i) >= 0x80) {
      const std::uint8_t lead = ByteAt(bytes, i);
      if (!scheme.IsLead(lead)) {
        const std::optional<std::uint32_t> single = scheme.Single(lead);
        writer.AppendCodePoint(single ? *single : 0xFFFD);
        ++i;
        continue;
      }
      if (i + 1 == bytes.size()) {
        writer.AppendError();
        return;
      }
      const std::uint8_t trail = ByteAt(bytes, i + 1);
      if (const std::size_t length = scheme.Longer(writer, bytes.substr(i)); length != 0) {
        i += length;
        continue;
      }
      const std::optional<std::size_t> pointer = scheme.Pointer(lead, trail);
      if (pointer && index[*pointer]) {
        writer.AppendCharacter(index[*pointer].utf8, index[*pointer].size());
        i += 2;
      } else if (pointer && scheme.Rare(writer, *pointer)) {
        i += 2;
      } else {
        // An ASCII byte is given back, so that no broken character takes markup with it.
        writer.AppendError();
        i += trail < 0x80 ? 1 : 2;
      }
    }
  }
}

// The parts of a scheme that most have not.
struct PlainScheme {
  static std::optional<std::uint32_t> Single(std::uint8_t /*byte*/) { return std::nullopt; }
  static bool IsLead(std::uint8_t byte) { return IsBetween(byte, 0x81, 0xFE); }
  static bool Rare(Utf8Writer& /*writer*/, std::size_t /*pointer*/) { return false; }
  static std::size_t Longer(Utf8Writer& /*writer*/, std::string_view /*bytes*/) { return 0; }
};

struct Big5Scheme : PlainScheme {
  static const EncodingIndex& index() { return Big5Index(); }
  static std::optional<std::size_t> Pointer(std::uint8_t lead, std::uint8_t trail) {
    if (!IsBetween(trail, 0x40, 0x7E) && !IsBetween(trail, 0xA1, 0xFE)) {
      return std::nullopt;
    }
    return (lead - 0x81U) * 157U + trail - (trail < 0x7F ? 0x40U : 0x62U);
  }
  // Four pointers stand for two code points each.
  static bool Rare(Utf8Writer& writer, std::size_t pointer) {
    if (pointer != 1133 && pointer != 1135 && pointer != 1164 && pointer != 1166) {
      return false;
    }
    writer.AppendCodePoint(pointer < 1164 ? 0x00CA : 0x00EA);
    writer.AppendCodePoint(pointer == 1133 || pointer == 1164 ? 0x0304 : 0x030C);
    return true;
  }
};

struct EucKrScheme : PlainScheme {
  static const EncodingIndex& index() { return EucKrIndex(); }
  static std::optional<std::size_t> Pointer(std::uint8_t lead, std::uint8_t trail) {
    if (!IsBetween(trail, 0x41, 0xFE)) {
      return std::nullopt;
    }
    return (lead - 0x81U) * 190U + trail - 0x41U;
  }
};

struct ShiftJisScheme : PlainScheme {
  static const EncodingIndex& index() { return Jis0208Index(); }
  static std::optional<std::uint32_t> Single(std::uint8_t byte) {
    if (byte == 0x80) {
      return byte;
    }
    if (IsBetween(byte, 0xA1, 0xDF)) {
      return kFirstHalfwidthKatakana + (byte - 0xA1U);
    }
    return std::nullopt;
  }
  static bool IsLead(std::uint8_t byte) { return IsBetween(byte, 0x81, 0x9F) || IsBetween(byte, 0xE0, 0xFC); }
  static std::optional<std::size_t> Pointer(std::uint8_t lead, std::uint8_t trail) {
    if (!IsBetween(trail, 0x40, 0x7E) && !IsBetween(trail, 0x80, 0xFC)) {
      return std::nullopt;
    }
    return (lead - (lead < 0xA0 ? 0x81U : 0xC1U)) * 188U + trail - (trail < 0x7F ? 0x40U : 0x41U);
  }
  // The characters that a user of Windows could define.
  static bool Rare(Utf8Writer& writer, std::size_t pointer) {
    if (pointer < 8836 || pointer > 10715) {
      return false;
    }
    writer.AppendCodePoint(0xE000 + static_cast<std::uint32_t>(pointer - 8836));
    return true;
  }
};

struct Gb18030Scheme : PlainScheme {
  static const EncodingIndex& index() { return Gb18030Index(); }
  static std::optional<std::uint32_t> Single(std::uint8_t byte) {
    return byte == 0x80 ? std::optional<std::uint32_t>(0x20AC) : std::nullopt;
  }
  static std::optional<std::size_t> Pointer(std::uint8_t lead, std::uint8_t trail) {
    if (!IsBetween(trail, 0x40, 0x7E) && !IsBetween(trail, 0x80, 0xFE)) {
      return std::nullopt;
    }
    return (lead - 0x81U) * 190U + trail - (trail < 0x7F ? 0x40U : 0x41U);
  }
  // A digit in the second place begins four bytes.
  static std::size_t Longer(Utf8Writer& writer, std::string_view bytes) {
    if (!IsBetween(ByteAt(bytes, 1), 0x30, 0x39)) {
      return 0;
    }
    if (bytes.size() > 2 && !IsBetween(ByteAt(bytes, 2), 0x81, 0xFE)) {
      writer.AppendError();
      return 1;
    }
    if (bytes.size() < 4) {
      writer.AppendError();
      return bytes.size();
    }
    if (!IsBetween(ByteAt(bytes, 3), 0x30, 0x39)) {
      writer.AppendError();
      return 1;
    }
    const std::uint32_t c = Gb18030RangesCodePoint(
        (((ByteAt(bytes, 0) - 0x81U) * 10U + ByteAt(bytes, 1) - 0x30U) * 126U + ByteAt(bytes, 2) - 0x81U) * 10U +
        ByteAt(bytes, 3) - 0x30U);
    writer.AppendCodePoint(c == 0 ? 0xFFFD : c);
    return 4;
  }
};

struct EucJpScheme : PlainScheme {
  static const EncodingIndex& index() { return Jis0208Index(); }
  static bool IsLead(std::uint8_t byte) { return byte == 0x8E || byte == 0x8F || IsBetween(byte, 0xA1, 0xFE); }
  static std::optional<std::size_t> Pointer(std::uint8_t lead, std::uint8_t trail) {
    if (!IsBetween(lead, 0xA1, 0xFE) || !IsBetween(trail, 0xA1, 0xFE)) {
      return std::nullopt;
    }
    return (lead - 0xA1U) * 94U + trail - 0xA1U;
  }
  // 0x8E and 0x8F are shifts to other sets.
  static std::size_t Longer(Utf8Writer& writer, std::string_view bytes) {
    const std::uint8_t lead = ByteAt(bytes, 0);
    const std::uint8_t second = ByteAt(bytes, 1);
    if (lead == 0x8E && IsBetween(second, 0xA1, 0xDF)) {
      writer.AppendCodePoint(kFirstHalfwidthKatakana + (second - 0xA1U));
      return 2;
    }
    if (lead != 0x8F || !IsBetween(second, 0xA1, 0xFE)) {
      return 0;
    }
    if (bytes.size() == 2) {
      writer.AppendError();
      return 2;
    }
    const std::uint8_t third = ByteAt(bytes, 2);
    if (const std::optional<std::size_t> pointer = Pointer(second, third)) {
      if (const IndexedCharacter& character = Jis0212Index()[*pointer]) {
        writer.AppendCharacter(character.utf8, character.size());
        return 3;
      }
    }
    writer.AppendError();
    return third < 0x80 ? 2 : 3;
  }
};

// ISO-2022-JP changes its character set by escape sequences. The states and their names are the standard's.
class Iso2022JpDecoder {
 public:
  Iso2022JpDecoder(std::string_view bytes, std::string& out) : bytes_(bytes), writer_(out) {}

  void Run() {
    while (at_ < bytes_.size()) {
      if (ByteAt(bytes_, at_) == 0x1B) {
        ReadEscape();
      } else if (set_ == Set::kJis0208) {
        ReadPair();
      } else {
        ReadSingle(ByteAt(bytes_, at_++));
      }
    }
  }

 private:
  enum class Set { kAscii, kRoman, kKatakana, kJis0208 };

  void ReadSingle(std::uint8_t byte) {
    after_escape_ = false;
    if (set_ == Set::kKatakana) {
      writer_.AppendCodePoint(IsBetween(byte, 0x21, 0x5F) ? kFirstHalfwidthKatakana + (byte - 0x21U) : 0xFFFD);
    } else if (byte > 0x7F || byte == 0x0E || byte == 0x0F) {
      writer_.AppendError();
    } else if (set_ == Set::kRoman && (byte == 0x5C || byte == 0x7E)) {
      writer_.AppendCodePoint(byte == 0x5C ? 0x00A5 : 0x203E);
    } else {
      writer_.AppendCodePoint(byte);
    }
  }

  void ReadPair() {
    after_escape_ = false;
    const std::uint8_t lead = ByteAt(bytes_, at_++);
    if (!IsBetween(lead, 0x21, 0x7E) || at_ == bytes_.size()) {
      writer_.AppendError();
      return;
    }
    const std::uint8_t trail = ByteAt(bytes_, at_);
    if (trail == 0x1B) {
      writer_.AppendError();  // and the escape sequence is read as one
      return;
    }
    ++at_;
    if (IsBetween(trail, 0x21, 0x7E)) {
      if (const IndexedCharacter& character = Jis0208Index()[(lead - 0x21U) * 94U + trail - 0x21U]) {
        writer_.AppendCharacter(character.utf8, character.size());
        return;
      }
    }
    writer_.AppendError();
  }

  // At an escape byte. Where no known sequence follows, the bytes behind it are given back.
  void ReadEscape() {
    const std::string_view sequence = bytes_.substr(at_ + 1, 2);
    std::optional<Set> set;
    if (sequence == "(B") {
      set = Set::kAscii;
    } else if (sequence == "(J") {
      set = Set::kRoman;
    } else if (sequence == "(I") {
      set = Set::kKatakana;
    } else if (sequence == "$@" || sequence == "$B") {
      set = Set::kJis0208;
    }
    if (!set) {
      after_escape_ = false;
      writer_.AppendError();
      ++at_;
      return;
    }
    // Two in a row with nothing between them could hide something from a filter.
    if (after_escape_) {
      writer_.AppendError();
    }
    after_escape_ = true;
    set_ = *set;
    at_ += 3;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  Set set_ = Set::kAscii;
  bool after_escape_ = false;  // the standard's "output"
  Utf8Writer writer_;
};

}  // namespace

void DecodeBig5(std::string_view bytes, std::string& out) {
  DecodePairs(Big5Scheme(), bytes, out);
}
void DecodeEucJp(std::string_view bytes, std::string& out) {
  DecodePairs(EucJpScheme(), bytes, out);
}
void DecodeEucKr(std::string_view bytes, std::string& out) {
  DecodePairs(EucKrScheme(), bytes, out);
}
void DecodeGb18030(std::string_view bytes, std::string& out) {
  DecodePairs(Gb18030Scheme(), bytes, out);
}
void DecodeIso2022Jp(std::string_view bytes, std::string& out) {
  Iso2022JpDecoder(bytes, out).Run();
}
void DecodeShiftJis(std::string_view bytes, std::string& out) {
  DecodePairs(ShiftJisScheme(), bytes, out);
}

}  // namespace spinneret::internal
