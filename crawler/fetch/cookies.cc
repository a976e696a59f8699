#include "crawler/fetch/cookies.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <map>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <libpsl.h>
#include <unistd.h>

namespace spinneret {
namespace {

constexpr std::string_view kHttpOnly = "#HttpOnly_";
constexpr std::size_t kFields = 7;
constexpr std::size_t kMaxLineBytes = 8U << 10U;  // libcurl keeps no cookie over 4 KB

using Fields = std::array<std::string_view, kFields>;

// At most seven; a tab in the value is its own.
std::size_t Split(std::string_view line, Fields& fields) {
  std::size_t count = 0;
  while (true) {
    const std::size_t tab = count + 1 < kFields ? line.find('\t') : std::string_view::npos;
    fields[count++] = line.substr(0, tab);
    if (tab == std::string_view::npos) {
      return count;
    }
    line.remove_prefix(tab + 1);
  }
}

std::string_view WithoutFlag(std::string_view line) {
  return line.starts_with(kHttpOnly) ? line.substr(kHttpOnly.size()) : line;
}

bool IsTrueOrFalse(std::string_view text) {
  return text == "TRUE" || text == "FALSE";
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::string SiteOf(std::string_view host) {
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  std::string name(host);
  // An address is not a name, whatever its last numbers look like; only addresses end in a number (URL standard).
  const std::string_view last = host.substr(host.rfind('.') + 1);
  if (host.find(':') != std::string_view::npos ||
      std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return name;
  }
  const char* const site = psl_registrable_domain(psl_builtin(), name.c_str());
  return site == nullptr ? name : std::string(site);
}

std::string_view DomainOf(std::string_view line) {
  std::string_view domain = WithoutFlag(line);
  domain = domain.substr(0, domain.find('\t'));
  return domain.starts_with('.') ? domain.substr(1) : domain;
}

Result<Cookie> ParseCookie(std::string_view line) {
  const auto bad = [](std::string why) { return Err(ErrorCode::kInvalidArgument, std::move(why)); };
  if (line.size() > kMaxLineBytes) {
    return bad(fmt::format("the line is longer than {} bytes", kMaxLineBytes));
  }
  if (std::any_of(line.begin(), line.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7F;
      })) {
    return bad("a control character");
  }
  Fields fields;
  const std::size_t count = Split(WithoutFlag(line), fields);
  if (count + 1 < kFields) {
    return bad(
        fmt::format("{} fields with tabs between instead of seven (domain, include subdomains, path, secure, "
                    "expiry, name, value)",
                    count));
  }
  const auto& [domain, subdomains, path, secure, expiry, name, value] = fields;
  if (DomainOf(line).empty() || DomainOf(line).find_first_of("/: ") != std::string_view::npos) {
    return bad("the domain is not a host name");
  }
  if (!IsTrueOrFalse(subdomains) || !IsTrueOrFalse(secure)) {
    return bad("the second and fourth field are TRUE or FALSE");
  }
  if (!path.starts_with('/')) {
    return bad("the path does not begin with /");
  }
  if (name.empty()) {
    return bad("the cookie has no name");
  }
  Cookie cookie;
  const auto [end, status] = std::from_chars(expiry.data(), expiry.data() + expiry.size(), cookie.expires);
  const std::string_view fraction(end, static_cast<std::size_t>(expiry.data() + expiry.size() - end));
  if (status != std::errc{} || (!fraction.empty() && fraction.front() != '.')) {
    return bad("the expiry is not a number of seconds since 1970");
  }
  // libcurl's reading of a suffix, which would send it to every site below.
  const std::string host(DomainOf(line));
  if (subdomains == "TRUE" &&
      psl_is_public_suffix2(psl_builtin(), host.c_str(), PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE)) {
    return bad(fmt::format("\"{}\" is a suffix under which sites of many owners lie", host));
  }
  cookie.line = line;
  cookie.key = fmt::format("{}\t{}\t{}\t{}", host, subdomains, path, name);
  return cookie;
}

std::string Expired(std::string_view line) {
  Fields fields;
  const std::string_view flag = line.substr(0, line.size() - WithoutFlag(line).size());
  Split(WithoutFlag(line), fields);
  return fmt::format("{}{}\t{}\t{}\t{}\t1\t{}\t", flag, fields[0], fields[1], fields[2], fields[3], fields[5]);
}

Result<std::vector<SiteCookies>> LoadCookies(const std::string& path, std::int64_t now_s) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Err(ErrorCode::kInvalidArgument, fmt::format("{}: the file cannot be read", path));
  }
  std::map<std::string, std::vector<std::string>> by_site;
  std::string line;
  for (std::uint64_t number = 1; std::getline(file, line); ++number) {
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) {
      line.pop_back();
    }
    const bool comment = line.starts_with('#') && !line.starts_with(kHttpOnly);
    if (comment || line.find_first_not_of(" \t") == std::string::npos) {
      continue;
    }
    Result<Cookie> cookie = ParseCookie(line);
    if (!cookie) {
      return Err(ErrorCode::kInvalidArgument, fmt::format("{}:{}: {}", path, number, cookie.error().message));
    }
    if (cookie->expires == 0 || cookie->expires > now_s) {
      by_site[SiteOf(DomainOf(line))].push_back(std::move(cookie->line));
    }
  }
  std::vector<SiteCookies> sites;
  for (auto& [site, lines] : by_site) {
    sites.push_back(SiteCookies{site, std::move(lines)});
  }
  return sites;
}

Result<void> SaveCookies(const std::string& path, const std::vector<std::string>& lines) {
  const auto failed = [&](const char* what) {
    return Err(ErrorCode::kStorage, fmt::format("{}: {}: {}", path, what, std::strerror(errno)));
  };
  std::string text =
      "# Netscape HTTP Cookie File\n# Cookies are keys to what they open: keep this file to yourself.\n\n";
  for (const std::string& line : lines) {
    text += line;
    text += '\n';
  }
  std::string name = path + ".XXXXXX";
  const FileDescriptor file(::mkostemp(name.data(), O_CLOEXEC));  // mode 0600
  if (file.get() < 0) {
    return failed("the cookies cannot be written");
  }
  if (!WriteAll(file.get(), text) || ::fsync(file.get()) != 0 || ::rename(name.c_str(), path.c_str()) != 0) {
    const Error error = failed("the cookies cannot be written");
    ::unlink(name.c_str());
    return error;
  }
  return {};
}

}  // namespace spinneret
