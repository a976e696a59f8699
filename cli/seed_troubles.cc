#include "cli/seed_troubles.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "storage/lookup.h"
#include "storage/rows.h"

namespace spinneret::cli {
namespace {

struct Advice {
  std::string_view reason;
  std::string_view todo;
};
constexpr std::array<Advice, 15> kAdvice = {{
    {"dns", "check the name, and that this machine has a network (--dns-servers asks others)"},
    {"private_address", "a site of your own machine or network needs --allow-private, or --allow-net NET"},
    {"connect", "nothing listens there: check address and port, or try again later"},
    {"reset", "the server hangs up: try again later, or in a browser"},
    {"timeout", "no answer came in time: try again later, or with --timeout 60s"},
    {"tls", "its certificate is not accepted: --ca-file FILE trusts another authority, --insecure asks nobody"},
    {"protocol", "what answers there is no web server: check scheme and port"},
    {"robots", "its robots.txt forbids it; on a site of your own there is --robots ignore"},
    {"scheme", "only http and https can be crawled"},
    {"include", "no --include matches it, and seeds are judged too"},
    {"exclude", "an --exclude matches it, and seeds are judged too"},
    {"too_long", "it is longer than --max-url-length"},
    {"too_many_redirects", "its redirects do not end: try it in a browser, it may want cookies"},
    {"trap", "`spinneret resume DB --release-trap all` asks it all the same"},
    {"robots_unreachable", "robots.txt could not be had, and without it nothing else is asked: try again later"},
}};

}  // namespace

std::string AdviceFor(std::string_view reason, std::string_view detail) {
  // Of robots.txt it is the cause that can be mended: "dns: no such name".
  const std::string_view cause = detail.substr(0, std::min(detail.find(':'), detail.size()));
  for (const std::string_view word : {reason == "robots_unreachable" ? cause : reason, reason}) {
    for (const Advice& advice : kAdvice) {
      if (advice.reason == word) {
        return std::string(advice.todo);
      }
    }
  }
  return {};
}

Result<std::vector<SeedTrouble>> FindSeedTroubles(Reader& reader) {
  std::vector<SeedTrouble> troubles;
  const Result<void> read = LookUp(reader, "seed-troubles", {}, [&troubles](const RowView& row) {
    const auto admission = static_cast<AdmissionCode>(row.Integer(1));
    const bool admitted = admission == AdmissionCode::kAdmitted;
    const std::string reason = admitted ? row.Text(2) : std::string(AdmissionName(admission));
    const std::string detail = row.Text(3);
    troubles.push_back({.url = row.Text(0),
                        .what = detail.empty() ? reason : reason + ": " + detail,
                        .todo = AdviceFor(reason, detail),
                        .may_pass = admitted && reason != "robots"});
    return true;
  });
  return read ? Result<std::vector<SeedTrouble>>(std::move(troubles)) : Result<std::vector<SeedTrouble>>(read.error());
}

}  // namespace spinneret::cli
