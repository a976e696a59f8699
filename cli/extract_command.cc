// spinneret extract: what a page holds, for one page on the command line or for many as JSON Lines.
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/printable.h"
#include "cli/commands.h"
#include "cli/crawl_flags.h"
#include "cli/exit_status.h"
#include "cli/extract_database.h"
#include "cli/extract_page.h"
#include "cli/failure.h"
#include "cli/gate.h"
#include "cli/json_lines.h"
#include "cli/option_kinds.h"
#include "cli/recipe_files.h"
#include "cli/scraping_flags.h"
#include "cli/standard_output.h"
#include "cli/summary.h"
#include "crawler/fetch_trace.h"
#include "crawler/frontier/seed_list.h"
#include "crawler/page_scraper.h"
#include "parser/encoding.h"
#include "parser/link_resolver.h"
#include "parser/page_extracts.h"

namespace spinneret::cli {
namespace {

using nlohmann::json;

constexpr char kDescription[] =
    "Take from pages what is wanted: fields, records, structured data, text. Of one page (a file, a URL, stdin), or of "
    "all pages that a crawl has stored (crawl --store-body zstd), whose records are then replaced by what the rules "
    "find now. Without a rule, everything that a page holds.";

constexpr char kFooter[] = R"(Examples:
  spinneret extract page.html
  spinneret extract page.html --select 'h1' --select 'a::attr(href)'
  spinneret extract https://example.com/ --extract markdown
  spinneret extract https://example.com/shop/1 --recipe shop.toml
  spinneret extract crawl.db --recipe shop.toml
      the rules again, over the stored pages, on all cores; says what changed
  spinneret extract crawl.db --recipe shop.toml --fail-on 'coverage:price<0.9')";

constexpr std::uint64_t kMaxExtractWorkers = 256;

// A page larger than this is not one.
constexpr std::size_t kMaxPageBytes = std::size_t{256} << 20U;

// --- JSON Lines ---

// Selectors that were asked for, by their text: the same few come with every line.
class SelectorCache {
 public:
  const Result<Selector>& Get(const std::string& text) {
    if (compiled_.size() > kKept) {
      compiled_.clear();
    }
    return compiled_.try_emplace(text, Selector::Compile(text)).first->second;
  }

 private:
  static constexpr std::size_t kKept = 1000;
  std::unordered_map<std::string, Result<Selector>> compiled_;
};

class LineExtractor {
 public:
  json Answer(const json& request) {
    const std::string* const html = JsonText(request, "html");
    if (html == nullptr) {
      return JsonError("\"html\" is missing or not a string");
    }
    const std::string* const url_text = JsonText(request, "url");
    const std::optional<Url> url = url_text == nullptr ? std::nullopt : Url::Parse(*url_text);
    if (!url) {
      return JsonError("\"url\" is missing or not an absolute URL");
    }
    const auto select = request.find("select");
    const bool is_given = select != request.end() && !select->is_null();
    if (is_given && !select->is_object()) {
      return JsonError("\"select\" is not an object");
    }
    page_.Read(*html, *url);
    json answer = page_.Everything();
    json fields = json::object();
    json errors = json::object();
    if (is_given) {
      for (const auto& [name, selector] : select->items()) {
        AddField(name, selector, fields, errors);
      }
    }
    answer["fields"] = std::move(fields);
    if (!errors.empty()) {
      answer["errors"] = std::move(errors);
    }
    return answer;
  }

 private:
  void AddField(const std::string& name, const json& selector, json& fields, json& errors) {
    const auto* const text = selector.get_ptr<const std::string*>();
    if (text == nullptr) {
      errors[name] = "not a string";
      return;
    }
    const Result<Selector>& compiled = selectors_.Get(*text);
    if (!compiled) {
      errors[name] = compiled.error().message;
      return;
    }
    FieldValues found = page_.Values(*compiled);
    fields[name] = std::move(found.values);
    if (found.cut) {
      errors[name] = CutMessage();
    }
  }

