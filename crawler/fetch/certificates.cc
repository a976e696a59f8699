#include "crawler/fetch/certificates.h"

#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace spinneret {
namespace {

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;
struct X509Freer {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, X509Freer>;
struct KeyFreer {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyFreer>;

Error Refuse(const std::string& file, const char* why) {
  ERR_clear_error();
  return Err(ErrorCode::kInvalidArgument, fmt::format("{}: {}", file, why));
}

Result<File> Open(const std::string& file) {
  File opened(std::fopen(file.c_str(), "re"));
  if (!opened) {
    return Refuse(file, "the file cannot be read");
  }
  return opened;
}

Result<Certificate> ReadCertificate(const std::string& file) {
  Result<File> opened = Open(file);
  if (!opened) {
    return std::move(opened).error();
  }
  Certificate certificate(PEM_read_X509(opened->get(), nullptr, nullptr, nullptr));
  if (!certificate) {
    return Refuse(file, "there is no certificate in it; a PEM file with \"BEGIN CERTIFICATE\" is expected");
  }
  return certificate;
}

// OpenSSL would ask on the terminal without a callback.
int GivePassword(char* buffer, int size, int /*writing*/, void* password) noexcept {
  const auto& text = *static_cast<const std::string*>(password);
  const auto length = static_cast<int>(text.size());
  if (text.empty() || length > size) {
    return -1;
  }
  std::memcpy(buffer, text.data(), text.size());
  return length;
}

}  // namespace

Result<void> CheckClientCertificate(const ClientCertificate& certificate) {
  const Result<Certificate> read = ReadCertificate(certificate.file);
  if (!read) {
    return read.error();
  }
  const std::string& key_file = certificate.key_file.empty() ? certificate.file : certificate.key_file;
  const Result<File> opened = Open(key_file);
  if (!opened) {
    return opened.error();
  }
  std::string password = certificate.password;
  const Key key(PEM_read_PrivateKey(opened->get(), nullptr, &GivePassword, &password));
  if (!key) {
    return Refuse(key_file, certificate.password.empty()
                                ? "there is no private key in it that can be read without a password"
                                : "there is no private key in it that this password opens");
  }
  if (X509_check_private_key(read->get(), key.get()) != 1) {
    return Refuse(key_file, "the private key does not belong to the certificate");
  }
  ERR_clear_error();
  return {};
}

Result<void> CheckCaFile(const std::string& file) {
  const Result<Certificate> read = ReadCertificate(file);
  if (!read) {
    return read.error();
  }
  return {};
}

}  // namespace spinneret
