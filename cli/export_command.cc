// spinneret export: a crawl, or a part of it, in the formats that other programs read.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/log.h"
#include "base/printable.h"
#include "cli/commands.h"
#include "cli/crawl_file.h"
#include "cli/exit_status.h"
#include "cli/export_job.h"
#include "cli/failure.h"
#include "cli/limits.h"
#include "cli/option_kinds.h"
#include "cli/output_file.h"
#include "cli/row_writer.h"
#include "storage/export_queries.h"
#include "storage/named_queries.h"
#include "storage/sqlite/reader.h"
#include "storage/sqlite/subset.h"

namespace spinneret::cli {
namespace {

constexpr char kDescription[] =
    "Write a crawl, or a part of it, for other programs. WHAT is pages (default), links, records, records RECIPE, the "
    "name of a query (spinneret query --list), or a statement of SQL. It is read as it is written: memory stays the "
    "same however large it is.";

constexpr char kFooter[] = R"(Formats:
  csv       rows of WHAT, RFC 4180; formulas of spreadsheets are made inert
  jsonl     rows of WHAT, a JSON object a line
  sitemap   XML sitemap of the pages that search engines may index; an index
            and several files where one would be over 50,000 URLs or 50 MB
  graphml   pages and links as a graph: Gephi, yEd, igraph, NetworkX
  edges     FROM, TO and number of links, with tabs between, a line each
  markdown  a folder with a file for each page, text and YAML header
  sqlite    a crawl database of the chosen pages and all that belongs to them
  warc      WARC 1.1, gzip per record, revisit records for equal bodies, and
            a CDXJ index beside it; needs a crawl with --store-body zstd

Examples:
  spinneret export crawl.db -o pages.csv
  spinneret export crawl.db records shop --format jsonl > shop.jsonl
  spinneret export crawl.db broken-links -o broken.csv
  spinneret export crawl.db -o sitemap.xml --base-url https://shop.example/
  spinneret export crawl.db --where "host = 'shop.example'" -o shop.db
  spinneret export crawl.db -o crawl.warc.gz)";

enum class Format : std::uint8_t { kCsv, kJsonLines, kSitemap, kGraphMl, kEdges, kMarkdown, kSqlite, kWarc };
const std::vector<std::string> kFormatNames = {"csv",   "jsonl",    "sitemap", "graphml",
                                               "edges", "markdown", "sqlite",  "warc"};

struct Ending {
  std::string_view text;
  Format format;
};
constexpr std::array<Ending, 10> kEndings = {{{".csv", Format::kCsv},
                                              {".jsonl", Format::kJsonLines},
                                              {".ndjson", Format::kJsonLines},
                                              {".xml", Format::kSitemap},
                                              {".graphml", Format::kGraphMl},
                                              {".edges", Format::kEdges},
                                              {".tsv", Format::kEdges},
                                              {".db", Format::kSqlite},
                                              {".sqlite", Format::kSqlite},
                                              {".warc.gz", Format::kWarc}}};

struct ExportFlags {
  std::string database, what, recipe, output, where, base_url;
  std::string name;  // of the database, for people
  std::optional<Format> format;
  bool keep_formulas = false;
};

std::string_view NameOf(Format format) {
  return kFormatNames[static_cast<std::size_t>(format)];
}

Result<Format> FormatFor(const ExportFlags& flags) {
  if (flags.format) {
    return *flags.format;
  }
  if (flags.output.empty() || flags.output == "-") {
    return Format::kCsv;
  }
  for (const Ending& ending : kEndings) {
    if (flags.output.size() > ending.text.size() && flags.output.ends_with(ending.text)) {
      return ending.format;
    }
  }
  return Err(ErrorCode::kInvalidArgument,
             fmt::format("the name {} does not say a format: give --format", Printable(flags.output)));
}

bool IsRowFormat(Format format) {
  return format == Format::kCsv || format == Format::kJsonLines;
}

struct Question {
  std::string sql;
  std::string unit;
};

Result<Question> RecipeQuestion(const ExportFlags& flags, Reader& reader) {
  std::vector<std::string> recipes;
  const Result<void> read = reader.Query(
      "SELECT DISTINCT recipe FROM records", [](const std::vector<std::string>&) {},
      [&](const std::vector<Cell>& row) {
        recipes.emplace_back(TextOf(row, 0));
        return true;
      });
  if (!read) {
    return read.error();
  }
  if (std::find(recipes.begin(), recipes.end(), flags.recipe) == recipes.end()) {
    return Err(
        ErrorCode::kNotFound,
        fmt::format(
            "{} has no records of a recipe {}{}", Printable(flags.name), Printable(flags.recipe),
            recipes.empty() ? "" : "; it has some of " + Printable(fmt::format("{}", fmt::join(recipes, ", ")))));
  }
  return Question{ExportSql("recipe", flags.where, "v_" + flags.recipe), "records"};
}

// What to ask for rows of WHAT.
Result<Question> QuestionFor(const ExportFlags& flags, Reader& reader) {
  const std::string what = flags.what.empty() ? "pages" : flags.what;
  if (what == "records" && !flags.recipe.empty()) {
    return RecipeQuestion(flags, reader);
  }
  if (!flags.recipe.empty()) {
    return Err(ErrorCode::kInvalidArgument,
               fmt::format("\"{}\": only records are of a recipe", Printable(flags.recipe)));
  }
  if (what == "pages" || what == "links" || what == "records") {
    return Question{ExportSql(what, flags.where), what};
  }
  if (!flags.where.empty()) {
    return Err(ErrorCode::kInvalidArgument,
               "--where chooses pages, and with them their links and records; a query has a WHERE of its own");
  }
  if (const NamedQuery* query = FindNamedQuery(what)) {
    return Question{std::string(query->sql), "rows"};
  }
  if (what.find(' ') == std::string::npos) {
    return Err(ErrorCode::kNotFound,
               fmt::format("{} is neither pages, links nor records, and no query has that name; `spinneret query "
                           "--list` shows those there are",
                           Printable(what)));
  }
  return Question{what, "rows"};
}

Result<void> ExportRows(const ExportFlags& flags, Format format, Reader& reader) {
  Result<Question> question = QuestionFor(flags, reader);
  if (!question) {
    return std::move(question).error();
  }
  Result<std::unique_ptr<OutputFile>> output = OutputFile::Open(flags.output);
  if (!output) {
    return std::move(output).error();
  }
  OutputFile& file = **output;
  OutputSettings settings;
  settings.format = format == Format::kCsv ? OutputFormat::kCsv : OutputFormat::kJsonLines;
  settings.inert_formulas = !flags.keep_formulas;
  ExportProgress progress(question->unit, file.is_stdout());
  std::uint64_t before = 0;
  const std::unique_ptr<RowWriter> writer =
      RowWriter::Create(settings, [&file](std::string_view bytes) { return file.Write(bytes); });
  const Result<void> done = reader.Query(
      question->sql, [&](const std::vector<std::string>& columns) { writer->Begin(columns); },
      [&](const std::vector<Cell>& cells) {
        const bool open = writer->Add(cells);
        progress.Add(file.bytes() - std::exchange(before, file.bytes()));
        return open;
      });
  if (!done) {
    return done;
  }
  writer->End();
  return file.Finish();
}

Result<void> ExportSqlite(const ExportFlags& flags) {
  if (flags.output.empty() || flags.output == "-") {
    return Err(ErrorCode::kInvalidArgument, "a database is a file: give -o FILE.db");
  }
  ExportProgress progress("rows", false);
  return CopySubset(flags.database, flags.output, flags.where,
                    [&](std::string_view table) { progress.Say(fmt::format("copying {}", table)); });
}

Result<void> RunExport(const ExportFlags& flags, Format format, Reader& reader) {
  const ExportJob job{reader, flags.database, flags.output, flags.where, flags.base_url};
  switch (format) {
    case Format::kCsv:
    case Format::kJsonLines:
      return ExportRows(flags, format, reader);
    case Format::kSitemap:
      return ExportSitemap(job);
    case Format::kGraphMl:
      return ExportGraphMl(job);
    case Format::kEdges:
      return ExportEdges(job);
    case Format::kMarkdown:
      return ExportMarkdown(job);
    case Format::kSqlite:
      return ExportSqlite(flags);
    case Format::kWarc:
      return ExportWarc(job);
  }
  return {};
}

int Export(const ExportFlags& named) {
  if (named.database.empty()) {
    return UsageFailure("no database: name the file of a crawl, such as `spinneret export crawl.db -o pages.csv`");
  }
  const Result<Format> format = FormatFor(named);
  if (!format) {
    return Fail(format.error());
  }
  if (!IsRowFormat(*format) && !named.what.empty() && named.what != "pages" && named.what != "links") {
    return UsageFailure(
        fmt::format("{} has a form of its own, which \"{}\" has no place in; --where chooses pages for "
                    "it, and csv and jsonl take any query",
                    NameOf(*format), Printable(named.what)));
  }
  const Result<CrawlFile> file = CrawlFile::Of(named.database);
  if (!file) {
    return FailOpen(file.error());
  }
  ExportFlags flags = named;
  flags.database = file->path();
  flags.name = file->name();
  const Result<std::unique_ptr<Reader>> reader = Reader::Open(flags.database);
  if (!reader) {
    return FailOpen(reader.error());
  }
  if (const Result<void> done = RunExport(flags, *format, **reader); !done) {
    return Fail(done.error());
  }
  return kDone;
}

}  // namespace

void AddExportCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("export", kDescription)->group("Looking at the result");
  command->footer(kFooter);
  auto flags = std::make_shared<ExportFlags>();
  command->add_option("DB", flags->database, "The database of a crawl, also while it runs, or its postgresql:// URL")
      ->type_name("");
  command->add_option("WHAT", flags->what, "pages, links, records, the name of a query, or SQL")->type_name("");
  command->add_option("RECIPE", flags->recipe, "With records: those of this recipe, a column for each field")
      ->type_name("");
  AddChoiceOption(
      *command, "-f,--format", kFormatNames, [flags](std::size_t index) { flags->format = static_cast<Format>(index); },
      "The form of the result (default: what the name of -o says, else csv)");
  AddTextOption(
      *command, "-o,--output", "PATH", flags->output,
      "File or, for markdown, folder (default: stdout). A file appears when it is whole, in place of one that "
      "was there; databases and folders are never overwritten");
  AddTextOption(*command, "--where", "SQL", flags->where,
                "Only pages for which this condition on the columns of v_pages holds, and what belongs to them: "
                "\"status = 200 AND host = 'shop.example'\"");
  AddTextOption(*command, "--base-url", "URL", flags->base_url,
                "Where the files of a sitemap index will be (default: the root of the first page's site)");
  AddChoiceOption(
      *command, "--formulas", {"inert", "keep"}, [flags](std::size_t index) { flags->keep_formulas = index == 1; },
      "csv: text that begins with = + - @ or a tab is computed by spreadsheets. inert puts an apostrophe before it, "
      "keep "
      "leaves it as it is (default: inert)");
  command->callback([flags, &exit_status] { exit_status = Export(*flags); });
}

}  // namespace spinneret::cli
