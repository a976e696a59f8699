// Cookies as lines of a Netscape cookie file, which is how libcurl takes and gives them, and how they pass between
// threads.
//
// Line       domain, include subdomains (TRUE or FALSE), path, secure (TRUE or FALSE), expiry (seconds since 1970; 0: the
//            end of the session), name, value, with tabs between; "#HttpOnly_" before the domain is a flag, any other "#"
//            begins a comment.
// Site       the registrable domain by the public suffix list; a host that has none (an address, a single label) stands
//            for itself. Cookies of one site are kept together and go nowhere else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace spinneret {

// `host` without port; IPv6 in brackets or not.
std::string SiteOf(std::string_view host);

struct Cookie {
  std::string line;
  std::string key;           // two lines with the same key are one cookie: domain, subdomains, path and name
  std::int64_t expires = 0;  // 0: the end of the session
};

// What a worker's jar came to hold of one site; a line whose expiry has passed takes its cookie away.
struct SiteCookies {
  std::string site;
  std::vector<std::string> lines;
};

// `line` without its line end. The message says what is wrong, without the cookie's value.
Result<Cookie> ParseCookie(std::string_view line);
// The host part of a line's domain, without the dot that may begin it.
std::string_view DomainOf(std::string_view line);

// The same cookie, gone: a line whose expiry has passed.
std::string Expired(std::string_view line);

// The cookies of a file, those that have expired left out. kInvalidArgument: "FILE:LINE: what is wrong".
Result<std::vector<SiteCookies>> LoadCookies(const std::string& path, std::int64_t now_s);

// Writes a file that nobody else may read, in one step: what was there before stays until the new one is whole.
Result<void> SaveCookies(const std::string& path, const std::vector<std::string>& lines);

}  // namespace spinneret
