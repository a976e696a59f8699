#include "cli/fetch_report.h"

#include <map>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/duration.h"
#include "cli/terminal.h"
#include "storage/rows.h"

namespace spinneret::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kLabelWidth = 13;
constexpr int kLinkTextColumns = 40;

std::string_view EndName(TraceEnd end) {
  switch (end) {
    case TraceEnd::kFetched:
      return "fetched";
    case TraceEnd::kFailed:
      return "failed";
    case TraceEnd::kRefused:
      return "refused";
    case TraceEnd::kRobots:
      return "robots";
    case TraceEnd::kTooManyRedirects:
      return "too_many_redirects";
  }
  return "";
}

std::string_view SourceWords(EncodingSource source) {
  switch (source) {
    case EncodingSource::kBom:
      return "by its byte order mark";
    case EncodingSource::kContentType:
      return "by the Content-Type header";
    case EncodingSource::kMeta:
      return "by its meta element";
    case EncodingSource::kXmlDeclaration:
      return "by its XML declaration";
    case EncodingSource::kValidUtf8:
      return "nothing says so, but all of it is";
    case EncodingSource::kDetected:
      return "nothing says so, its bytes look like it";
    case EncodingSource::kDefault:
      return "nothing says so, the default";
  }
  return "";
}

std::string_view SourceName(EncodingSource source) {
  switch (source) {
    case EncodingSource::kBom:
      return "bom";
    case EncodingSource::kContentType:
      return "content_type";
    case EncodingSource::kMeta:
      return "meta";
    case EncodingSource::kXmlDeclaration:
      return "xml_declaration";
    case EncodingSource::kValidUtf8:
      return "valid_utf8";
    case EncodingSource::kDetected:
      return "detected";
    case EncodingSource::kDefault:
      return "default";
  }
  return "";
}

// The lines of a header block after its status line.
std::vector<std::string_view> HeaderLines(std::string_view block) {
  std::vector<std::string_view> lines;
  for (bool status_line = true; !block.empty(); status_line = false) {
    const std::size_t end = block.find('\n');
    std::string_view line = block.substr(0, end);
    block.remove_prefix(end == std::string_view::npos ? block.size() : end + 1);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (!status_line && !line.empty()) {
      lines.push_back(line);
    }
  }
  return lines;
}

std::string RequestLine(const TracedHop& hop) {
  const std::optional<Url> url = Url::Parse(hop.url);
  const std::string& version = hop.report->attempt.http_version;
  return fmt::format("GET {}{}", url ? url->path_and_query() : std::string_view(),
                     version.empty() ? "" : " HTTP/" + version);
}

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) {
    hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return hex;
}

std::map<std::string_view, std::size_t> Refusals(const FetchTrace& trace) {
  std::map<std::string_view, std::size_t> refusals;
  for (const AdmissionCode code : trace.link_admissions) {
    if (code != AdmissionCode::kAdmitted) {
      ++refusals[AdmissionName(code)];
    }
  }
  return refusals;
}

// --- for people ---

