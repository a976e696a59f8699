// SitemapText: the text of a sitemap file, a URL at a time, and of the index of several.
//
// Source  sitemaps.org 0.9: at most 50 000 URLs and 50 MB (52 428 800 bytes, uncompressed) a file.
// Use     Begin(), Add() until it gives nothing, End(); then a new one for the next file.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace spinneret {

class SitemapText {
 public:
  static constexpr std::size_t kMaxUrls = 50'000;
  static constexpr std::size_t kMaxBytes = 52'428'800;

  explicit SitemapText(std::size_t max_urls = kMaxUrls, std::size_t max_bytes = kMaxBytes)
      : max_urls_(max_urls), max_bytes_(max_bytes) {}

  std::string Begin();
  // Nothing when the file is full. `last_modified`: the HTTP header's value; what is no date of RFC 9110 is left out.
  std::optional<std::string> Add(std::string_view url, std::string_view last_modified);
  std::string End() const;

  std::size_t urls() const { return urls_; }

 private:
  std::size_t max_urls_;
  std::size_t max_bytes_;
  std::size_t urls_ = 0;
  std::size_t bytes_ = 0;
};

// `locations`: absolute URLs of the files.
std::string SitemapIndexText(std::span<const std::string> locations);

// "Sun, 06 Nov 1994 08:49:37 GMT" as "1994-11-06T08:49:37Z"; empty where it is no such date.
std::string W3cDateOf(std::string_view http_date);

}  // namespace spinneret
