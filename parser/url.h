// Url: parsing, resolving and serialising by the WHATWG URL standard (https://url.spec.whatwg.org/).
//
// Input     any bytes; malformed UTF-8 is read as U+FFFD, as a decoder would have done. Nothing else in this program
//           takes URLs apart.
// Output    href() and every view of it are printable ASCII: all else is percent-encoded, or Punycode in a domain.
// Thread    values; no shared state. ICU is used for domain to ASCII.
// Errors    parsing has one way to fail, so it returns nothing.
// Cost      linear in the input; one allocation in the ordinary case, the href itself.
// Limits    offsets have 32 bits: an input whose serialisation might not fit (about 450 MB) is refused.
// Source    URL standard §4.4 (basic URL parser), §3.5 (host parsing), §4.5 (serialising). Queries are always encoded
//           as UTF-8. Departures: a domain that needs IDNA is refused above the sizes in url_host.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spinneret {

enum class UrlScheme : std::uint8_t;    // url_scheme.h
enum class UrlHostKind : std::uint8_t;  // url_host.h

class Url {
 public:
  // The URL that `input` names, against `base` where it is relative. `base` may be null.
  static std::optional<Url> Parse(std::string_view input, const Url* base = nullptr);

  // The whole serialisation, fragment included. All views below look into it.
  const std::string& href() const { return href_; }
  std::string_view href_without_fragment() const { return Slice(0, fragment_start_); }

  std::string_view scheme() const { return Slice(0, scheme_end_); }  // without the colon
  std::string_view username() const;
  std::string_view password() const;
  bool has_credentials() const { return username_end_ != host_start_; }
  // Serialised; IPv6 in brackets; empty when there is none.
  std::string_view host() const { return Slice(host_start_, host_end_); }
  std::optional<std::uint16_t> port() const;  // only when it is not the scheme's default
  std::uint16_t effective_port() const;       // the scheme's default where none is written; 0 when it has none
  std::string_view path() const { return Slice(path_start_, query_start_); }
  std::string_view query() const;  // without '?'
  bool has_query() const { return query_start_ != fragment_start_; }
  std::string_view fragment() const;  // without '#'
  bool has_fragment() const { return fragment_start_ != href_.size(); }
  // What a request line and robots.txt are matched with.
  std::string_view path_and_query() const { return Slice(path_start_, fragment_start_); }

  bool is_http() const;     // http or https
  bool host_is_ip() const;  // an IPv4 or IPv6 literal

  // "host" or "host:port" (port when not the default): what this program calls a host.
  std::string host_key_text() const;
  // "scheme://host[:port]".
  std::string origin() const;

  // The same URL without user name, password and fragment: what is stored and shown.
  Url WithoutSecrets() const;

 private:
  friend class UrlParser;  // url_parser.cc

  std::string_view Slice(std::uint32_t from, std::uint32_t to) const {
    return std::string_view(href_.data() + from, to - from);
  }

  // https://user:pass@host.example:8080/path?query#fragment
  //      |      |    ||           |    |    |     fragment_start_: the size of href_ without one
  //      |      |    ||           |    |    query_start_: fragment_start_ without one
  //      |      |    ||           |    path_start_: after a "/." that keeps a path's "//" from being read as a host's
  //      |      |    ||           host_end_
  //      |      |    |host_start_: after the '@' where there is one
  //      |      username_end_: host_start_ without credentials
  //      scheme_end_
  std::string href_;
  std::uint32_t scheme_end_ = 0;
  std::uint32_t username_end_ = 0;
  std::uint32_t host_start_ = 0;
  std::uint32_t host_end_ = 0;
  std::uint32_t path_start_ = 0;
  std::uint32_t query_start_ = 0;
  std::uint32_t fragment_start_ = 0;
  std::uint16_t port_ = 0;  // means something only with has_port_
  bool has_port_ = false;
  bool has_opaque_path_ = false;
  UrlScheme scheme_kind_{};
  UrlHostKind host_kind_{};
};

}  // namespace spinneret
