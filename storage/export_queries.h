// The queries behind `spinneret export`: one file each in storage/exports/, built into the program.
#pragma once

#include <string>
#include <string_view>

namespace spinneret {

// `name` must be one of the files. `where` is an SQL condition on the columns of v_pages that chooses pages; empty: all
// of them. It is put in as it stands: what runs the query must be confined (storage/sqlite/reader.h). `view` stands for
// the table that a few of them read, and is quoted here.
std::string ExportSql(std::string_view name, std::string_view where, std::string_view view = {});

// `name` as an identifier of SQL.
std::string QuoteIdentifier(std::string_view name);

}  // namespace spinneret
