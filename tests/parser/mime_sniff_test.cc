#include "parser/mime_sniff.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace spinneret {
namespace {

using std::string_literals::operator""s;

std::string Sniffed(std::string_view body, std::string_view content_type = {}, Nosniff nosniff = Nosniff::kNo) {
  return ComputedMimeType(content_type, body, nosniff);
}

// A file of one frame of MP3 and the beginning of the next: MPEG-1, layer III, 128 kbit/s, 44.1 kHz: 417 bytes.
std::string Mp3() {
  return "\xFF\xFB\x90\x64"s + std::string(413, '\0') + "\xFF\xFB\x90\x64";
}

TEST_SUITE("parser/mime_sniff") {
TEST_CASE("ComputedMimeType: HTML and XML are believed, whatever the body") {
  CHECK(Sniffed("\x89PNG\r\n\x1A\n", "text/html; charset=x") == "text/html");
  CHECK(Sniffed("<rss>", "Text/HTML") == "text/html");
  CHECK(Sniffed("<html>", "application/rss+xml") == "application/rss+xml");
  CHECK(Sniffed("<html>", "application/xml") == "application/xml");
  CHECK(Sniffed("", "image/svg+xml") == "image/svg+xml");
}

TEST_CASE("ComputedMimeType: without a type, HTML is known by its tags after white space, in either case") {
  for (const std::string body :
       {"<!DOCTYPE html>", " \t\n\f\r<!doctype HTML ", "<html >", "<HEAD>", "<script ", "<iframe ", "<h1>", "<div ",
        "<font ", "<table>", "<A ", "<style>", "<title>", "<b>", "<body>", "<br>", "<P>", "<!-- "}) {
    CAPTURE(body);
    CHECK(Sniffed(body) == "text/html");
    CHECK(Sniffed(body, "*/*") == "text/html");
    CHECK(Sniffed(body, "unknown/unknown") == "text/html");
    CHECK(Sniffed(body, "Application/Unknown") == "text/html");
    CHECK(Sniffed(body, "no type") == "text/html");
    CHECK(Sniffed(body, "text/css") == "text/css");
  }
  for (const std::string body : {"", "<", "<html", "<htmlx>", "<article>", "x<html>", "<!--x", "{\"a\":1}"}) {
    CAPTURE(body);
    CHECK(Sniffed(body) == "text/plain");
  }
}

TEST_CASE("ComputedMimeType: only the first 1445 bytes are looked at") {
  CHECK(Sniffed(std::string(1439, ' ') + "<html>") == "text/html");
  CHECK(Sniffed(std::string(1440, ' ') + "<html>") == "text/plain");
  CHECK(Sniffed(std::string(1445, ' ') + "\0"s) == "text/plain");
  CHECK(Sniffed(std::string(1444, ' ') + "\0"s) == "application/octet-stream");
}

TEST_CASE("ComputedMimeType: signatures of what is no text") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"  <?xml version='1.0'?><rss>", "text/xml"},
      {"%PDF-1.7", "application/pdf"},
      {" %PDF-1.7", "text/plain"},
      {"%!PS-Adobe-3.0", "application/postscript"},
      {"\xFE\xFF\0x"s, "text/plain"},
      {"\xFF\xFEx\0"s, "text/plain"},
      {"\xEF\xBB\xBF<html>", "text/plain"},
      {"\0\0\1\0"s, "image/x-icon"},
      {"\0\0\2\0"s, "image/x-icon"},
      {"BM\0"s, "image/bmp"},
      {"GIF87a", "image/gif"},
      {"GIF89a", "image/gif"},
      {"RIFF\1\2\3\4WEBPVP8 ", "image/webp"},
      {"\x89PNG\r\n\x1A\n", "image/png"},
      {"\xFF\xD8\xFF\xE0", "image/jpeg"},
      {"FORM\0\0\0\0AIFF"s, "audio/aiff"},
      {"ID3\4", "audio/mpeg"},
      {"OggS\0"s, "application/ogg"},
      {"MThd\0\0\0\6"s, "audio/midi"},
      {"RIFF\0\0\0\0AVI "s, "video/avi"},
      {"RIFF\0\0\0\0WAVE"s, "audio/wave"},
      {"\x1F\x8B\x08", "application/x-gzip"},
      {"PK\3\4", "application/zip"},
      {"Rar!\x1A\7\0"s, "application/x-rar-compressed"},
      {"RIFF\0\0\0\0WEB"s, "application/octet-stream"},
      {"plain \x1B[0m text", "text/plain"},
      {"\x01", "application/octet-stream"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.first);
    CHECK(Sniffed(row.first) == row.second);
  }
}