  PageExtractor page_;
  SelectorCache selectors_;
};

// --- one page, for people ---

struct ExtractFlags {
  std::string source;
  std::string base;
  bool jsonl = false;
  ExtractDatabaseFlags database;  // what there is for one page as well lies here
  CrawlFlags fetch;
};

struct NamedSelector {
  std::string name;  // empty: its values are printed as they are
  Selector selector;
};

// A page as it came, before it is decoded.
struct RawPage {
  std::string bytes;
  std::string content_type;
  Url url;
};

bool MayStandInName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// NAME=CSS, or CSS alone: "a[href=x]" has no name, because a bracket comes before its '='.
Result<NamedSelector> ReadSelect(const std::string& text) {
  std::size_t name_size = 0;
  while (name_size < text.size() && MayStandInName(text[name_size])) {
    ++name_size;
  }
  const bool has_name = name_size > 0 && name_size < text.size() && text[name_size] == '=';
  const std::string css = has_name ? text.substr(name_size + 1) : text;
  Result<Selector> selector = Selector::Compile(css);
  if (!selector) {
    return Err(ErrorCode::kInvalidArgument,
               fmt::format("--select {}: {}", Printable(text), Printable(selector.error().message)));
  }
  return NamedSelector{has_name ? text.substr(0, name_size) : "", std::move(selector).value()};
}

Result<std::string> ReadBytes(const std::string& source) {
  const bool is_stdin = source == "-";
  std::FILE* const file = is_stdin ? stdin : std::fopen(source.c_str(), "rb");
  if (file == nullptr) {
    return Err(ErrorCode::kNotFound, fmt::format("{}: {}", Printable(source), std::strerror(errno)));
  }
  std::string bytes;
  std::vector<char> buffer(std::size_t{64} << 10U);
  std::size_t got = 0;
  while (bytes.size() <= kMaxPageBytes && (got = std::fread(buffer.data(), 1, buffer.size(), file)) > 0) {
    bytes.append(buffer.data(), got);
  }
  const bool failed = std::ferror(file) != 0;
  const int error = errno;
  if (!is_stdin) {
    std::fclose(file);
  }
  if (failed) {
    return Err(ErrorCode::kSystem, fmt::format("{}: {}", Printable(source), std::strerror(error)));
  }
  if (bytes.size() > kMaxPageBytes) {
    return Err(ErrorCode::kInvalidArgument, fmt::format("{}: over 256 MiB; is it a page?", Printable(source)));
  }
  return bytes;
}

// What relative links of a page start from that came without a URL: a file's own, so that they lead nowhere else.
Url UrlOfSource(const std::string& source) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(source, error);
  std::optional<Url> url;
  if (source != "-" && !error) {
    url = Url::Parse("file://" + path.string());
  }
  return url ? *url : *Url::Parse("about:blank");
}

