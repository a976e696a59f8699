// Whether the PEM files that a user names for TLS can be used, before anything is fetched.
//
// Errors     kInvalidArgument, with the file named and what is wrong with it; never with the password.
#pragma once

#include <string>

#include "base/result.h"

namespace spinneret {

// A certificate that this side shows to servers that ask for one.
struct ClientCertificate {
  std::string file;      // PEM: the certificate, then those that lead to its issuer; empty: none
  std::string key_file;  // PEM; empty: the key stands in `file` too
  std::string password;  // of the key; empty: none
};

// The key can be read with the password and belongs to the certificate.
Result<void> CheckClientCertificate(const ClientCertificate& certificate);

// There is at least one certificate in it.
Result<void> CheckCaFile(const std::string& file);

}  // namespace spinneret
