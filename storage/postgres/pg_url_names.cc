#include "storage/postgres/pg_url_names.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "base/hex.h"

namespace spinneret {
namespace {

void PutBigEndian(std::uint64_t value, int bytes, char* out) {
  for (int i = bytes - 1; i >= 0; --i) {
    out[i] = static_cast<char>(value & 0xFFU);
    value >>= 8U;
  }
}

std::uint64_t ReadBigEndian(const char* in, int bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) {
    value = (value << 8U) | static_cast<unsigned char>(in[i]);
  }
  return value;
}

}  // namespace

PgUrlId PgUrlIdOf(HostKey host, const UrlFingerprint& fingerprint) {
  PgUrlId id{};
  PutBigEndian(host.value, 8, id.data());
  for (std::size_t i = 0; i < fingerprint.words.size(); ++i) {
    PutBigEndian(fingerprint.words[i], 4, id.data() + 8 + 4 * i);
  }
  return id;
}

HostKey PgHostOf(const PgUrlId& id) {
  return HostKey{ReadBigEndian(id.data(), 8)};
}

UrlFingerprint PgFingerprintOf(const PgUrlId& id) {
  UrlFingerprint fingerprint;
  for (std::size_t i = 0; i < fingerprint.words.size(); ++i) {
    fingerprint.words[i] = static_cast<std::uint32_t>(ReadBigEndian(id.data() + 8 + 4 * i, 4));
  }
  return fingerprint;
}

std::string PgHexOf(std::string_view bytes) {
  return "\\x" + HexOf(bytes);
}

std::string PgNumberOf(HostKey host) {
  return fmt::format("{}", static_cast<std::int64_t>(host.value));
}

UrlHandle PgUrlNames::Issue(HostKey host, const UrlFingerprint& fingerprint) {
  ids_.push_back(PgUrlIdOf(host, fingerprint));
  return UrlHandle{static_cast<std::uint32_t>(ids_.size())};
}

const PgUrlId& PgUrlNames::IdOf(UrlHandle url) const {
  SPINNERET_CHECK(url && url.value <= ids_.size(), "a handle of this store");
  return ids_[url.value - 1];
}

UrlHandle PgUrlNames::HandleOf(std::string_view id) const {
  PgUrlId key{};
  if (id.size() != key.size()) {
    return {};
  }
  std::ranges::copy(id, key.begin());
  return namer_(PgHostOf(key), PgFingerprintOf(key));
}

}  // namespace spinneret
