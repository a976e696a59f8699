#include "storage/export/cdxj.h"

#include <algorithm>
#include <ctime>
#include <vector>

#include <fmt/format.h>

#include "base/hex.h"
#include "storage/clean_text.h"
#include "storage/export/warc_record.h"

namespace spinneret {
namespace {

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::vector<std::string_view> Split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

// "www.", "www2." before a name that is more than that.
std::string_view WithoutWww(std::string_view host) {
  if (!host.starts_with("www")) {
    return host;
  }
  const std::size_t end = host.find_first_not_of("0123456789", 3);
  const bool prefix = end != std::string_view::npos && host[end] == '.' && host.size() > end + 1;
  return prefix ? host.substr(end + 1) : host;
}

bool IsAddress(std::string_view host) {
  return host.starts_with('[') || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (const char c : CleanText(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

std::string SurtOf(std::string_view url) {
  const std::size_t scheme = url.find("://");
  std::string_view rest = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t path_at = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view host = rest.substr(0, path_at);
  rest.remove_prefix(path_at);
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) {
    host.remove_prefix(at + 1);
  }
  const std::size_t colon = host.find(':', host.starts_with('[') ? host.find(']') : 0);
  const std::string port(colon == std::string_view::npos ? std::string_view() : host.substr(colon));
  host = WithoutWww(host.substr(0, colon));
  std::string key;
  if (IsAddress(host)) {
    key = host;
  } else {
    const std::vector<std::string_view> labels = Split(host, '.');
    for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
      key += key.empty() ? "" : ",";
      key += *label;
    }
  }
  key += port;
  key += ')';
  const std::size_t question = rest.find('?');
  std::string_view path = rest.substr(0, question);
  if (path.size() > 1 && path.ends_with('/')) {
    path.remove_suffix(1);
  }
  key += path.empty() ? "/" : path;
  if (question != std::string_view::npos && question + 1 < rest.size()) {
    std::vector<std::string_view> fields = Split(rest.substr(question + 1), '&');
    std::stable_sort(fields.begin(), fields.end());
    key += '?';
    for (std::size_t i = 0; i < fields.size(); ++i) {
      key += i == 0 ? "" : "&";
      key += fields[i];
    }
  }
  return Lower(key);
}

std::string CdxjLine(const CdxjEntry& entry) {
  const std::time_t seconds = entry.at_ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::string line =
      fmt::format("{} {:04}{:02}{:02}{:02}{:02}{:02} {{\"url\": {}", SurtOf(entry.url), utc.tm_year + 1900,
                  utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, JsonString(entry.url));
  if (!entry.mime.empty()) {
    line += fmt::format(", \"mime\": {}", JsonString(entry.mime));
  }
  line += fmt::format(", \"status\": \"{}\"", entry.status);
  if (!entry.digest.empty()) {
    line += fmt::format(", \"digest\": \"sha256:{}\"", HexOf(entry.digest));
  }
  return line + fmt::format(", \"length\": \"{}\", \"offset\": \"{}\", \"filename\": {}}}", entry.length, entry.offset,
                            JsonString(entry.file));
}

}  // namespace spinneret
