#include "storage/sqlite/subset.h"

#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "storage/export_queries.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/database_file.h"
#include "storage/sqlite/schema.h"

namespace spinneret {
namespace {

struct TableCopy {
  std::string_view table;
  std::string_view rows;                                 // condition on the source's rows
  std::map<std::string_view, std::string_view> instead;  // of a column: what is written
};

const std::vector<TableCopy>& Copies() {
  static const std::vector<TableCopy> copies = {
      {"runs", "1", {}},
      {"hosts", "id IN (SELECT host_id FROM source.urls WHERE id IN (SELECT id FROM temp.known))", {}},
      {"urls",
       "id IN (SELECT id FROM temp.known)",
       {{"admission", "CASE WHEN admission = 0 AND id NOT IN (SELECT id FROM temp.chosen) THEN 1 ELSE admission END"},
        {"parent_id", "CASE WHEN parent_id IN (SELECT id FROM temp.known) THEN parent_id END"},
        {"detail",
         "CASE WHEN admission = 0 AND id NOT IN (SELECT id FROM temp.chosen) THEN 'not in this export' "
         "ELSE detail END"}}},
      {"fetches", "url_id IN (SELECT id FROM temp.chosen)", {}},
      {"outcomes", "url_id IN (SELECT id FROM temp.chosen)", {}},
      {"pages", "url_id IN (SELECT id FROM temp.chosen)", {}},
      {"links", "from_id IN (SELECT id FROM temp.chosen)", {}},
      {"bodies", "digest IN (SELECT digest FROM main.fetches)", {}},
      {"records", "url_id IN (SELECT id FROM temp.chosen)", {}},
      {"extracts", "url_id IN (SELECT id FROM temp.chosen)", {}},
      {"coverage", "1", {}},
      {"robots", "host_id IN (SELECT id FROM main.hosts)", {}},
      {"sitemaps", "1", {}},
      {"sitemap_urls", "url_id IN (SELECT id FROM temp.known)", {}},
      {"revisits", "url_id IN (SELECT id FROM temp.chosen)", {{"pending", "0"}}},
      {"samples", "1", {}},
      {"events", "1", {}},
  };
  return copies;
}

class Subset {
 public:
  Subset(Connection& connection, const std::string& where) : connection_(connection), where_(where) {}

  Result<void> Copy(const std::function<void(std::string_view)>& on_table) {
    on_table("urls");
    if (Result<void> chosen = Choose(); !chosen) {
      return chosen;
    }
    for (const TableCopy& copy : Copies()) {
      on_table(copy.table);
      if (Result<void> done = CopyRows(copy); !done) {
        return done;
      }
    }
    return CopyViews();
  }

 private:
  Result<void> Choose() {
    const std::string choose = where_.empty()
                                   ? std::string()
                                   : fmt::format(" AND u.url IN (SELECT url FROM source.v_pages WHERE ({}\n))", where_);
    Result<Statement> pages = connection_.Prepare(
        "CREATE TEMP TABLE chosen AS SELECT o.url_id AS id FROM source.outcomes AS o"
        " JOIN source.urls AS u ON u.id = o.url_id WHERE o.kind IN (0, 1, 2)" +
        choose);
    if (!pages) {
      return Err(ErrorCode::kInvalidArgument, pages.error().message);
    }
    if (!pages->Run()) {
      return connection_.ErrorOf(pages->code());
    }
    return connection_.Execute(
        "CREATE UNIQUE INDEX temp.chosen_id ON chosen(id);"
        "CREATE TEMP TABLE known(id INTEGER PRIMARY KEY);"
        "INSERT INTO known SELECT id FROM chosen;"
        "INSERT OR IGNORE INTO known SELECT to_id FROM source.links WHERE from_id IN (SELECT id FROM chosen);"
        "INSERT OR IGNORE INTO known SELECT redirect_to FROM source.outcomes"
        " WHERE redirect_to IS NOT NULL AND url_id IN (SELECT id FROM chosen);");
  }

