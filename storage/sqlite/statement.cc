#include "storage/sqlite/statement.h"

#include <string>

#include <sqlite3.h>

#include "storage/clean_text.h"

namespace spinneret {

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

// The first failure is the one to report: what follows it is often only SQLITE_MISUSE.
void Statement::Note(int code) {
  if (code != SQLITE_OK && code_ == SQLITE_OK) {
    code_ = code;
  }
}

void Statement::Bind(int index, std::int64_t value) {
  Note(sqlite3_bind_int64(statement_.get(), index, value));
}

void Statement::BindReal(int index, double value) {
  Note(sqlite3_bind_double(statement_.get(), index, value));
}

void Statement::BindText(int index, std::string_view text) {
  // An empty view may have no address, and SQLite takes a null pointer for NULL.
  const char* const data = text.empty() ? "" : text.data();
  if (IsCleanText(text)) {
    Note(sqlite3_bind_text64(statement_.get(), index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
  } else {
    const std::string clean = CleanText(text);
    Note(sqlite3_bind_text64(statement_.get(), index, clean.data(), clean.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  }
}

void Statement::BindBlob(int index, std::string_view bytes) {
  const char* const data = bytes.empty() ? "" : bytes.data();
  Note(sqlite3_bind_blob64(statement_.get(), index, data, bytes.size(), SQLITE_STATIC));
}

void Statement::BindNull(int index) {
  Note(sqlite3_bind_null(statement_.get(), index));
}

void Statement::BindTextOrNull(int index, std::string_view text) {
  text.empty() ? BindNull(index) : BindText(index, text);
}

void Statement::BindBlobOrNull(int index, std::string_view bytes) {
  bytes.empty() ? BindNull(index) : BindBlob(index, bytes);
}

void Statement::BindUnlessZero(int index, std::int64_t value) {
  value == 0 ? BindNull(index) : Bind(index, value);
}

void Statement::BindRealUnlessNegative(int index, double value) {
  value < 0 ? BindNull(index) : BindReal(index, value);
}

bool Statement::Step() {
  if (failed()) {
    return false;
  }
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code != SQLITE_DONE) {
    Note(code);
  }
  return false;
}

bool Statement::Run() {
  while (Step()) {
  }
  sqlite3_reset(statement_.get());
  return !failed();
}

void Statement::Reset() {
  sqlite3_reset(statement_.get());
}

double Statement::Real(int column) const {
  return sqlite3_column_double(handle(), column);
}

std::int64_t Statement::Integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::Text(int column) const {
  // The text first, its length second: the other way round a conversion could change the length.
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return text == nullptr
             ? std::string_view()
             : std::string_view(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)));
}

std::string_view Statement::Blob(int column) const {
  const auto* const bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  return bytes == nullptr
             ? std::string_view()
             : std::string_view(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)));
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

}  // namespace spinneret
