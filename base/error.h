// The one list of things that can go wrong, in ranges per layer, and the value that carries one.
//
// Errors    are values. A 404, a redirect or a page that is cut short is an outcome, not an Error; only what stopped an
//           operation from giving its result is one.
// Messages  lower case, no full stop, name the URL or path they concern, and never contain a password.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spinneret {

enum class ErrorCode : std::uint16_t {
  // 1xx arguments and configuration
  kInvalidArgument = 100,  // a value that cannot be used
  kNotFound = 101,         // a file, database or query that is not there
  kAlreadyExists = 102,    // something is in the way and is not overwritten
  kInUse = 103,            // another process holds it
  kUnsupported = 104,      // known, but not available in this build or version
  kCancelled = 105,        // given up on request

  // 2xx names and addresses
  kDns = 200,             // the host name did not resolve
  kPrivateAddress = 201,  // the address is private and --allow-private is off

  // 3xx connections
  kConnect = 300,  // no connection could be made
  kReset = 301,    // the connection broke before the response was complete
  kTimeout = 302,  // a time limit passed

  // 4xx TLS
  kTls = 400,  // handshake or certificate verification failed

  // 5xx HTTP
  kProtocol = 500,          // not HTTP as the standard has it
  kTooLargeHeaders = 501,   // the header block is over its limit
  kTooManyRedirects = 502,  // a redirect chain that is over its limit
  kScheme = 503,            // a scheme other than http and https

  // 6xx content
  kDecode = 600,  // the content encoding could not be undone
  kPoison = 601,  // the page brought its worker down twice

  // 7xx storage
  kStorage = 700,         // the database refused an operation
  kStorageBusy = 701,     // the database is locked
  kStorageCorrupt = 702,  // the file is not a database of this program, or is damaged
  kStorageFull = 703,     // no space is left
  kStorageVersion = 704,  // the database is of another schema version
  kLeaseLost = 705,       // this agent was gone for too long: others have its hosts

  // 8xx the machine
  kSystem = 800,       // a system call failed
  kOutOfMemory = 801,  // the worker's memory limit is reached
  kInternal = 900,     // a defect of this program
};

// The word that stands for `code` in v_pages.error and v_fetches.error ("dns", "timeout", …).
std::string_view ErrorName(ErrorCode code);

// One sentence for people, without a full stop.
std::string_view ErrorSentence(ErrorCode code);

struct [[nodiscard]] Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
};

}  // namespace spinneret
