#include "storage/sqlite/extraction_store.h"

#include <array>
#include <cstring>
#include <functional>
#include <optional>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>

#include "storage/sqlite/connection.h"
#include "storage/sqlite/crawl_file.h"
#include "storage/sqlite/recipe_view.h"
#include "storage/sqlite/scans.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/statement.h"
#include "storage/sqlite/text_index.h"

namespace spinneret {
namespace {

using Digest = std::array<char, 32>;

struct DigestHash {
  std::size_t operator()(const Digest& digest) const {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
  }
};

std::optional<Digest> DigestOf(std::string_view bytes) {
  Digest digest{};
  if (bytes.size() != digest.size()) {
    return std::nullopt;
  }
  std::memcpy(digest.data(), bytes.data(), digest.size());
  return digest;
}

// Every look-up is by a primary key, so that no index of the readers need be there.
constexpr std::string_view kPages =
    "SELECT o.url_id, u.url, f.charset, p.title, f.digest"
    " FROM outcomes AS o JOIN fetches AS f ON f.id = o.fetch_id JOIN pages AS p ON p.url_id = o.url_id"
    " JOIN urls AS u ON u.id = o.url_id"
    " WHERE o.kind = 0 AND f.status BETWEEN 200 AND 299 AND f.digest IS NOT NULL ORDER BY o.url_id";

class RecordReader final : public ExtractionStore::Records {
 public:
  RecordReader(Connection& connection, Statement statement, std::string recipe)
      : connection_(connection), statement_(std::move(statement)), recipe_(std::move(recipe)) {
    statement_.BindText(1, recipe_);
  }

  Result<bool> Next(StoredRecord& record) override {
    if (ended_ || !statement_.Step()) {
      ended_ = true;
      if (statement_.failed()) {
        return connection_.ErrorOf(statement_.code());
      }
      return false;
    }
    record.url_id = static_cast<std::uint32_t>(statement_.Integer(0));
    record.url = statement_.Text(1);
    record.json = statement_.Text(2);
    return true;
  }

 private:
  Connection& connection_;
  Statement statement_;
  const std::string recipe_;
  bool ended_ = false;
};

class ExtractionStoreImpl final : public ExtractionStore {
 public:
  explicit ExtractionStoreImpl(std::unique_ptr<CrawlFile> file) : file_(std::move(file)) {}

  Result<void> Begin() override;
  Result<StoredPageCount> CountPages() override;
  Result<bool> NextPage(StoredPage& page) override;
  Result<std::unique_ptr<Records>> ReadRecords(std::string_view recipe) override;
  Result<std::vector<CoverageRow>> LastCoverage(std::string_view recipe) override;
  void RemoveRecords(std::string_view recipe) override { RunWith("DELETE FROM records WHERE recipe = ?", recipe); }
  void AddRecord(std::uint32_t url_id, std::string_view recipe, std::string_view json) override {
    AddRow(add_record_, url_id, recipe, json);
  }
  void DefineRecipe(std::string_view recipe, const std::vector<std::string>& fields) override;
  void RemoveExtracts(std::string_view kind) override { RunWith("DELETE FROM extracts WHERE kind = ?", kind); }
  void AddExtract(std::uint32_t url_id, std::string_view kind, std::string_view value) override {
    AddRow(add_extract_, url_id, kind, value);
  }
  void ClearTextIndex() override;
  void AddText(std::uint32_t url_id, std::string_view title, std::string_view text) override;
  void AddCoverage(std::int64_t at_ms, const std::vector<CoverageRow>& rows) override;
  Result<void> Commit() override;

 private:
  Connection& writer() { return file_->connection(); }
  void Note(Result<void> done) {
    if (!done && !failure_) {
      failure_ = std::move(done).error();
    }
  }
  void Run(Statement& statement) {
    if (!failure_ && !statement.Run()) {
      failure_ = writer().ErrorOf(statement.code());
    }
  }
  void RunWith(std::string_view sql, std::string_view parameter);
  void AddRow(Statement& add, std::uint32_t url_id, std::string_view name, std::string_view value) {
    add.Bind(1, url_id);
    add.BindText(2, name);
    add.BindText(3, value);
    Run(add);
  }
  Result<void> LoadDigests();