class Lines {
 public:
  // What stands in it may come from the web.
  void Row(std::string_view label, std::string_view value) {
    out_ += fmt::format("  {:<{}} {}\n", label, kLabelWidth, TerminalText(value));
  }
  void RowIfAny(std::string_view label, std::string_view value) {
    if (!value.empty()) {
      Row(label, value);
    }
  }
  void Heading(std::string_view text) { out_ += fmt::format("{}{}\n", out_.empty() ? "" : "\n", TerminalText(text)); }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

std::string TimesText(const FetchTimings& timings) {
  std::string text;
  const auto add = [&text](std::string_view phase, double ms) {
    if (ms >= 0) {
      text += fmt::format("{}{} {:.1f}", text.empty() ? "" : ", ", phase, ms);
    }
  };
  add("dns", timings.dns_ms);
  add("connect", timings.connect_ms);
  add("tls", timings.tls_ms);
  add("first byte", timings.ttfb_ms);
  add("total", timings.total_ms);
  return text.empty() ? text : text + " ms";
}

void AddAttempt(const AttemptRecord& attempt, Lines& lines) {
  lines.RowIfAny("address", attempt.ip);
  lines.RowIfAny("time", TimesText(attempt.timings));
  if (attempt.error) {
    lines.Row("error", fmt::format("{}: {}", ErrorName(attempt.error->code), attempt.error->message));
  } else {
    lines.Row("status", fmt::format("{}", attempt.status));
  }
}

void AddRobots(const TracedRobots& robots, Lines& lines) {
  for (const RobotsReport& report : robots.reports) {
    lines.Row("robots", fmt::format("{}: {}", report.job.url,
                                    report.attempt.error ? std::string(ErrorName(report.attempt.error->code))
                                                         : fmt::format("status {}", report.attempt.status)));
  }
  switch (robots.state) {
    case RobotsState::kRules:
      lines.Row("", robots.line == 0 ? "allowed: no rule matches"
                                     : fmt::format("{} by line {}: {}", robots.allowed ? "allowed" : "disallowed",
                                                   robots.line, robots.rule));
      break;
    case RobotsState::kAllowAll:
      lines.Row("", "allowed: there is none");
      break;
    case RobotsState::kUnreachable:
      lines.Row("", fmt::format("disallowed: it could not be had ({})", robots.detail));
      break;
    case RobotsState::kPrivateAddress:
      lines.Row("", fmt::format("not asked: {}", robots.detail));
      break;
    case RobotsState::kUnknown:
    case RobotsState::kAsked:
      break;
  }
  if (robots.crawl_delay) {
    lines.Row("", fmt::format("asks for a rest of {} between requests", FormatDuration(*robots.crawl_delay)));
  }
}

void AddHop(const TracedHop& hop, bool first, Lines& lines) {
  lines.Heading(hop.url);
  lines.Row("canonical", hop.key == hop.url ? "the same" : hop.key);
  if (hop.admission == AdmissionCode::kAdmitted) {
    lines.Row("scope", first ? "in: a seed" : "in: a seed's redirect leads to it");
  } else {
    lines.Row("scope", fmt::format("out: {}{}{}", AdmissionName(hop.admission),
                                   hop.admission_detail.empty() ? "" : ": ", hop.admission_detail));
    return;
  }
  if (hop.robots) {
    AddRobots(*hop.robots, lines);
  } else {
    lines.Row("robots", "ignored");
  }
  if (!hop.report) {
    return;
  }
  const PageReport& report = *hop.report;
  lines.Row("request", RequestLine(hop));
  AddAttempt(report.attempt, lines);
  for (const std::string_view header : HeaderLines(report.raw_headers)) {
    lines.Row("header", header);
  }
  if (report.location) {
    lines.Row("redirect", "to " + report.location->href);
  }
}

void AddLinks(const FetchTrace& trace, std::size_t most_links, Lines& lines) {
  const LinkSet& links = trace.hops.back().report->page->links;
  std::string counts = FormatCount(links.size());
  std::size_t refused = 0;
  std::string reasons;
  for (const auto& [reason, count] : Refusals(trace)) {
    reasons += fmt::format(", {} not: {}", FormatCount(count), reason);
    refused += count;
  }
  if (refused > 0) {
    counts += fmt::format("; {} would be followed{}", FormatCount(links.size() - refused), reasons);
  }
  lines.Row("links", counts);
  for (std::size_t i = 0; i < links.size() && i < most_links; ++i) {
    const ResolvedLink link = links[i];
    std::string line = fmt::format("{} {}", LinkTagName(link.tag), link.href);
    if (!link.text.empty()) {
      line += fmt::format(" \"{}\"", FitWidth(TerminalText(link.text), kLinkTextColumns, "..."));
    }
    if (trace.link_admissions[i] != AdmissionCode::kAdmitted) {
      line += fmt::format(" ({})", AdmissionName(trace.link_admissions[i]));
    }
    lines.Row("", line);
  }
}

void AddPage(const FetchTrace& trace, std::size_t most_links, Lines& lines) {
  const PageReport& report = *trace.hops.back().report;
  const std::string_view coded = report.content_encoding;
  lines.Row("size", fmt::format("{} bytes{}{}", report.bytes_body,
                                coded.empty() ? "" : fmt::format(", {} as {}", report.attempt.bytes_wire, coded),
                                report.truncated == Truncation::kNone
                                    ? ""
                                    : fmt::format(", cut short: {}", TruncationName(report.truncated))));
  lines.RowIfAny("type", report.mime);
  if (report.charset_source) {
    lines.Row("encoding", fmt::format("{}, {}", report.charset, SourceWords(*report.charset_source)));
  } else {
    lines.RowIfAny("encoding", report.charset);
  }
  lines.RowIfAny("sha-256", Hex(report.digest));
  if (report.refresh) {
    lines.Row("refresh", "leads to " + report.refresh->href);
  }
  if (!report.page) {
    return;
  }
  const PageDetails& page = *report.page;
  lines.RowIfAny("title", page.title);
  lines.RowIfAny("description", page.description);
  lines.RowIfAny("h1", page.h1);
  lines.RowIfAny("language", page.lang);
  lines.RowIfAny("rel canonical", page.canonical);
  lines.RowIfAny("meta robots", page.robots);
  lines.Row("words", FormatCount(page.word_count));
  if (!page.cut.empty()) {
    lines.Row("cut", fmt::format("read in part: over the bound on {}", page.cut));
  }
  AddLinks(trace, most_links, lines);
}

// --- JSON ---

Json OrNull(std::string_view text) {
  return text.empty() ? Json() : Json(text);
}

Json AttemptJson(const AttemptRecord& attempt) {
  Json json;
  json["status"] = attempt.status == 0 ? Json() : Json(attempt.status);
  json["error"] = attempt.error ? Json(ErrorName(attempt.error->code)) : Json();
  json["error_detail"] = attempt.error ? Json(attempt.error->message) : Json();
  json["ip"] = OrNull(attempt.ip);
  json["http_version"] = OrNull(attempt.http_version);
  Json times = Json::object();
  const auto add = [&times](const char* name, double ms) { times[name] = ms < 0 ? Json() : Json(ms); };
  add("dns_ms", attempt.timings.dns_ms);
  add("connect_ms", attempt.timings.connect_ms);
  add("tls_ms", attempt.timings.tls_ms);
  add("ttfb_ms", attempt.timings.ttfb_ms);
  add("total_ms", attempt.timings.total_ms);
  json["times"] = std::move(times);
  json["bytes_wire"] = attempt.bytes_wire;
  return json;
}

Json RobotsJson(const TracedRobots& robots) {
  Json json;
  json["origin"] = robots.origin;
  json["state"] = RobotsStateName(robots.state);
  json["allowed"] = robots.allowed;
  json["line"] = robots.line == 0 ? Json() : Json(robots.line);
  json["rule"] = OrNull(robots.rule);
  json["detail"] = OrNull(robots.detail);
  json["crawl_delay"] = robots.crawl_delay ? Json(std::chrono::duration<double>(*robots.crawl_delay).count()) : Json();
  Json requests = Json::array();
  for (const RobotsReport& report : robots.reports) {
    Json request = AttemptJson(report.attempt);
    request["url"] = report.job.url;
    requests.push_back(std::move(request));
  }
  json["requests"] = std::move(requests);
  return json;
}

Json HopJson(const TracedHop& hop) {
  Json json;
  json["url"] = hop.url;
  json["canonical"] = hop.key;
  json["admission"] = AdmissionName(hop.admission);
  json["admission_detail"] = OrNull(hop.admission_detail);
  json["robots"] = hop.robots ? RobotsJson(*hop.robots) : Json();
  if (!hop.report) {
    return json;
  }
  json["request"] = RequestLine(hop);
  json.update(AttemptJson(hop.report->attempt));
  json["headers"] = HeaderLines(hop.report->raw_headers);
  json["redirect_to"] = hop.report->location ? Json(hop.report->location->href) : Json();
  return json;
}

Json PageJson(const FetchTrace& trace, std::size_t most_links) {
  const PageReport& report = *trace.hops.back().report;
  Json json;
  json["bytes"] = report.bytes_body;
  json["content_encoding"] = OrNull(report.content_encoding);
  json["truncated"] = OrNull(TruncationName(report.truncated));
  json["mime"] = OrNull(report.mime);
  json["charset"] = OrNull(report.charset);
  json["charset_source"] = report.charset_source ? Json(SourceName(*report.charset_source)) : Json();
  json["digest"] = OrNull(Hex(report.digest));
  json["etag"] = OrNull(report.etag);
  json["last_modified"] = OrNull(report.last_modified);
  json["refresh_to"] = report.refresh ? Json(report.refresh->href) : Json();
  if (!report.page) {
    return json;
  }
  const PageDetails& page = *report.page;
  json["title"] = OrNull(page.title);
  json["description"] = OrNull(page.description);
  json["h1"] = OrNull(page.h1);
  json["lang"] = OrNull(page.lang);
  json["canonical"] = OrNull(page.canonical);
  json["robots"] = OrNull(page.robots);
  json["word_count"] = page.word_count;
  json["cut"] = OrNull(page.cut);
  json["link_count"] = page.links.size();
  json["links_refused"] = Json::object();
  for (const auto& [reason, count] : Refusals(trace)) {
    json["links_refused"][std::string(reason)] = count;
  }
  Json links = Json::array();
  for (std::size_t i = 0; i < page.links.size() && i < most_links; ++i) {
    const ResolvedLink link = page.links[i];
    links.push_back(Json{{"href", link.href},
                         {"text", link.text},
                         {"rel", link.rel},
                         {"tag", LinkTagName(link.tag)},
                         {"admission", AdmissionName(trace.link_admissions[i])}});
  }
  json["links"] = std::move(links);
  return json;
}

}  // namespace

