#include "simweb/rough_routes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "simweb/gzip_bomb.h"
#include "simweb/rough_request.h"

namespace spinneret::simweb {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kOkPage =
    "<!DOCTYPE html><html lang=\"en\"><head><title>ok</title></head><body><h1>ok</h1><p>A page that "
    "behaves.</p></body></html>\n";
constexpr std::uint64_t kMegabyte = std::uint64_t{1} << 20U;
constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 50U;
constexpr std::uint64_t kMaxPauseMs = 3'600'000;
constexpr std::size_t kMaxKeys = 100'000;

// The number that a query parameter spells, with k, M or G when it may be a size; `fallback` when it is absent or none.
std::uint64_t Number(const RoughRequest& request, std::string_view name, std::uint64_t fallback,
                     std::uint64_t largest) {
  const std::optional<std::string> text = request.Query(name);
  if (!text) {
    return fallback;
  }
  std::uint64_t value = 0;
  const char* const end = text->data() + text->size();
  const auto [after, error] = std::from_chars(text->data(), end, value);
  if (error == std::errc::result_out_of_range) {
    return largest;
  }
  if (error != std::errc{}) {
    return fallback;
  }
  unsigned shift = 0;
  if (after != end) {
    const char unit = *after;
    shift = unit == 'k' ? 10 : unit == 'M' ? 20 : unit == 'G' ? 30 : 0;
  }
  return value > (largest >> shift) ? largest : std::min(value << shift, largest);
}

milliseconds Pause(const RoughRequest& request, std::uint64_t fallback) {
  return milliseconds(Number(request, "ms", fallback, kMaxPauseMs));
}

int StatusCode(const RoughRequest& request, std::string_view name, int fallback) {
  const std::uint64_t code = Number(request, name, static_cast<std::uint64_t>(fallback), 999);
  return code < 100 ? fallback : static_cast<int>(code);
}

std::string_view Reason(int status) {
  struct Row {
    int status;
    std::string_view reason;
  };
  static constexpr std::array<Row, 29> kReasons = {{
      {100, "Continue"},
      {103, "Early Hints"},
      {200, "OK"},
      {201, "Created"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {410, "Gone"},
      {411, "Length Required"},
      {413, "Content Too Large"},
      {418, "I'm a teapot"},
      {421, "Misdirected Request"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
  }};
  const auto* const row =
      std::find_if(kReasons.begin(), kReasons.end(), [&](const Row& r) { return r.status == status; });
  return row == kReasons.end() ? "Unnamed" : row->reason;
}

bool HasNoBody(int status) {
  return status < 200 || status == 204 || status == 304;
}

// Status line and headers, with the empty line.
std::string Head(int status, const HeaderList& headers) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", status, Reason(status));
  for (const auto& [name, value] : headers) {
    head += name;
    head += ": ";
    head += value;
    head += "\r\n";
  }
  head += "\r\n";
  return head;
}

Script Redirect(int status, std::string location, HeaderList headers = {}) {
  headers.emplace_back("Location", std::move(location));
  return Respond(status, "<p>elsewhere</p>\n", kHtml, headers);
}

// One status line with HTML headers and then what the route is about.
Script Opened(HeaderList headers, Ending ending) {
  headers.emplace_back("Content-Type", kHtml);
  Script script;
  script.status = 200;
  script.steps.push_back({Head(200, headers)});
  script.head_steps = 1;
  script.ending = ending;
  return script;
}

Script Unframed(std::string bytes) {
  Script script;
  script.steps.push_back({std::move(bytes)});
  script.ending = Ending::kClose;
  return script;
}

Script Index() {
  static constexpr std::array kTargets = {
      "/ok",
      "/slow",
      "/drip",
      "/reset",
      "/reset-body",
      "/truncated",
      "/long",
      "/broken-chunks",
      "/huge?bytes=16M",
      "/headers",
      "/redirect",
      "/redirect-loop",
      "/redirect-self",
      "/redirect-cookie",
      "/redirect-to?url=/ok",
      "/status",
      "/429",
      "/flaky",
      "/gzip-bomb",
      "/bad-gzip",
      "/http09",
      "/garbage",
      "/no-content-type",
      "/charset",
      "/empty",
      "/close",
      "/hang",
  };
  std::string body = "<!DOCTYPE html><html lang=\"en\"><head><title>Misbehaving routes</title></head><body><ul>\n";
  for (const std::string_view target : kTargets) {
    body += fmt::format("<li><a href=\"{0}\">{0}</a></li>\n", target);
  }
  body += "</ul></body></html>\n";
  return Respond(200, body, kHtml);
}

Script Slow(const RoughRequest& request) {
  Script script = Respond(200, kOkPage, kHtml);
  script.steps.front().pause = Pause(request, 500);
  return script;
}

Script Drip(const RoughRequest& request) {
  const std::uint64_t bytes = Number(request, "n", 20, kMaxBytes);
  Script script = Opened({{"Content-Length", std::to_string(bytes)}}, Ending::kKeepAlive);
  script.steps.push_back({".", bytes, Pause(request, 100)});
  return script;
}

Script ResetInBody() {
  Script script = Opened({{"Content-Length", std::to_string(kOkPage.size())}}, Ending::kReset);
  script.steps.push_back({std::string(kOkPage.substr(0, kOkPage.size() / 2))});
  // The client's kernel drops what it has not read when the reset comes; the pause lets a client see the first half.
  script.steps.push_back({{}, 1, milliseconds(20)});
  return script;
}

Script BrokenChunks(const RoughRequest& request) {
  const std::string kind = request.Query("kind").value_or("size");
  Script script = Opened({{"Transfer-Encoding", "chunked"}}, Ending::kClose);
  std::string body = "14\r\n<p>the first chunk\r\n\r\n";
  if (kind == "crlf") {
    body += "5\r\nhelloworld\r\n0\r\n\r\n";
  } else if (kind == "overflow") {
    body += "fffffffffffffffffffff\r\nhello\r\n0\r\n\r\n";
  } else if (kind != "end") {
    body += "zz\r\nhello\r\n0\r\n\r\n";
  }
  script.steps.push_back({std::move(body)});
  return script;
}

Script Huge(const RoughRequest& request) {
  const std::uint64_t bytes = Number(request, "bytes", kMegabyte * 1024, kMaxBytes);
  const bool has_length = request.Query("length").value_or("yes") != "no";
  HeaderList headers;
  if (has_length) {
    headers.emplace_back("Content-Length", std::to_string(bytes));
  }
  Script script = Opened(std::move(headers), has_length ? Ending::kKeepAlive : Ending::kClose);
  std::string block;
  while (block.size() < 65'536) {
    block += "<p>Some of very many words that nobody will read to their end.</p>\n";
  }
  const std::uint64_t times = bytes / block.size();
  std::string rest = block.substr(0, static_cast<std::size_t>(bytes % block.size()));
  if (times != 0) {
    script.steps.push_back({std::move(block), times});
  }
  script.steps.push_back({std::move(rest)});
  return script;
}

Script HeaderFlood(const RoughRequest& request) {
  const std::uint64_t bytes = Number(request, "bytes", kMegabyte, kMaxBytes);
  constexpr std::string_view kName = "X-Filler: ";
  constexpr std::uint64_t kLine = 1024;
  Script script;
  script.status = 200;
  script.steps.push_back(
      {fmt::format("HTTP/1.1 200 OK\r\nContent-Type: {}\r\nContent-Length: {}\r\n", kHtml, kOkPage.size())});
  if (request.Query("one").value_or("no") == "yes") {
    script.steps.push_back({std::string(kName)});
    script.steps.push_back({std::string(kLine, 'f'), std::max<std::uint64_t>(bytes / kLine, 1)});
    script.steps.push_back({"\r\n"});
  } else {
    script.steps.push_back({fmt::format("{}{}\r\n", kName, std::string(kLine - kName.size() - 2, 'f')),
                            std::max<std::uint64_t>(bytes / kLine, 1)});
  }
  script.steps.push_back({"\r\n"});
  script.head_steps = script.steps.size();
  script.steps.push_back({std::string(kOkPage)});
  return script;
}

Script Bomb(const RoughRequest& request) {
  GzipBomb bomb = MakeGzipBomb(Number(request, "bytes", 100 * kMegabyte, kMaxBytes));
  const std::uint64_t length = bomb.head.size() + bomb.block.size() * bomb.times + bomb.tail.size();
  Script script =
      Opened({{"Content-Encoding", "gzip"}, {"Content-Length", std::to_string(length)}}, Ending::kKeepAlive);
  script.steps.push_back({std::move(bomb.head)});
  if (bomb.times != 0) {
    script.steps.push_back({std::move(bomb.block), bomb.times});
  }
  script.steps.push_back({std::move(bomb.tail)});
  return script;
}

std::string Utf16(std::string_view latin1, bool big_endian) {
  std::string out;
  for (const char c : latin1) {
    if (big_endian) {
      out.push_back('\0');
      out.push_back(c);
    } else {
      out.push_back(c);
      out.push_back('\0');
    }
  }
  return out;
}

// A word of a language that uses the encoding, in it.
std::string_view WordIn(std::string_view encoding) {
  struct Row {
    std::string_view encoding;
    std::string_view word;
  };
  static constexpr std::array<Row, 12> kWords = {{
      {"utf-8", "caf\xC3\xA9"},
      {"windows-1252", "caf\xE9 \x80"},  // with the euro sign, which ISO 8859-1 has not
      {"iso-8859-1", "caf\xE9"},
      {"utf-16le", "caf\xE9"},  // widened by the caller
      {"utf-16be", "caf\xE9"},
      {"windows-1251", "\xCF\xF0\xE8\xE2\xE5\xF2"},
      {"koi8-r", "\xF0\xD2\xC9\xD7\xC5\xD4"},
      {"shift_jis", "\x93\xFA\x96\x7B\x8C\xEA"},
      {"euc-jp", "\xC6\xFC\xCB\xDC\xB8\xEC"},
      {"gbk", "\xD6\xD0\xCE\xC4"},
      {"big5", "\xA4\xA4\xA4\xE5"},
      {"euc-kr", "\xC7\xD1\xB1\xB9\xBE\xEE"},
  }};
  const auto* const row = std::find_if(kWords.begin(), kWords.end(),
                                       [&](const Row& r) { return EqualsIgnoringCase(r.encoding, encoding); });
  return row == kWords.end() ? "plain" : row->word;
}

Script Charset(const RoughRequest& request) {
  std::string name = request.Query("name").value_or("windows-1252");
  // It stands in a header and in a quoted attribute.
  std::erase_if(name, [](char c) {
    return static_cast<unsigned char>(c) < 0x21 || c == '"' || c == '<' || c == '>' || c == '\x7F';
  });
  const std::string where = request.Query("in").value_or("header");
  std::string body = "<!DOCTYPE html><html><head>";
  if (where == "meta") {
    body += fmt::format("<meta charset=\"{}\">", name);
  }
  body += fmt::format("<title>{0}</title></head><body><p>{0}</p></body></html>\n", WordIn(name));
  const bool little = EqualsIgnoringCase(name, "utf-16le");
  if (little || EqualsIgnoringCase(name, "utf-16be")) {
    body = Utf16(body, !little);
  }
  return Respond(200, body, where == "header" ? "text/html; charset=" + name : "text/html");
}

Script Status(const RoughRequest& request) {
  const int status = StatusCode(request, "code", 404);
  if (HasNoBody(status)) {
    Script script;
    script.status = status;
    script.steps.push_back({Head(status, {})});
    script.ending = status < 200 ? Ending::kClose : Ending::kKeepAlive;
    return script;
  }
  if (status >= 300 && status < 400) {
    return Redirect(status, "/ok");
  }
  return Respond(status, fmt::format("<!DOCTYPE html><title>{0}</title><h1>{0}</h1>\n", status), kHtml);
}

Script Garbage() {
  std::string bytes;
  std::uint32_t state = 1;
  while (bytes.size() < 512) {
    state = state * 1'664'525U + 1'013'904'223U;
    bytes.push_back(static_cast<char>(static_cast<unsigned char>(0x80U | (state >> 24U))));  // never "HTTP"
  }
  return Unframed(std::move(bytes));
}

}  // namespace

std::string RawResponse(int status, std::string_view body, std::string_view content_type, const HeaderList& headers) {
  HeaderList all = headers;
  if (!content_type.empty()) {
    all.emplace_back("Content-Type", content_type);
  }
  if (!HasNoBody(status)) {
    all.emplace_back("Content-Length", std::to_string(body.size()));
  }
  all.emplace_back("Connection", "close");
  std::string raw = Head(status, all);
  if (!HasNoBody(status)) {
    raw += body;
  }
  return raw;
}

Script Respond(int status, std::string_view body, std::string_view content_type, const HeaderList& headers) {
  HeaderList all = headers;
  if (!content_type.empty()) {
    all.emplace_back("Content-Type", content_type);
  }
  if (!HasNoBody(status)) {
    all.emplace_back("Content-Length", std::to_string(body.size()));
  }
  Script script;
  script.status = status;
  script.steps.push_back({Head(status, all)});
  script.head_steps = 1;
  if (!HasNoBody(status) && !body.empty()) {
    script.steps.push_back({std::string(body)});
  }
  script.ending = status < 200 ? Ending::kClose : Ending::kKeepAlive;
  return script;
}

Script RespondRobots(const RobotsAnswer& answer) {
  HeaderList headers;
  if (!answer.location.empty()) {
    headers.emplace_back("Location", answer.location);
  }
  Script script = Respond(std::clamp(answer.status, 100, 999), answer.body, "text/plain; charset=utf-8", headers);
  script.steps.front().pause = answer.delay;
  return script;
}

RobotsAnswer RobotsAnswerFromQuery(const RoughRequest& request) {
  RobotsAnswer answer;
  answer.status = StatusCode(request, "status", 200);
  answer.body = request.Query("body").value_or("");
  answer.location = request.Query("location").value_or("");
  answer.delay = Pause(request, 0);
  return answer;
}

bool RoughRoutes::CountDown(const RoughRequest& request, std::uint64_t times) {
  if (counts_.size() >= kMaxKeys) {
    counts_.clear();  // a client that invents keys without end gets its first answers again
  }
  return counts_[request.path + '?' + request.Query("key").value_or("")]++ < times;
}

Script RoughRoutes::Answer(const RoughRequest& request) {
  constexpr std::uint64_t kAnyCount = std::numeric_limits<std::uint64_t>::max();
  const std::string_view path = request.path;
  if (path == "/") {
    return Index();
  }
  if (path == "/ok") {
    return Respond(200, kOkPage, kHtml);
  }
  if (path == "/slow") {
    return Slow(request);
  }
  if (path == "/drip") {
    return Drip(request);
  }
  if (path == "/reset") {
    return {{}, Ending::kReset};
  }
  if (path == "/reset-body") {
    return ResetInBody();
  }
  if (path == "/truncated") {
    Script script = Opened({{"Content-Length", std::to_string(kOkPage.size())}}, Ending::kClose);
    script.steps.push_back({std::string(kOkPage.substr(0, kOkPage.size() / 2))});
    return script;
  }
  if (path == "/long") {
    Script script = Opened({{"Content-Length", std::to_string(kOkPage.size())}}, Ending::kClose);
    script.steps.push_back({std::string(kOkPage) + "<p>and this, which was not announced</p>\n"});
    return script;
  }
  if (path == "/broken-chunks") {
    return BrokenChunks(request);
  }
  if (path == "/huge") {
    return Huge(request);
  }
  if (path == "/headers") {
    return HeaderFlood(request);
  }
  if (path == "/redirect") {
    const std::uint64_t hops = Number(request, "n", 3, kAnyCount);
    const int code = StatusCode(request, "code", 302);
    if (hops == 0) {
      return Respond(200, kOkPage, kHtml);
    }
    return Redirect(code, hops == 1 ? "/ok" : fmt::format("/redirect?n={}&code={}", hops - 1, code));
  }
  if (path == "/redirect-loop") {
    return Redirect(302, request.Query("back") ? "/redirect-loop" : "/redirect-loop?back=1");
  }
  if (path == "/redirect-self") {
    return Redirect(302, request.target);
  }
  if (path == "/redirect-cookie") {
    if (request.Header("cookie").value_or("").find("seen=yes") != std::string_view::npos) {
      return Respond(200, kOkPage, kHtml);
    }
    return Redirect(302, request.target, {{"Set-Cookie", "seen=yes; Path=/"}});
  }
  if (path == "/redirect-to") {
    return Redirect(StatusCode(request, "code", 302), request.Query("url").value_or("/ok"));
  }
  if (path == "/status") {
    return Status(request);
  }
  if (path == "/429") {
    if (!CountDown(request, Number(request, "times", 1, kAnyCount))) {
      return Respond(200, kOkPage, kHtml);
    }
    return Respond(429, "<p>later</p>\n", kHtml, {{"Retry-After", request.Query("after").value_or("1")}});
  }
  if (path == "/flaky") {
    if (!CountDown(request, Number(request, "times", 1, kAnyCount))) {
      return Respond(200, kOkPage, kHtml);
    }
    return Respond(StatusCode(request, "code", 503), "<p>not now</p>\n", kHtml);
  }
  if (path == "/gzip-bomb") {
    return Bomb(request);
  }
  if (path == "/bad-gzip") {
    return Respond(200, std::string("\x1F\x8B\x08\x00\x00\x00\x00\x00\x02\xFF", 10) + std::string(64, '\xEE'), kHtml,
                   {{"Content-Encoding", "gzip"}});
  }
  if (path == "/http09") {
    return Unframed(std::string(kOkPage));
  }
  if (path == "/garbage") {
    return Garbage();
  }
  if (path == "/no-content-type") {
    return Respond(200, kOkPage, {});
  }
  if (path == "/charset") {
    return Charset(request);
  }
  if (path == "/empty") {
    return Respond(200, {}, kHtml);
  }
  if (path == "/close") {
    return {{}, Ending::kClose};
  }
  if (path == "/hang") {
    return {{}, Ending::kHang};
  }
  return Respond(404, "<!DOCTYPE html><title>not found</title><p>There is no such route.</p>\n", kHtml);
}

}  // namespace spinneret::simweb
