#include "base/error.h"

namespace spinneret {
namespace {

struct Row {
  ErrorCode code;
  std::string_view name;
  std::string_view sentence;
};

constexpr Row kRows[] = {
    {ErrorCode::kInvalidArgument, "invalid_argument", "a value cannot be used"},
    {ErrorCode::kNotFound, "not_found", "it is not there"},
    {ErrorCode::kAlreadyExists, "already_exists", "something is in the way and is not overwritten"},
    {ErrorCode::kInUse, "in_use", "another process holds it"},
    {ErrorCode::kUnsupported, "unsupported", "this build or version cannot do it"},
    {ErrorCode::kCancelled, "cancelled", "it was given up on request"},
    {ErrorCode::kDns, "dns", "the host name did not resolve"},
    {ErrorCode::kPrivateAddress, "private_address", "the address is private; --allow-private would permit it"},
    {ErrorCode::kConnect, "connect", "no connection could be made"},
    {ErrorCode::kReset, "reset", "the connection broke before the response was complete"},
    {ErrorCode::kTimeout, "timeout", "a time limit passed"},
    {ErrorCode::kTls, "tls", "the TLS handshake or the certificate failed"},
    {ErrorCode::kProtocol, "protocol", "the answer is not HTTP as the standard has it"},
    {ErrorCode::kTooLargeHeaders, "too_large_headers", "the header block is over its limit"},
    {ErrorCode::kTooManyRedirects, "too_many_redirects", "the redirect chain loops or is over its limit"},
    {ErrorCode::kScheme, "scheme", "only http and https are fetched"},
    {ErrorCode::kDecode, "decode", "the content encoding could not be undone"},
    {ErrorCode::kPoison, "poison", "the page brought its worker down twice"},
    {ErrorCode::kStorage, "storage", "the database refused an operation"},
    {ErrorCode::kStorageBusy, "storage_busy", "the database is locked"},
    {ErrorCode::kStorageCorrupt, "storage_corrupt", "the file is not a database of this program, or is damaged"},
    {ErrorCode::kStorageFull, "storage_full", "no space is left"},
    {ErrorCode::kStorageVersion, "storage_version", "the database is of another schema version"},
    {ErrorCode::kLeaseLost, "lease_lost", "this agent was gone for too long: others have its hosts"},
    {ErrorCode::kSystem, "system", "a system call failed"},
    {ErrorCode::kOutOfMemory, "memory", "the worker's memory limit is reached"},
    {ErrorCode::kInternal, "internal", "a defect of this program"},
};

const Row& Find(ErrorCode code) {
  for (const Row& row : kRows) {
    if (row.code == code) {
      return row;
    }
  }
  return kRows[std::size(kRows) - 1];
}

}  // namespace

std::string_view ErrorName(ErrorCode code) {
  return Find(code).name;
}

std::string_view ErrorSentence(ErrorCode code) {
  return Find(code).sentence;
}

}  // namespace spinneret
