#include "storage/sqlite/sorted_lines.h"

#include <optional>
#include <utility>

#include "storage/sqlite/connection.h"
#include "storage/sqlite/statement.h"

namespace spinneret {
namespace {

class SortedLinesImpl final : public SortedLines {
 public:
  SortedLinesImpl(Connection connection, Statement add) : connection_(std::move(connection)), add_(std::move(add)) {}

  void Add(std::string_view line) override {
    if (failure_) {
      return;
    }
    add_.BindBlob(1, line);
    if (!add_.Run()) {
      failure_ = connection_.ErrorOf(add_.code());
    }
  }

  Result<void> ForEach(const std::function<bool(std::string_view)>& visit) override {
    if (failure_) {
      return *failure_;
    }
    Result<Statement> read = connection_.Prepare("SELECT line FROM lines ORDER BY line");
    if (!read) {
      return std::move(read).error();
    }
    while (read->Step()) {
      if (!visit(read->Blob(0))) {
        return {};
      }
    }
    if (read->failed()) {
      return connection_.ErrorOf(read->code());
    }
    return {};
  }

 private:
  Connection connection_;
  Statement add_;  // before the connection goes
  std::optional<Error> failure_;
};

}  // namespace

Result<std::unique_ptr<SortedLines>> SortedLines::Open() {
  Result<Connection> connection = Connection::Open({}, Connection::Mode::kTemporary, "a temporary file");
  if (!connection) {
    return std::move(connection).error();
  }
  // The sorter spills as well as the table does.
  if (Result<void> done =
          connection->Execute("PRAGMA cache_size = -8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                              "BEGIN; CREATE TABLE lines(line BLOB NOT NULL)");
      !done) {
    return std::move(done).error();
  }
  Result<Statement> add = connection->Prepare("INSERT INTO lines(line) VALUES(?)");
  if (!add) {
    return std::move(add).error();
  }
  return std::unique_ptr<SortedLines>(std::make_unique<SortedLinesImpl>(std::move(*connection), std::move(*add)));
}

}  // namespace spinneret
