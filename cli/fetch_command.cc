// spinneret fetch: one URL as a crawl would fetch it, decision by decision.
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/printable.h"
#include "cli/commands.h"
#include "cli/crawl_flags.h"
#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/fetch_report.h"
#include "cli/option_kinds.h"
#include "cli/standard_output.h"
#include "crawler/fetch_trace.h"
#include "crawler/frontier/seed_list.h"

namespace spinneret::cli {
namespace {

constexpr char kDescription[] =
    "Fetch one URL as a crawl with this seed would, and show every step: how the URL is read, the line of robots.txt "
    "that decides, each redirect, addresses, headers and times, and what is read from the page. Nothing is tried "
    "again, and nothing is stored.";

constexpr char kFooter[] = R"(Examples:
  spinneret fetch https://example.com/
  spinneret fetch example.com --links 100 --exclude '\?'
  spinneret fetch https://example.com/ --json
  spinneret fetch https://example.com/ -o page.html

Exit status: 0 a response came, whatever its status; 1 none came, or it was not
asked (robots.txt, scope, redirects); 2 usage.)";

struct FetchFlags {
  CrawlFlags crawl;
  std::string url;
  std::string output;
  std::uint64_t links = 10;
  bool as_json = false;
};

bool WriteBody(const std::string& path, const std::string& body) {
  std::ofstream file(path, std::ios::binary);
  file.write(body.data(), static_cast<std::streamsize>(body.size()));
  file.close();
  return file.good();
}

int Fetch(const FetchFlags& flags) {
  if (flags.url.empty()) {
    return UsageFailure("no URL: give one, such as `spinneret fetch https://example.com/`");
  }
  std::string reason;
  const std::optional<Url> url = ParseSeedUrl(flags.url, reason);
  if (!url) {
    return UsageFailure(reason);
  }
  const Result<CrawlOptions> options = flags.crawl.BuildWithoutSeeds();
  if (!options) {
    return Fail(options.error());
  }
  const Result<FetchTrace> trace = TraceFetch(*options, *url);
  if (!trace) {
    return Fail(trace.error());
  }
  const std::string report = flags.as_json ? TraceJson(*trace, flags.links) : RenderTrace(*trace, flags.links);
  const bool body_to_stdout = flags.output == "-";
  StandardOutput output;
  output.Write(body_to_stdout ? trace->body : report);
  if (body_to_stdout) {
    std::fwrite(report.data(), 1, report.size(), stderr);
  }
  if (const int status = output.Finish(); status != kDone) {
    return status;
  }
  if (!flags.output.empty() && !body_to_stdout && trace->end == TraceEnd::kFetched &&
      !WriteBody(flags.output, trace->body)) {
    return Fail(Err(ErrorCode::kStorage, fmt::format("{} cannot be written", Printable(flags.output))));
  }
  return trace->end == TraceEnd::kFetched ? kDone : kNothingFetched;
}

}  // namespace

void AddFetchCommand(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("fetch", kDescription)->group("Trying things out");
  command->footer(kFooter);
  auto flags = std::make_shared<FetchFlags>();
  command->add_option("URL", flags->url, "What to fetch; a host name gets https:// put before it")->type_name("");
  AddTextOption(*command, "-o,--output", "FILE", flags->output,
                "Write the page's body, decoded from its transfer, to FILE; - is stdout, and then the report goes to "
                "stderr");
  command->add_flag("--json", flags->as_json, "The report as one JSON object");
  AddCountOption(
      *command, "--links", {}, [flags = flags.get()](std::uint64_t count) { flags->links = count; },
      "How many of the page's links are shown (default: 10)");
  flags->crawl.AddTo(*command, CrawlFlags::Command::kFetch);
  command->callback([flags, &exit_status] { exit_status = Fetch(*flags); });
}

}  // namespace spinneret::cli