std::string EndSentence(const FetchTrace& trace) {
  const TracedHop& last = trace.hops.back();
  switch (trace.end) {
    case TraceEnd::kFetched:
      return fmt::format("fetched, with status {}", last.report->attempt.status);
    case TraceEnd::kFailed:
      return fmt::format("not fetched: {}: {}", ErrorName(last.report->attempt.error->code),
                         last.report->attempt.error->message);
    case TraceEnd::kRefused:
      return fmt::format("not asked: {}{}{}", AdmissionName(last.admission), last.admission_detail.empty() ? "" : ": ",
                         last.admission_detail);
    case TraceEnd::kRobots:
      return last.robots->state == RobotsState::kRules
                 ? fmt::format("not asked: line {} of {}/robots.txt forbids it: {}", last.robots->line,
                               last.robots->origin, last.robots->rule)
                 : fmt::format("not asked: {}/robots.txt could not be had: {}", last.robots->origin,
                               last.robots->detail);
    case TraceEnd::kTooManyRedirects:
      return trace.circle ? "not fetched: its redirects go in a circle" : "not fetched: too many redirects";
  }
  return "";
}

std::string RenderTrace(const FetchTrace& trace, std::size_t most_links) {
  Lines lines;
  bool first = true;
  for (const TracedHop& hop : trace.hops) {
    AddHop(hop, first, lines);
    first = false;
  }
  if (trace.end == TraceEnd::kFetched) {
    AddPage(trace, most_links, lines);
  }
  lines.Heading(EndSentence(trace));
  return lines.Take();
}

std::string TraceJson(const FetchTrace& trace, std::size_t most_links) {
  Json json;
  json["url"] = trace.hops.front().url;
  json["end"] = EndName(trace.end);
  json["why"] = EndSentence(trace);
  Json hops = Json::array();
  for (const TracedHop& hop : trace.hops) {
    hops.push_back(HopJson(hop));
  }
  json["hops"] = std::move(hops);
  json["page"] = trace.end == TraceEnd::kFetched ? PageJson(trace, most_links) : Json();
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace spinneret::cli