TEST_CASE("ComputedMimeType: MP4 by its brands, within a box that is there whole") {
  CHECK(Sniffed("\0\0\0\x14"
                "ftypmp42\0\0\0\0isom"s) == "video/mp4");
  CHECK(Sniffed("\0\0\0\x18"
                "ftypisom\0\0\0\0isommp41"s) == "video/mp4");
  CHECK(Sniffed("\0\0\0\x14"
                "ftypisom\0\0\0\0isommp41"s) == "application/octet-stream");
  CHECK(Sniffed("\0\0\0\x1C"
                "ftypmp42\0\0\0\0isom"s) == "application/octet-stream");
  CHECK(Sniffed("\0\0\0\x15"
                "ftypmp42\0\0\0\0isom "s) == "application/octet-stream");
}

TEST_CASE("ComputedMimeType: WebM by its document type") {
  const std::string head = "\x1A\x45\xDF\xA3\x9F\x42\x86\x81\x01";
  CHECK(Sniffed(head + "\x42\x82\x84webm\x42\x87") == "video/webm");
  CHECK(Sniffed(head + "\x42\x82\x86\0\0webm\x42\x87"s) == "video/webm");
  CHECK(Sniffed(head + "\x42\x82\x88matroska") == "application/octet-stream");
  CHECK(Sniffed(head + "\x42\x82") == "application/octet-stream");
  CHECK(Sniffed(head + "\x42\x82\x84web") == "application/octet-stream");
}

TEST_CASE("ComputedMimeType: MP3 without a tag is two frames in a row") {
  CHECK(Sniffed(Mp3()) == "audio/mpeg");
  CHECK(Sniffed(Mp3().substr(0, 420)) == "application/octet-stream");
  CHECK(Sniffed("\xFF\xFB\x90\x64 only one") == "text/plain");
}

TEST_CASE("ComputedMimeType: plain text of old Apache servers may be binary, and is never anything else") {
  for (const std::string type : {"text/plain", "text/plain; charset=ISO-8859-1", "text/plain; charset=iso-8859-1",
                                 "text/plain; charset=UTF-8"}) {
    CAPTURE(type);
    CHECK(Sniffed("text", type) == "text/plain");
    CHECK(Sniffed("<html>", type) == "text/plain");
    CHECK(Sniffed("PK\3\4", type) == "application/octet-stream");
    CHECK(Sniffed("\xFF\xFE\1\0"s, type) == "text/plain");
    CHECK(Sniffed("PK\3\4", type, Nosniff::kYes) == "text/plain");
  }
  CHECK(Sniffed("PK\3\4", "text/plain;charset=UTF-8") == "text/plain");
  CHECK(Sniffed("PK\3\4", "text/plain; charset=utf-8") == "text/plain");
}

TEST_CASE("ComputedMimeType: an image or a film is the one its signature says") {
  CHECK(Sniffed("GIF89a", "image/png") == "image/gif");
  CHECK(Sniffed("nothing known", "image/png") == "image/png");
  CHECK(Sniffed("<html>", "image/png") == "image/png");
  CHECK(Sniffed("ID3", "video/mp4") == "audio/mpeg");
  CHECK(Sniffed("GIF89a", "audio/mpeg") == "audio/mpeg");
  CHECK(Sniffed("GIF89a", "application/octet-stream") == "application/octet-stream");
  CHECK(Sniffed("GIF89a", "image/png", Nosniff::kYes) == "image/png");
}

TEST_CASE("ComputedMimeType: with nosniff, what could run scripts is not guessed") {
  CHECK(Sniffed("<html>", "", Nosniff::kYes) == "text/plain");
  CHECK(Sniffed("<?xml version='1.0'?>", "", Nosniff::kYes) == "text/plain");
  CHECK(Sniffed("%PDF-1.7", "", Nosniff::kYes) == "text/plain");
  CHECK(Sniffed("GIF89a", "", Nosniff::kYes) == "image/gif");
}

TEST_CASE("IsNosniff: the first value of the header, in any case") {
  CHECK(IsNosniff("nosniff"));
  CHECK(IsNosniff(" NoSniff\t, other"));
  CHECK_FALSE(IsNosniff(""));
  CHECK_FALSE(IsNosniff("no, nosniff"));
  CHECK_FALSE(IsNosniff(",nosniff"));
  CHECK_FALSE(IsNosniff("nosniffs"));
}
}  // TEST_SUITE("parser/mime_sniff")

}  // namespace
}  // namespace spinneret
