#include "parser/url_host.h"

#include <memory>

#include <unicode/uidna.h>

#include "parser/url_encode.h"
#include "parser/url_ip.h"

namespace spinneret {
namespace {

struct CloseIdna {
  void operator()(UIDNA* idna) const { uidna_close(idna); }
};

// CheckBidi and CheckJoiners are asked for, transitional processing and UseSTD3ASCIIRules are not. Null when ICU has no
// data, and then no such domain is valid.
UIDNA* ThreadIdna() {
  thread_local const std::unique_ptr<UIDNA, CloseIdna> idna([] {
    UErrorCode status = U_ZERO_ERROR;
    UIDNA* opened = uidna_openUTS46(
        UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE,
        &status);
    return U_SUCCESS(status) ? opened : nullptr;
  }());
  return idna.get();
}

// What ICU always reports and the standard does not ask for: CheckHyphens and VerifyDnsLength are false.
constexpr std::uint32_t kPermittedIdnaErrors = UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN |
                                               UIDNA_ERROR_HYPHEN_3_4 | UIDNA_ERROR_EMPTY_LABEL |
                                               UIDNA_ERROR_LABEL_TOO_LONG | UIDNA_ERROR_DOMAIN_NAME_TOO_LONG;

bool StartsLikePunycode(std::string_view label) {
  return label.size() >= 4 && (label[0] == 'x' || label[0] == 'X') && (label[1] == 'n' || label[1] == 'N') &&
         label[2] == '-' && label[3] == '-';
}

// Punycode that decodes to nothing, or to ASCII alone, ends in a hyphen. UTS #46 revision 33 refuses such labels (§4,
// validity criteria); the revision that ICU 72 follows does not.
bool HasPunycodeOfAscii(std::string_view domain) {
  for (std::size_t at = 0; at < domain.size();) {
    const std::size_t dot = domain.find('.', at);
    const std::string_view label = domain.substr(at, dot == std::string_view::npos ? dot : dot - at);
    if (StartsLikePunycode(label) && label.ends_with('-')) {
      return true;
    }
    at = dot == std::string_view::npos ? domain.size() : dot + 1;
  }
  return false;
}

// UTS #46 maps the capital sharp s to the small one since Unicode 15.1; ICU 72 still makes "ss" of it, which is another
// host than the one that browsers go to.
std::string WithSmallSharpS(std::string_view domain) {
  constexpr std::string_view kCapital = "\xE1\xBA\x9E";
  constexpr std::string_view kSmall = "\xC3\x9F";
  std::string out;
  for (std::size_t at = domain.find(kCapital); at != std::string_view::npos; at = domain.find(kCapital)) {
    out += domain.substr(0, at);
    out += kSmall;
    domain.remove_prefix(at + kCapital.size());
  }
  out += domain;
  return out;
}

// Domain to ASCII (§3.3) for a domain that is not ASCII yet.
bool AppendIdnaDomain(std::string_view text, std::string& out) {
  UIDNA* const idna = ThreadIdna();
  if (idna == nullptr || text.size() > kMaxIdnaDomainBytes) {
    return false;
  }
  const std::string domain = WithSmallSharpS(text);
  const std::size_t start = out.size();
  const auto size = static_cast<std::int32_t>(domain.size());
  std::size_t room = 2 * domain.size() + 64;
  for (int attempt = 0; attempt < 2; ++attempt) {
    out.resize(start + room);
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t length = uidna_nameToASCII_UTF8(idna, domain.data(), size, out.data() + start,
                                                       static_cast<std::int32_t>(room), &info, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) {
      room = static_cast<std::size_t>(length);
      continue;
    }
    if (U_FAILURE(status) || (info.errors & ~kPermittedIdnaErrors) != 0) {
      return false;
    }
    out.resize(start + static_cast<std::size_t>(length));
    return !HasPunycodeOfAscii(std::string_view(out).substr(start));
  }
  return false;
}

void AppendLowerCase(std::string_view text, std::string& out) {
  const std::size_t start = out.size();
  out.append(text);
  for (std::size_t i = start; i < out.size(); ++i) {
    if (out[i] >= 'A' && out[i] <= 'Z') {
      out[i] = static_cast<char>(out[i] + ('a' - 'A'));
    }
  }
}

std::optional<UrlHostKind> AppendDomain(std::string_view domain, std::string& out) {
  const std::size_t start = out.size();
  const unsigned classes = url_encode::ClassesIn(domain);
  if ((classes & url_encode::kNonAscii) != 0) {
    if (!AppendIdnaDomain(domain, out)) {
      return std::nullopt;
    }
  } else if ((classes & url_encode::kUpper) != 0) {
    // An ASCII domain is lower-cased whatever its "xn--" labels decode to: names that are not valid IDNA are in use,
    // and the standard has let them through since June 2026.
    AppendLowerCase(domain, out);
  } else {
    out.append(domain);
  }
  const std::string_view ascii = std::string_view(out).substr(start);
  if (ascii.empty() || (url_encode::ClassesIn(ascii) & (url_encode::kForbiddenDomain | url_encode::kNonAscii)) != 0) {
    return std::nullopt;
  }
  if (!url_ip::EndsInNumber(ascii)) {
    return UrlHostKind::kDomain;
  }
  const std::optional<std::uint32_t> address = url_ip::ParseIpv4(ascii);
  if (!address) {
    return std::nullopt;
  }
  out.resize(start);
  url_ip::AppendIpv4(*address, out);
  return UrlHostKind::kIpv4;
}

}  // namespace

std::optional<UrlHostKind> AppendHost(std::string_view text, UrlScheme scheme, std::string& out) {
  if (text.starts_with('[')) {
    if (!text.ends_with(']')) {
      return std::nullopt;
    }
    const std::optional<url_ip::Ipv6Pieces> pieces = url_ip::ParseIpv6(text.substr(1, text.size() - 2));
    if (!pieces) {
      return std::nullopt;
    }
    out.push_back('[');
    url_ip::AppendIpv6(*pieces, out);
    out.push_back(']');
    return UrlHostKind::kIpv6;
  }
  if (!IsSpecial(scheme)) {
    if ((url_encode::ClassesIn(text) & url_encode::kForbiddenHost) != 0) {
      return std::nullopt;
    }
    url_encode::AppendEncoded(text, url_encode::kC0ControlSet, out);
    return UrlHostKind::kOpaque;
  }
  if (text.find('%') != std::string_view::npos) {
    return AppendDomain(url_encode::ReplaceMalformedUtf8(url_encode::PercentDecode(text)), out);
  }
  return AppendDomain(text, out);
}

}  // namespace spinneret
