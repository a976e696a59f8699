// spinneret sitemap: what a sitemap or a feed lists, for one file or for many as JSON Lines.
#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "cli/base64.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/json_lines.h"
#include "cli/standard_output.h"
#include "parser/sitemap.h"

namespace spinneret::cli {
namespace {

using nlohmann::json;

// What relative locations start from where nobody says where the sitemap comes from: they are then not usable.
constexpr char kNowhere[] = "about:blank";

// --- JSON Lines ---

json EntryJson(const SitemapEntry& entry) {
  json out{{"loc", entry.loc}};
  if (!entry.lastmod.empty()) {
    out["lastmod"] = entry.lastmod;
  }
  if (!entry.changefreq.empty()) {
    out["changefreq"] = entry.changefreq;
  }
  if (entry.priority) {
    out["priority"] = *entry.priority;
  }
  if (!entry.alternates.empty()) {
    out["alternates"] = entry.alternates;
  }
  return out;
}

json AnswerLine(const json& request) {
  const std::string* const url_text = JsonText(request, "url");
  const std::optional<Url> url = Url::Parse(url_text == nullptr ? kNowhere : *url_text);
  if (!url) {
    return JsonError("\"url\" is not an absolute URL");
  }
  const std::string* body = JsonText(request, "body");
  std::optional<std::string> bytes;
  if (const std::string* const base64 = JsonText(request, "body_base64")) {
    bytes = DecodeBase64(*base64);
    if (!bytes) {
      return JsonError("\"body_base64\" is not base64");
    }
    body = &*bytes;
  }
  if (body == nullptr) {
    return JsonError("\"body\" or \"body_base64\" is missing");
  }
  json urls = json::array();
  SitemapReader reader(*url, {}, [&urls](const SitemapEntry& entry) {
    urls.push_back(EntryJson(entry));
    for (const std::string& image : entry.images) {
      urls.push_back(json{{"loc", image}});
    }
  });
  reader.Feed(*body);
  const SitemapEnd end = reader.Finish();
  if (urls.empty() && !end.error.empty()) {
    return JsonError(end.error);
  }
  json answer{{"type", SitemapTypeName(end.type)}, {"urls", std::move(urls)}};
  if (!end.error.empty()) {
    answer["error"] = end.error;
  }
  if (end.cut != SitemapCut::kNone) {
    answer["cut"] = end.cut == SitemapCut::kEntries ? "entries" : "bytes";
  }
  return answer;
}

// --- one file, for people ---

struct SitemapOptions {
  std::string file;
  std::string url;
  bool jsonl = false;
};

std::string Summary(const SitemapEnd& end) {
  std::string text =
      fmt::format("{}: {} {}", end.type == SitemapType::kUnknown ? "no sitemap" : SitemapTypeName(end.type),
                  end.entries, end.entries == 1 ? "URL" : "URLs");
  if (end.bad_entries > 0) {
    text += fmt::format(", {} without a usable URL", end.bad_entries);
  }
  if (end.cut != SitemapCut::kNone) {
    text += end.cut == SitemapCut::kEntries ? ", cut after 50000 URLs" : ", cut after 50 MB";
  }
  return text + "\n";
}

int PrintFile(const SitemapOptions& options) {
  const std::optional<Url> url = Url::Parse(options.url.empty() ? kNowhere : options.url);
  if (!url) {
    return UsageFailure("--url is not an absolute URL");
  }
  struct Close {
    void operator()(std::FILE* file) const {
      if (file != stdin) {
        std::fclose(file);
      }
    }
  };
  const std::unique_ptr<std::FILE, Close> in(options.file == "-" ? stdin : std::fopen(options.file.c_str(), "rb"));
  if (!in) {
    return UsageFailure(fmt::format("{} cannot be opened", Printable(options.file)));
  }
  StandardOutput output;
  SitemapReader reader(*url, {}, [&output](const SitemapEntry& entry) {
    output.Write(fmt::format("{}\t{}\t{}\n", Printable(entry.loc), Printable(entry.lastmod),
                             entry.priority ? fmt::format("{}", *entry.priority) : std::string()));
  });
  std::array<char, 64U << 10U> piece{};
  std::size_t size = 0;
  do {
    size = std::fread(piece.data(), 1, piece.size(), in.get());
  } while (reader.Feed({piece.data(), size}) && size > 0);
  if (std::ferror(in.get()) != 0) {
    return UsageFailure(fmt::format("{} cannot be read", Printable(options.file)));
  }
  const SitemapEnd end = reader.Finish();
  const int written = output.Finish();
  std::fputs(Summary(end).c_str(), stderr);
  if (!end.error.empty()) {
    std::fputs(fmt::format("spinneret sitemap: {}\n", Printable(end.error)).c_str(), stderr);
    return kNothingFetched;
  }
  return written;
}

}  // namespace

void AddSitemapCommand(CLI::App& app, int& exit_status) {
  auto options = std::make_shared<SitemapOptions>();
  CLI::App* command =
      app.add_subcommand("sitemap", "List the URLs of a sitemap or feed, one a line: URL, date, priority");
  CLI::Option* file = command
                          ->add_option("FILE", options->file,
                                       "A sitemap, sitemap index, RSS or Atom feed or list of URLs, also as gzip; - is "
                                       "stdin")
                          ->type_name("");
  CLI::Option* url =
      command->add_option("--url", options->url, "Where it was found: what relative URLs start from")->type_name("URL");
  CLI::Option* jsonl =
      command->add_flag("--jsonl", options->jsonl,
                        "Read {\"body\" or \"body_base64\", \"url\"} lines, write {\"type\", \"urls\"} "
                        "or {\"error\"} lines");
  jsonl->excludes(file)->excludes(url);
  command->callback([options, file, &exit_status] {
    if (options->jsonl) {
      exit_status = AnswerJsonLines(AnswerLine);
    } else if (file->count() == 0) {
      exit_status = UsageFailure("a file, - or --jsonl is required; see `spinneret sitemap --help`");
    } else {
      exit_status = PrintFile(*options);
    }
  });
}

}  // namespace spinneret::cli
