// SeedLoader: brings the seeds of a crawl into the frontier, a portion at a time, and remembers in the store how far it
// came.
//
// Restart   the position in each list is part of the same transaction as the seeds read up to there, so that a killed
//           crawl goes on where it was. Standard input cannot be read again: WholeBeforePublishing() says that it must
//           be read to its end first.
// Errors    a bad line is reported with file and line, counted, has an event row, and the rest goes on; a list that
//           cannot be read ends the loading.
// Thread    main thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crawler/crawl_options.h"
#include "crawler/frontier/frontier.h"
#include "crawler/frontier/seed_list.h"
#include "storage/store.h"

namespace spinneret {

class SeedLoader {
 public:
  // `sources`, `frontier` and `store` must outlive it.
  SeedLoader(const std::vector<SeedSource>& sources, Frontier& frontier, Store& store, const Clock& clock);

  // Reads up to `most` further seeds. True while there may be more.
  Result<bool> Read(std::uint64_t most);

  bool WholeBeforePublishing() const;
  std::uint64_t bad_lines() const { return bad_lines_; }

 private:
  Result<void> OpenSource();
  void NoteBadLine(const SeedLine& seed);
  std::string StateKey() const;

  const std::vector<SeedSource>& sources_;
  Frontier& frontier_;
  Store& store_;
  const Clock& clock_;
  std::size_t source_ = 0;
  std::optional<SeedListReader> reader_;
  std::uint64_t bad_lines_ = 0;
};

}  // namespace spinneret
