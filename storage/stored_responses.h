// StoredResponses: the responses of a crawl in the order of their fetching, with their bodies, while the crawl goes on.
//
// Which    attempts that decided their URL (pages, errors, redirects), by runs that keep bodies; each once. A body comes
//          with the first response that has it, and the others name that one.
// Beside   the database is open for the time of one Next alone, so that it may be settled into one file at any other.
// Memory   24 bytes for each different body; a Next about as much as it is told.
// Thread   one thread per object, any.
// Errors   as Reader::Open; kStorageBusy may be tried again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/result.h"
#include "storage/sqlite/reader.h"

namespace spinneret {

struct StoredResponse {
  std::int64_t fetch = 0;  // fetches.id
  std::string url;
  std::int64_t at_ms = 0;
  int status = 0;
  std::string ip, http_version, mime, truncated;  // may be empty
  std::string headers;                            // the block as received
  std::string digest;                             // SHA-256 of the body; empty: there is none, or of a redirect
  std::uint64_t body_bytes = 0;                   // decoded
  std::string zstd;                               // the body, where no earlier response has it
  struct Earlier {
    std::int64_t fetch = 0;
    std::string url;
    std::int64_t at_ms = 0;
  };
  std::optional<Earlier> same_body;
};

class StoredResponses {
 public:
  // Begins after the attempt `after`; 0: with the first.
  StoredResponses(std::string database, std::int64_t after) : database_(std::move(database)), after_(after) {}

  struct Batch {
    std::vector<StoredResponse> responses;
    bool more = false;  // there may be others at once
  };
  Result<Batch> Next(std::size_t most_bytes);

  // Responses whose body is not stored: --accept left it out.
  std::uint64_t without_body() const { return without_body_; }

 private:
  // The first 128 bits: nobody makes two bodies that share them.
  using Key = std::array<std::uint64_t, 2>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept { return key[0]; }
  };
  struct Carrier {
    std::int64_t id = 0;  // bodies.id; once `carried` fetches.id of the response that has it
    bool carried = false;
  };

  Result<Carrier*> FindCarrier(Reader& reader, std::string_view digest);
  Result<bool> AddBody(Reader& reader, StoredResponse& response);

  const std::string database_;
  const std::int64_t after_;
  std::int64_t walked_ = 0;     // fetches.id up to which all is known
  std::int64_t last_body_ = 0;  // bodies.id
  boost::unordered_flat_map<Key, Carrier, KeyHash> carriers_;
  std::uint64_t without_body_ = 0;
};

}  // namespace spinneret
