// spinneret diff: what changed between two crawls.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/crawl_file.h"
#include "cli/duration.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/html_page.h"
#include "cli/limits.h"
#include "cli/option_kinds.h"
#include "cli/output_file.h"
#include "cli/page_assets.h"
#include "cli/record_diff.h"
#include "cli/row_writer.h"
#include "cli/standard_output.h"
#include "storage/crawl_diff.h"
#include "storage/sqlite/reader.h"

namespace spinneret::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kDescription[] =
    "Show what changed between two crawls. From OLD to NEW: pages added and gone, pages whose answer, redirect, title "
    "or "
    "content changed, and records, field by field.";

constexpr char kFooter[] = R"(A page's content counts as changed where the bodies differ and more than
--distance of the 64 bits of their texts' SimHashes do: a date or a counter
on a long page is below it. A page of very little text has no SimHash;
there every difference counts.

Examples:
  spinneret diff monday.db tuesday.db
  spinneret diff monday.db tuesday.db --format jsonl | jq 'select(.change == "gone")'
  spinneret diff monday.db tuesday.db --format html -o changes.html)";

enum class DiffFormat : std::uint8_t { kTable, kJsonLines, kHtml };

struct DiffFlags {
  std::string older, newer, output;
  DiffFormat format = DiffFormat::kTable;
  std::uint64_t distance = 6;
};

struct Counts {
  std::uint64_t added = 0, gone = 0, changed = 0, records = 0;

  std::string Words() const {
    return fmt::format("{} added, {} gone, {} changed, {} records changed", FormatCount(added), FormatCount(gone),
                       FormatCount(changed), FormatCount(records));
  }
};

std::string StateWords(const PageState& state) {
  return state.status ? std::to_string(*state.status) : state.error.empty() ? "no answer" : state.error;
}

std::string OrNothing(const std::string& text) {
  return text.empty() ? "nothing" : text;
}

// "status 200 -> 404, title "A" -> "B", content (12 of 64 bits)".
std::string ChangeWords(const PageChange& change) {
  if (change.kind != ChangeKind::kChanged) {
    const PageState& state = change.kind == ChangeKind::kAdded ? change.after : change.before;
    return state.title.empty() ? StateWords(state) : StateWords(state) + " " + state.title;
  }
  std::vector<std::string> words;
  if (change.status) {
    words.push_back(fmt::format("status {} -> {}", StateWords(change.before), StateWords(change.after)));
  }
  if (change.redirect) {
    words.push_back(
        fmt::format("redirect {} -> {}", OrNothing(change.before.redirect_to), OrNothing(change.after.redirect_to)));
  }
  if (change.title) {
    words.push_back(fmt::format("title {} -> {}", OrNothing(change.before.title), OrNothing(change.after.title)));
  }
  if (change.content) {
    words.push_back(change.distance ? fmt::format("content ({} of 64 bits)", *change.distance) : "content");
  }
  return fmt::format("{}", fmt::join(words, "; "));
}

Json StateJson(const PageState& state) {
  Json json;
  json["status"] = state.status ? Json(*state.status) : Json();
  for (const auto& [name, text] : {std::pair("error", &state.error), std::pair("title", &state.title),
                                   std::pair("redirect_to", &state.redirect_to)}) {
    if (!text->empty()) {
      json[name] = *text;
    }
  }
  return json;
}

Json ChangeJson(const PageChange& change) {
  Json json;
  json["change"] = ChangeName(change.kind);
  json["url"] = change.url;
  if (change.kind != ChangeKind::kAdded) {
    json["old"] = StateJson(change.before);
  }
  if (change.kind != ChangeKind::kGone) {
    json["new"] = StateJson(change.after);
  }
  if (change.kind == ChangeKind::kChanged) {
    json["changed"] = Json::array();
    for (const auto& [name, set] : {std::pair("status", change.status), std::pair("redirect", change.redirect),
                                    std::pair("title", change.title), std::pair("content", change.content)}) {
      if (set) {
        json["changed"].push_back(name);
      }
    }
    if (change.distance) {
      json["distance"] = *change.distance;
    }
  }
  return json;
}

// One row or line of the result, in the form that was asked for.
class DiffWriter {
 public:
  virtual ~DiffWriter() = default;
  virtual void Begin() {}
  virtual bool Add(const PageChange& change) = 0;
  virtual bool Add(const std::string& url, const std::string& recipe, const RecordDifference& difference) = 0;
  virtual void End(const Counts& /*counts*/) {}
};

class JsonDiffWriter : public DiffWriter {
 public:
  explicit JsonDiffWriter(OutputFile& file) : file_(file) {}
  bool Add(const PageChange& change) override { return Write(ChangeJson(change)); }
  bool Add(const std::string& url, const std::string& recipe, const RecordDifference& difference) override {
    Json json;
    json["change"] = "record";
    json["url"] = url;
    json["recipe"] = recipe;
    json["index"] = difference.index;
    json["record"] = difference.kind;
    json["fields"] = difference.fields;
    return Write(json);
  }

