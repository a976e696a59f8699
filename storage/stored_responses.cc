#include "storage/stored_responses.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "storage/lookup.h"

namespace spinneret {
namespace {

// Rows of a Next, those that are only walked past included: no snapshot is held for long, since the log of the writer
// grows meanwhile.
constexpr std::size_t kMostRows = 20'000;
constexpr std::size_t kDigestBytes = 32;

StoredResponse ResponseOf(const RowView& row) {
  StoredResponse response;
  response.fetch = row.Integer(0);
  response.url = row.Text(1);
  response.at_ms = row.Integer(2);
  response.status = static_cast<int>(row.Integer(3));
  response.ip = row.Text(4);
  response.http_version = row.Text(5);
  response.mime = row.Text(6);
  response.truncated = row.Text(7);
  response.headers = row.Bytes(8);
  response.digest = row.Bytes(9);
  response.body_bytes = static_cast<std::uint64_t>(row.Integer(10));
  return response;
}

}  // namespace

// Bodies are stored in the order in which their first responses are: reading a little ahead finds them.
Result<StoredResponses::Carrier*> StoredResponses::FindCarrier(Reader& reader, std::string_view digest) {
  const auto key_of = [](std::string_view bytes) {
    Key key{};
    std::memcpy(key.data(), bytes.data(), sizeof key);
    return key;
  };
  if (digest.size() != kDigestBytes) {
    return nullptr;
  }
  const Key wanted = key_of(digest);
  while (true) {
    if (const auto found = carriers_.find(wanted); found != carriers_.end()) {
      return &found->second;
    }
    const std::int64_t before = last_body_;
    const Result<void> read = LookUp(reader, "bodies-after", std::array<Cell, 1>{last_body_}, [&](const RowView& row) {
      last_body_ = row.Integer(0);
      if (const std::string bytes = row.Bytes(1); bytes.size() == kDigestBytes) {
        carriers_.try_emplace(key_of(bytes), Carrier{last_body_});
      }
      return true;
    });
    if (!read) {
      return read.error();
    }
    if (last_body_ == before) {
      return nullptr;
    }
  }
}

// False: it has one that is not stored.
Result<bool> StoredResponses::AddBody(Reader& reader, StoredResponse& response) {
  if (response.digest.empty()) {
    return true;
  }
  const Result<Carrier*> found = FindCarrier(reader, response.digest);
  if (!found) {
    return found.error();
  }
  Carrier* const carrier = *found;
  if (carrier == nullptr) {
    return false;
  }
  const bool needed = response.fetch > after_;
  const std::array<Cell, 1> id = {carrier->id};
  Result<void> read;
  if (carrier->carried) {
    StoredResponse::Earlier& earlier = response.same_body.emplace();
    earlier.fetch = carrier->id;
    if (needed) {
      read = LookUp(reader, "fetched-url", id, [&earlier](const RowView& row) {
        earlier.url = row.Text(0);
        earlier.at_ms = row.Integer(1);
        return false;
      });
    }
  } else if (needed) {
    read = LookUp(reader, "body", id, [&response](const RowView& row) {
      response.body_bytes = static_cast<std::uint64_t>(row.Integer(0));
      response.zstd = row.Bytes(1);
      return false;
    });
  }
  if (!read) {
    return read.error();
  }
  if (!carrier->carried) {
    *carrier = Carrier{response.fetch, true};
  }
  return true;
}

Result<StoredResponses::Batch> StoredResponses::Next(std::size_t most_bytes) {
  const Result<std::unique_ptr<Reader>> opened = Reader::Open(database_);
  if (!opened) {
    return opened.error();
  }
  Reader& reader = **opened;
  std::int64_t last = 0;
  Result<void> read = LookUp(reader, "last-fetch", {}, [&last](const RowView& row) {
    last = row.Integer(0);
    return false;
  });
  Batch batch;
  if (!read || last == walked_) {
    return read ? Result<Batch>(batch) : Result<Batch>(read.error());
  }
  std::size_t bytes = 0, rows = 0;
  std::optional<Error> failure;
  read = LookUp(reader, "responses-between", std::array<Cell, 2>{walked_, last}, [&](const RowView& row) {
    StoredResponse response = ResponseOf(row);
    const Result<bool> whole = AddBody(reader, response);
    if (!whole) {
      failure = whole.error();
      return false;
    }
    walked_ = response.fetch;
    if (response.fetch > after_) {
      if (*whole) {
        bytes += sizeof response + response.headers.size() + response.zstd.size();
        batch.responses.push_back(std::move(response));
      } else {
        ++without_body_;
      }
    }
    batch.more = bytes >= most_bytes || ++rows >= kMostRows;
    return !batch.more;
  });
  if (failure || !read) {
    return failure ? *failure : read.error();
  }
  if (!batch.more) {
    walked_ = last;
  }
  return batch;
}

}  // namespace spinneret