  // The columns that both have: a database of an older version lacks some.
  Result<std::vector<std::string>> ColumnsOf(std::string_view table) {
    Result<Statement> read =
        connection_.Prepare(fmt::format("SELECT name FROM pragma_table_info('{0}', 'main') INTERSECT SELECT name FROM "
                                        "pragma_table_info('{0}', 'source')",
                                        table));
    if (!read) {
      return std::move(read).error();
    }
    std::vector<std::string> columns;
    while (read->Step()) {
      columns.emplace_back(read->Text(0));
    }
    if (read->failed()) {
      return connection_.ErrorOf(read->code());
    }
    return columns;
  }

  Result<void> CopyRows(const TableCopy& copy) {
    Result<std::vector<std::string>> columns = ColumnsOf(copy.table);
    if (!columns) {
      return std::move(columns).error();
    }
    std::string names;
    std::string values;
    for (const std::string& column : *columns) {
      const auto instead = copy.instead.find(column);
      const std::string quoted = QuoteIdentifier(column);
      names += (names.empty() ? "" : ", ") + quoted;
      values += (values.empty() ? "" : ", ") + (instead == copy.instead.end() ? quoted : std::string(instead->second));
    }
    if (names.empty()) {
      return {};
    }
    return connection_.Execute(fmt::format("INSERT INTO main.{0}({1}) SELECT {2} FROM source.{0} WHERE {3}", copy.table,
                                           names, values, copy.rows));
  }

  Result<void> CopyViews() {
    Result<Statement> read = connection_.Prepare(
        "SELECT sql FROM source.sqlite_schema WHERE type = 'view' AND name LIKE 'v\\_%' ESCAPE '\\'"
        " AND name NOT IN (SELECT name FROM main.sqlite_schema)");
    if (!read) {
      return std::move(read).error();
    }
    std::vector<std::string> views;
    while (read->Step()) {
      views.emplace_back(read->Text(0));
    }
    if (read->failed()) {
      return connection_.ErrorOf(read->code());
    }
    for (const std::string& view : views) {
      if (!view.starts_with("CREATE VIEW ")) {
        continue;
      }
      Result<Statement> make = connection_.Prepare(view);  // its first statement, whatever may follow
      if (!make) {
        return std::move(make).error();
      }
      if (!make->Run()) {
        return connection_.ErrorOf(make->code());
      }
    }
    return {};
  }

  Connection& connection_;
  const std::string& where_;
};

Result<void> Make(const std::string& source, const std::string& path, const std::string& shown,
                  const std::string& where, const std::function<void(std::string_view)>& on_table) {
  Result<Connection> connection = Connection::Open(path, Connection::Mode::kCreate, shown);
  if (!connection) {
    return std::move(connection).error();
  }
  // Nobody sees the file before it is whole, so that it needs no journal.
  Result<void> done = connection->Execute(
      "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; PRAGMA trusted_schema = OFF");
  if (done) {
    done = connection->AttachReadOnly(source, "source");
  }
  if (!done) {
    return done;
  }
  Result<Identity> identity = LoadIdentity(*connection, "source");
  if (!identity) {
    return std::move(identity).error();
  }
  done = CreateSchema(*connection, identity->secret, identity->settings);
  if (done) {
    done = connection->Execute("BEGIN; INSERT INTO main.meta(key, value) VALUES('subset', 1)");
  }
  if (done) {
    done = Subset(*connection, where).Copy(on_table);
  }
  if (done) {
    done = connection->Execute("COMMIT; DETACH source");  // the planner's statistics are of all that is attached
  }
  if (!done) {
    return done;
  }
  on_table("indexes");
  return CreateIndexes(*connection);  // its last statement syncs the file
}

}  // namespace

Result<void> CopySubset(const std::string& source, const std::string& target, const std::string& where,
                        const std::function<void(std::string_view table)>& on_table) {
  Result<std::string> from = ResolveExisting(source);
  if (!from) {
    return std::move(from).error();
  }
  Result<std::string> to = ResolveNew(target);
  if (!to) {
    return std::move(to).error();
  }
  if (IsThere(*to)) {
    return Err(ErrorCode::kAlreadyExists, target + " exists already");
  }
  const std::string made = *to + ".new";
  Result<void> done = RemoveDatabase(made);
  if (done) {
    done = Make(*from, made, target, where, on_table);
  }
  if (done) {
    done = RenameDurably(made, *to);
  }
  if (!done) {
    (void)RemoveDatabase(made);
  }
  return done;
}

}  // namespace spinneret
