// Statement: a prepared statement with typed binds, finalised at the end of its scope.
//
// Binds    are numbered from 1 and stay until they are bound again. Text and blobs are not copied: they must live until
//          the statement is reset (Run does that).
// Text     is always stored as valid UTF-8 without NUL: other bytes become U+FFFD (clean_text.h).
// Errors   a failed call leaves its SQLite code in code(); later calls are still safe. Connection::ErrorOf makes an
//          Error of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

struct sqlite3_stmt;

namespace spinneret {

class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}  // takes it over

  void Bind(int index, std::int64_t value);
  void BindReal(int index, double value);
  void BindText(int index, std::string_view text);
  void BindBlob(int index, std::string_view bytes);
  void BindNull(int index);
  // NULL for what stands for nothing: empty text, empty bytes, zero, a negative number.
  void BindTextOrNull(int index, std::string_view text);
  void BindBlobOrNull(int index, std::string_view bytes);
  void BindUnlessZero(int index, std::int64_t value);
  void BindRealUnlessNegative(int index, double value);

  // The next row: true when there is one. False at the end and on failure.
  bool Step();
  // Runs a statement whose rows do not matter, and resets it. False on failure.
  bool Run();
  void Reset();

  // Of the row that Step gave; views are valid until the next Step or Reset.
  std::int64_t Integer(int column) const;
  double Real(int column) const;
  std::string_view Text(int column) const;
  std::string_view Blob(int column) const;
  bool IsNull(int column) const;

  bool failed() const { return code_ != 0; }
  int code() const { return code_; }
  sqlite3_stmt* handle() const { return statement_.get(); }

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  void Note(int code);

  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  int code_ = 0;
};

// Resets a statement at the end of a scope, so that no read transaction outlives an early return.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
  ~ResetAtEnd() { statement_.Reset(); }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;

 private:
  Statement& statement_;
};

}  // namespace spinneret