  std::unique_ptr<CrawlFile> file_;  // first: its lock outlives both connections
  std::optional<Connection> reader_;
  Statement pages_, body_;
  bool pages_ended_ = false;
  Statement add_record_, add_extract_;
  std::optional<TextIndex> text_index_;
  boost::unordered_flat_map<Digest, std::int64_t, DigestHash> bodies_;  // digest → bodies.id
  std::optional<Error> failure_;
};

Result<void> ExtractionStoreImpl::Begin() {
  if (Result<void> writing = file_->BeginWriting(); !writing) {
    return writing;
  }
  Result<Connection> reader = Connection::Open(file_->path(), Connection::Mode::kReadOnly, file_->shown());
  if (!reader) {
    return std::move(reader).error();
  }
  reader_ = std::move(*reader);
  // A transaction that reads sees one state from its first read on.
  for (const char* const sql : {"BEGIN", "SELECT count(*) FROM runs"}) {
    if (Result<void> begun = reader_->Execute(sql); !begun) {
      return begun;
    }
  }
  if (Result<void> begun = writer().Execute("BEGIN IMMEDIATE"); !begun) {
    return begun;
  }
  const auto prepare = [](Connection& connection, std::string_view sql, Statement& out) -> Result<void> {
    Result<Statement> statement = connection.Prepare(sql);
    if (!statement) {
      return std::move(statement).error();
    }
    out = std::move(*statement);
    return {};
  };
  Result<void> prepared = prepare(*reader_, kPages, pages_);
  if (prepared) {
    prepared = prepare(*reader_, "SELECT size, zstd FROM bodies WHERE id = ?", body_);
  }
  if (prepared) {
    prepared = prepare(writer(), "INSERT INTO records(url_id, recipe, json) VALUES(?, ?, ?)", add_record_);
  }
  if (prepared) {
    prepared = prepare(writer(), "INSERT INTO extracts(url_id, kind, value) VALUES(?, ?, ?)", add_extract_);
  }
  return prepared ? LoadDigests() : prepared;
}

Result<void> ExtractionStoreImpl::LoadDigests() {
  return ScanRows(*reader_, "SELECT id, digest FROM bodies", [this](const Statement& row) {
    const std::optional<Digest> digest = DigestOf(row.Blob(1));
    if (digest) {
      bodies_.emplace(*digest, row.Integer(0));
    }
    return digest.has_value();
  });
}

Result<StoredPageCount> ExtractionStoreImpl::CountPages() {
  StoredPageCount count;
  Result<void> done = ScanRows(*reader_, kPages, [&](const Statement& row) {
    const std::optional<Digest> digest = DigestOf(row.Blob(4));
    ++(digest && bodies_.contains(*digest) ? count.with_body : count.without_body);
    return digest.has_value();
  });
  if (!done) {
    return std::move(done).error();
  }
  return count;
}

Result<bool> ExtractionStoreImpl::NextPage(StoredPage& page) {
  // A statement that has ended would begin again.
  while (!pages_ended_ && pages_.Step()) {
    const std::optional<Digest> digest = DigestOf(pages_.Blob(4));
    const auto body = digest ? bodies_.find(*digest) : bodies_.end();
    if (body == bodies_.end()) {
      continue;
    }
    page.url_id = static_cast<std::uint32_t>(pages_.Integer(0));
    page.url = pages_.Text(1);
    page.charset = pages_.Text(2);
    page.title = pages_.Text(3);
    const ResetAtEnd reset(body_);
    body_.Bind(1, body->second);
    if (!body_.Step()) {
      return reader_->ErrorOf(body_.code());
    }
    page.body_bytes = static_cast<std::uint64_t>(body_.Integer(0));
    page.body_zstd = body_.Blob(1);
    return true;
  }
  pages_ended_ = true;
  if (pages_.failed()) {
    return reader_->ErrorOf(pages_.code());
  }
  return false;
}

Result<std::unique_ptr<ExtractionStore::Records>> ExtractionStoreImpl::ReadRecords(std::string_view recipe) {
  Result<Statement> statement = reader_->Prepare(
      "SELECT r.url_id, u.url, r.json FROM records AS r JOIN urls AS u ON u.id = r.url_id WHERE r.recipe = ?"
      " ORDER BY r.url_id, r.id");
  if (!statement) {
    return std::move(statement).error();
  }
  return std::unique_ptr<Records>(std::make_unique<RecordReader>(*reader_, std::move(*statement), std::string(recipe)));
}

Result<std::vector<CoverageRow>> ExtractionStoreImpl::LastCoverage(std::string_view recipe) {
  Result<Statement> statement = reader_->Prepare(
      "SELECT shape, field, records, filled, distinct_values, shortest, longest, mean_length, types FROM coverage"
      " WHERE recipe = ?1 AND pass = (SELECT max(pass) FROM coverage WHERE recipe = ?1) ORDER BY id");
  if (!statement) {
    return std::move(statement).error();
  }
  statement->BindText(1, recipe);
  std::vector<CoverageRow> rows;
  const auto count = [&](int column) { return static_cast<std::uint64_t>(statement->Integer(column)); };
  while (statement->Step()) {
    CoverageRow row;
    row.recipe = recipe;
    row.shape = statement->Text(0);
    row.field = statement->Text(1);
    row.records = count(2);
    row.filled = count(3);
    row.distinct_values = count(4);
    if (!statement->IsNull(5)) {
      row.shortest = count(5);
      row.longest = count(6);
      row.mean_length = statement->Real(7);
    }
    row.types = statement->Text(8);
    rows.push_back(std::move(row));
  }
  if (statement->failed()) {
    return reader_->ErrorOf(statement->code());
  }
  return rows;
}

void ExtractionStoreImpl::RunWith(std::string_view sql, std::string_view parameter) {
  Result<Statement> statement = writer().Prepare(sql);
  if (!statement) {
    Note(std::move(statement).error());
    return;
  }
  statement->BindText(1, parameter);
  Run(*statement);
}

void ExtractionStoreImpl::DefineRecipe(std::string_view recipe, const std::vector<std::string>& fields) {
  Note(MakeRecipeView(writer(), recipe, fields));
}

void ExtractionStoreImpl::ClearTextIndex() {
  Result<TextIndex> index = TextIndex::Make(writer());
  if (!index) {
    Note(std::move(index).error());
    return;
  }
  text_index_ = std::move(*index);
  Note(writer().Execute("DELETE FROM page_text"));
}

void ExtractionStoreImpl::AddText(std::uint32_t url_id, std::string_view title, std::string_view text) {
  if (!failure_ && !text_index_->Add(url_id, title, text)) {
    failure_ = writer().ErrorOf(text_index_->code());
  }
}

void ExtractionStoreImpl::AddCoverage(std::int64_t at_ms, const std::vector<CoverageRow>& rows) {
  const Result<std::int64_t> last = writer().QueryInteger("SELECT max(pass) FROM coverage");
  Result<Statement> add = writer().Prepare(
      "INSERT INTO coverage(pass, at_ms, recipe, shape, field, records, filled, distinct_values, shortest, longest,"
      " mean_length, types) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!last || !add) {
    Note(last ? std::move(add).error() : last.error());
    return;
  }
  const auto bind = [&add](int index, const std::optional<std::uint64_t>& value) {
    value ? add->Bind(index, static_cast<std::int64_t>(*value)) : add->BindNull(index);
  };
  for (const CoverageRow& row : rows) {
    add->Bind(1, *last + 1);
    add->Bind(2, at_ms);
    add->BindText(3, row.recipe);
    add->BindText(4, row.shape);
    add->BindText(5, row.field);
    bind(6, row.records);
    bind(7, row.filled);
    bind(8, row.distinct_values);
    bind(9, row.shortest);
    bind(10, row.longest);
    row.mean_length ? add->BindReal(11, *row.mean_length) : add->BindNull(11);
    add->BindText(12, row.types);
    Run(*add);
  }
}

Result<void> ExtractionStoreImpl::Commit() {
  // A statement that is still open would keep the file from being settled.
  pages_ = {};
  body_ = {};
  add_record_ = {};
  add_extract_ = {};
  text_index_.reset();
  reader_.reset();
  if (failure_) {
    (void)writer().Execute("ROLLBACK");
    return *failure_;
  }
  if (Result<void> done = writer().Execute("COMMIT"); !done) {
    return done;
  }
  Result<Settled> settled = SettleIntoOneFile(writer());
  if (!settled) {
    return std::move(settled).error();
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<ExtractionStore>> ExtractionStore::Open(const std::string& path) {
  Result<std::unique_ptr<CrawlFile>> file = CrawlFile::Open(path);
  if (!file) {
    return std::move(file).error();
  }
  return std::unique_ptr<ExtractionStore>(std::make_unique<ExtractionStoreImpl>(std::move(*file)));
}

}  // namespace spinneret
