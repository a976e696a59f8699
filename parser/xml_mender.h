// XmlMender: XML as the web writes it into XML that a strict parser takes, as it arrives.
//
// Mended   an `&` that begins no reference to a character (a bare one in a URL, an HTML entity's name) becomes `&amp;`;
//          what is not an XML character, also as a numeric reference, becomes U+FFFD. Comments, processing instructions
//          and XML declarations are left out.
// Safety   no reference to a declared entity ever gets through, so that none can be expanded. Nothing longer than
//          kMaxTagBytes between `<` and `>` gets through, so that a parser which starts again at the beginning of an
//          unfinished tag does bounded work.
// Input    UTF-8, cut anywhere; what is not well-formed becomes U+FFFD.
// Errors   a tag that is too long: Feed returns false.
// Thread   any one at a time.
// Source   XML 1.0 §2.2 (characters), §2.4, §4.1 (references).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace spinneret {

class XmlMender {
 public:
  static constexpr std::size_t kMaxTagBytes = 64U << 10U;

  // Appends what can be decided to `out`; the rest is kept for the next call. False: a tag is too long.
  bool Feed(std::string_view bytes, std::string& out) { return Run(bytes, false, out); }
  // What was kept.
  bool Finish(std::string& out) { return Run({}, true, out); }

 private:
  enum class State : std::uint8_t { kText, kTag, kSingleQuoted, kDoubleQuoted, kComment, kInstruction, kCdata };

  // The characters that end a stretch of plain ones.
  static std::string_view SpecialIn(State state);
  // After one of these inside a tag, other than `<` and `&`.
  State AfterInTag(char c) const;
  bool Run(std::string_view bytes, bool last, std::string& out);
  bool Mend(std::string_view text, bool last, std::string& out);
  // Each looks at `text` from `at`. False: more input is needed to decide.
  bool Reference(std::string_view text, std::size_t& at, bool last, std::string& out);
  bool Markup(std::string_view text, std::size_t& at, bool last, std::string& out);

  std::string unfinished_;  // the beginning of a UTF-8 character
  std::string kept_;        // mended no further than to well-formed UTF-8
  State state_ = State::kText;
  std::size_t tag_bytes_ = 0;
};

}  // namespace spinneret
