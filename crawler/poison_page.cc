#include "crawler/poison_page.h"

#include <nlohmann/json.hpp>
#include <openssl/sha.h>
#include <zstd.h>

#include "base/error.h"
#include "base/hex.h"

namespace spinneret {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kStateKey = "poison";
constexpr std::string_view kHexDigits = "0123456789abcdef";

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    const std::size_t high = kHexDigits.find(hex[i]), low = kHexDigits.find(hex[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) {
      return {};
    }
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

}  // namespace

void KeepPoisonBody(Store& store, std::string_view body, PoisonPage& page) {
  constexpr int kZstdLevel = 1;
  if (body.empty()) {
    return;
  }
  std::string packed(ZSTD_compressBound(body.size()), '\0');
  const std::size_t size = ZSTD_compress(packed.data(), packed.size(), body.data(), body.size(), kZstdLevel);
  if (ZSTD_isError(size) != 0) {
    return;
  }
  packed.resize(size);
  page.digest.resize(SHA256_DIGEST_LENGTH);
  if (SHA256(reinterpret_cast<const unsigned char*>(body.data()), body.size(),
             reinterpret_cast<unsigned char*>(page.digest.data())) == nullptr) {
    page.digest.clear();
    return;
  }
  page.bytes_body = static_cast<std::int64_t>(body.size());
  store.AddBody({.digest = page.digest, .zstd = packed, .size = page.bytes_body});
}

void AddPoisonAttempt(Store& store, const PoisonPage& page) {
  FetchRow fetch;
  fetch.url = page.url;
  fetch.attempt = page.attempt;
  fetch.at_ms = page.at_ms;
  fetch.error = ErrorName(ErrorCode::kPoison);
  fetch.error_detail = page.how;
  fetch.digest = page.digest;
  fetch.bytes_body = page.bytes_body;
  store.AddFetch(fetch);
}

PoisonByUrl LoadPoison(Store& store) {
  PoisonByUrl poison;
  const Json pages = Json::parse(store.GetState(kStateKey), nullptr, /*allow_exceptions=*/false);
  if (!pages.is_object()) {
    return poison;
  }
  for (const auto& entry : pages.items()) {
    const Json& stored = entry.value();
    if (stored.is_object()) {
      PoisonPage page;
      const auto text = [&stored](const char* name) {
        const auto value = stored.find(name);
        return value != stored.end() && value->is_string() ? value->get<std::string>() : std::string();
      };
      const auto number = [&stored](const char* name) {
        const auto value = stored.find(name);
        return value != stored.end() && value->is_number_integer() ? value->get<std::int64_t>() : 0;
      };
      page.at_ms = number("at_ms");
      page.how = text("how");
      page.digest = FromHex(text("digest"));
      page.bytes_body = number("bytes");
      if (page.digest.size() != SHA256_DIGEST_LENGTH) {
        page.digest.clear();
      }
      poison.emplace(entry.key(), std::move(page));
    }
  }
  return poison;
}

void SavePoison(Store& store, const PoisonByUrl& poison) {
  Json pages = Json::object();
  for (const auto& [url, page] : poison) {
    pages[url] = {{"at_ms", page.at_ms}, {"how", page.how}, {"digest", HexOf(page.digest)}, {"bytes", page.bytes_body}};
  }
  store.SetState(kStateKey, poison.empty() ? "" : pages.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace spinneret