std::string Pretty(const json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

// A value on a line of its own.
std::string OneLine(std::string value) {
  for (char& c : value) {
    c = c == '\n' || c == '\r' ? ' ' : c;
  }
  return value + "\n";
}

void WriteSelected(const PageExtractor& page, const std::vector<NamedSelector>& selectors, StandardOutput& output) {
  json named = json::object();
  for (const NamedSelector& field : selectors) {
    FieldValues found = page.Values(field.selector);
    if (found.cut) {
      Log(LogLevel::kWarning, fmt::format("{}: {}", Printable(field.selector.text()), CutMessage()));
    }
    if (!field.name.empty()) {
      named[field.name] = std::move(found.values);
      continue;
    }
    for (std::string& value : found.values) {
      output.Write(OneLine(std::move(value)));
    }
  }
  if (!named.empty()) {
    output.Write(Pretty(named));
  }
}

Result<RawPage> FetchPage(const ExtractFlags& flags) {
  std::string reason;
  const std::optional<Url> url = ParseSeedUrl(flags.source, reason);
  if (!url) {
    return Err(ErrorCode::kInvalidArgument, reason);
  }
  const Result<CrawlOptions> options = flags.fetch.BuildWithoutSeeds();
  if (!options) {
    return options.error();
  }
  Result<FetchTrace> trace = TraceFetch(*options, *url);
  if (!trace) {
    return std::move(trace).error();
  }
  const TracedHop& last = trace->hops.back();
  const std::optional<Url> final_url = Url::Parse(last.url);
  if (trace->end != TraceEnd::kFetched || !last.report || !final_url) {
    const std::string why =
        last.report && last.report->attempt.error ? last.report->attempt.error->message : "it was not fetched";
    return Err(ErrorCode::kConnect, fmt::format("{}; `spinneret fetch {}` shows every step", Printable(why),
                                                Printable(ShellQuote(flags.source))));
  }
  if (last.report->attempt.status >= 400) {
    Log(LogLevel::kWarning, fmt::format("{}: status {}", Printable(last.url), last.report->attempt.status));
  }
  const std::string charset(last.report->charset);
  return RawPage{std::move(trace->body), charset.empty() ? "text/html" : "text/html; charset=" + charset, *final_url};
}

Result<RawPage> ReadPage(const ExtractFlags& flags) {
  std::error_code error;
  const bool is_url = flags.source != "-" && flags.source.find("://") != std::string::npos &&
                      !std::filesystem::exists(flags.source, error);
  Result<RawPage> page = Err(ErrorCode::kInternal, "");
  if (is_url) {
    page = FetchPage(flags);
  } else {
    Result<std::string> bytes = ReadBytes(flags.source);
    page = bytes ? Result<RawPage>(RawPage{std::move(*bytes), "", UrlOfSource(flags.source)})
                 : Result<RawPage>(std::move(bytes).error());
  }
  if (page && !flags.base.empty()) {
    const std::optional<Url> base = Url::Parse(flags.base);
    if (!base) {
      return Err(ErrorCode::kInvalidArgument, "--base is not an absolute URL");
    }
    page->url = *base;
  }
  return page;
}

// Records, a JSON object a line.
void WriteRecords(const RawPage& raw, std::string_view text, const std::vector<std::shared_ptr<const Recipe>>& recipes,
                  StandardOutput& output) {
  PageScraper scraper({recipes, {}, false});
  PageContents contents;
  scraper.Read(raw.url, text, contents);
  const PageFinds finds = scraper.Scrape(raw.url, DocumentBase(contents, raw.url));
  std::vector<bool> found(recipes.size());
  for (const RecipeFinds& of_recipe : finds.recipes) {
    const std::string& name = recipes[of_recipe.recipe]->name;
    found[of_recipe.recipe] = !of_recipe.found.records.empty();
    for (const std::string& record : of_recipe.found.records) {
      output.Write(record + "\n");
    }
    if (of_recipe.found.incomplete > 0) {
      Log(LogLevel::kWarning,
          fmt::format("{}: left out for want of a required field: {}", name, of_recipe.found.incomplete));
    }
  }
  for (std::size_t i = 0; i < recipes.size(); ++i) {
    if (!found[i]) {
      Log(LogLevel::kWarning, recipes[i]->WantsUrl(raw.url.href())
                                  ? fmt::format("{}: no record on this page", recipes[i]->name)
                                  : fmt::format("{}: match.url does not want {}; --base gives a page another URL",
                                                recipes[i]->name, Printable(raw.url.href())));
    }
  }
}

// One kind of text as it is; anything else as JSON.
void WriteExtracts(const PageExtractor& page, ExtractKinds kinds, StandardOutput& output) {
  const json found = page.Extracts(kinds);
  if (found.size() == 1 && found.begin()->is_string()) {
    output.Write(found.begin()->get<std::string>() + "\n");
  } else {
    output.Write(Pretty(found));
  }
}

int ExtractOne(const ExtractFlags& flags) {
  std::vector<NamedSelector> selectors;
  for (const std::string& text : flags.database.recipes.selections) {
    Result<NamedSelector> read = ReadSelect(text);
    if (!read) {
      return UsageFailure(read.error().message);
    }
    selectors.push_back(std::move(read).value());
  }
  const Result<ExtractKinds> kinds = ReadExtractKinds(flags.database.extracts);
  if (!kinds) {
    return UsageFailure(kinds.error().message);
  }
  const Result<std::vector<std::shared_ptr<const Recipe>>> recipes = ReadRecipes({flags.database.recipes.files, {}});
  if (!recipes) {
    return UsageFailure(recipes.error().message);
  }
  const Result<RawPage> raw = ReadPage(flags);
  if (!raw) {
    return Fail(raw.error());
  }
  DecodedText decoded;
  DecodeHtml(raw->bytes, raw->content_type, decoded);
  PageExtractor page;
  page.Read(decoded.text, raw->url);
  StandardOutput output;
  if (!recipes->empty()) {
    WriteRecords(*raw, decoded.text, *recipes, output);
  }
  if (kinds->any()) {
    WriteExtracts(page, *kinds, output);
  }
  if (!selectors.empty()) {
    WriteSelected(page, selectors, output);
  }
  if (recipes->empty() && kinds->none() && selectors.empty()) {
    output.Write(Pretty(page.Everything()));
  }
  return output.Finish();
}

int Extract(ExtractFlags& flags, const CLI::App& command) {
  if (flags.source != "-" && IsDatabaseFile(flags.source)) {
    flags.database.database = flags.source;
    return ExtractDatabase(flags.database);
  }
  for (const char* const option : {"--workers", "--index", "--fail-on"}) {
    if (command.get_option(option)->count() > 0) {
      return UsageFailure(
          fmt::format("{} is for the database of a crawl, and {} is none", option, Printable(flags.source)));
    }
  }
  return ExtractOne(flags);
}

}  // namespace