 private:
  bool Write(const Json& json) { return file_.Write(json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"); }
  OutputFile& file_;
};

class RowDiffWriter : public DiffWriter {
 public:
  explicit RowDiffWriter(OutputFile& file)
      : rows_(RowWriter::Create(file.is_stdout() ? SettingsForStdout(OutputFormat::kTable) : OutputSettings(),
                                [&file](std::string_view bytes) { return file.Write(bytes); })) {}
  void Begin() override { rows_->Begin({"change", "url", "what"}); }
  bool Add(const PageChange& change) override {
    return rows_->Add({std::string(ChangeName(change.kind)), change.url, ChangeWords(change)});
  }
  bool Add(const std::string& url, const std::string& recipe, const RecordDifference& difference) override {
    return rows_->Add({std::string("record"), url, recipe + ": " + DifferenceWords(difference)});
  }
  void End(const Counts& /*counts*/) override { rows_->End(); }

 private:
  std::unique_ptr<RowWriter> rows_;
};

class HtmlDiffWriter : public DiffWriter {
 public:
  HtmlDiffWriter(OutputFile& file, const DiffFlags& flags)
      : page_([&file](std::string_view bytes) { return file.Write(bytes); }, {kTablesJs}), flags_(flags) {}
  void Begin() override {
    page_.Begin("What changed", fmt::format("from {} to {}", flags_.older, flags_.newer));
    page_.BeginSection("changes", "Changes");
    const std::vector<std::string> columns = {"change", "url", "what"};
    page_.BeginTable("Changes", columns, {});
  }
  bool Add(const PageChange& change) override { return Row(ChangeName(change.kind), change.url, ChangeWords(change)); }
  bool Add(const std::string& url, const std::string& recipe, const RecordDifference& difference) override {
    return Row("record", url, recipe + ": " + DifferenceWords(difference));
  }
  void End(const Counts& counts) override {
    page_.EndTable();
    page_.Raw(fmt::format("<p>{}</p>\n", counts.Words()));
    page_.EndSection();
    page_.End();
  }

 private:
  bool Row(std::string_view kind, const std::string& url, const std::string& words) {
    const std::vector<Cell> cells = {std::string(kind), url, words};
    page_.AddRow(cells, kind);
    return page_.open();
  }
  HtmlPage page_;
  const DiffFlags& flags_;
};

std::unique_ptr<DiffWriter> MakeWriter(const DiffFlags& flags, OutputFile& file) {
  switch (flags.format) {
    case DiffFormat::kJsonLines:
      return std::make_unique<JsonDiffWriter>(file);
    case DiffFormat::kHtml:
      return std::make_unique<HtmlDiffWriter>(file, flags);
    case DiffFormat::kTable:
      break;
  }
  return std::make_unique<RowDiffWriter>(file);
}

Result<void> WriteDiff(Reader& reader, const DiffFlags& flags, DiffWriter& writer, Counts& counts) {
  writer.Begin();
  bool open = true;
  Result<void> done = ForEachPageChange(reader, static_cast<int>(flags.distance), [&](const PageChange& change) {
    ++(change.kind == ChangeKind::kAdded  ? counts.added
       : change.kind == ChangeKind::kGone ? counts.gone
                                          : counts.changed);
    return open = writer.Add(change);
  });
  if (done && open) {
    done = ForEachRecordChange(reader, [&](const RecordChange& change) {
      for (const RecordDifference& difference : CompareRecords(change.before, change.after)) {
        ++counts.records;
        open = open && writer.Add(change.url, change.recipe, difference);
      }
      return open;
    });
  }
  if (done) {
    writer.End(counts);
  }
  return done;
}

int Diff(const DiffFlags& flags) {
  if (flags.older.empty() || flags.newer.empty()) {
    return UsageFailure("two databases are compared: `spinneret diff OLD.db NEW.db`");
  }
  const Result<CrawlFile> older = CrawlFile::Of(flags.older);
  if (!older) {
    return FailOpen(older.error());
  }
  const Result<CrawlFile> newer = CrawlFile::Of(flags.newer);
  if (!newer) {
    return FailOpen(newer.error());
  }
  const Result<std::unique_ptr<Reader>> reader = Reader::OpenPair(older->path(), newer->path());
  if (!reader) {
    return FailOpen(reader.error());
  }
  const Result<std::unique_ptr<OutputFile>> file = OutputFile::Open(flags.output);
  if (!file) {
    return Fail(file.error());
  }
  Counts counts;
  if (const Result<void> done = WriteDiff(**reader, flags, *MakeWriter(flags, **file), counts); !done) {
    return Fail(done.error());
  }
  if (const Result<void> finished = (*file)->Finish(); !finished) {
    return Fail(finished.error());
  }
  fmt::print(stderr, "{}\n", counts.Words());
  return kDone;
}

}  // namespace

void AddDiffCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("diff", kDescription)->group("Looking at the result");
  command->footer(kFooter);
  auto flags = std::make_shared<DiffFlags>();
  command->add_option("OLD", flags->older, "The database of the earlier crawl, or its postgresql:// URL")
      ->type_name("");
  command->add_option("NEW", flags->newer, "The database of the later one, or its URL")->type_name("");
  AddChoiceOption(
      *command, "-f,--format", {"table", "jsonl", "html"},
      [flags](std::size_t index) { flags->format = static_cast<DiffFormat>(index); },
      "Columns for people, an object a line, or one self-contained page (default: table)");
  AddTextOption(*command, "-o,--output", "FILE", flags->output, "Where it is written (default: stdout)");
  AddCountOption(
      *command, "--distance", {0, 64}, [flags](std::uint64_t bits) { flags->distance = bits; },
      "Bits in which the texts' SimHashes may differ without the content counting as changed (default: 6)");
  command->callback([flags, &exit_status] { exit_status = Diff(*flags); });
}

}  // namespace spinneret::cli