void AddExtractCommand(CLI::App& app, int& exit_status) {
  auto flags = std::make_shared<ExtractFlags>();
  CLI::App* command = app.add_subcommand("extract", kDescription);
  command->footer(kFooter);
  CLI::Option* source =
      command->add_option("SOURCE", flags->source, "A file, a URL, - for stdin, or a crawl's database")->type_name("");
  static constexpr char kWhat[] = "What to take";
  AddListOption(*command, "--recipe", "FILE", flags->database.recipes.files,
                "The records that a recipe finds, a JSON object a line; `spinneret init` writes one to start from. "
                "Repeatable")
      ->group(kWhat);
  AddListOption(*command, "--select", "[NAME=]CSS", flags->database.recipes.selections,
                "What this selector finds: a value a line, or under NAME in a JSON object. ::text, ::attr(name) and "
                "::html say what of an element. Repeatable")
      ->group(kWhat);
  AddListOption(*command, "--extract", "KIND,...", flags->database.extracts,
                fmt::format("What a page says of itself, and its text: {} (og for opengraph). Repeatable",
                            fmt::join(kExtractNames, ", ")))
      ->group(kWhat);
  command->add_option("--base", flags->base, "The page's URL, which relative links start from")
      ->type_name("URL")
      ->group("A page");
  command
      ->add_flag("--jsonl", flags->jsonl,
                 "Read {\"html\", \"url\", \"select\": {field: selector}} lines, write what each page holds, or "
                 "{\"error\"}, as a line")
      ->group("A page");
  static constexpr char kDatabase[] = "A database";
  AddCountOption(
      *command, "-w,--workers", {1, kMaxExtractWorkers},
      [flags = flags.get()](std::uint64_t count) { flags->database.workers = static_cast<std::uint32_t>(count); },
      "Threads that read pages (default: one for each core)")
      ->group(kDatabase);
  AddChoiceOption(
      *command, "--index", {"text"},
      [flags = flags.get()](std::size_t /*index*/) { flags->database.index_text = true; },
      "Make the index of `spinneret query DB --search WORDS` anew from the stored pages")
      ->group(kDatabase);
  AddGateOption(*command, flags->database.gates)->group(kDatabase);
  flags->fetch.AddTo(*command, CrawlFlags::Command::kExtract);
  command->callback([flags, source, command, &exit_status] {
    if (flags->jsonl) {
      for (const CLI::Option* const option : command->get_options()) {
        if (option->count() > 0 && !option->check_name("--jsonl")) {
          exit_status = UsageFailure(
              fmt::format("--jsonl and {} contradict each other: each line says what it wants", option->get_name()));
          return;
        }
      }
      LineExtractor extractor;
      exit_status = AnswerJsonLines([&extractor](const json& request) { return extractor.Answer(request); });
    } else if (source->count() == 0) {
      exit_status = UsageFailure("extract needs a page: a file, a URL, - for stdin, a database, or --jsonl");
    } else {
      exit_status = Extract(*flags, *command);
    }
  });
}

}  // namespace spinneret::cli
