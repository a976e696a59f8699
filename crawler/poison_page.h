// PoisonPage: a page that ends whoever reads it. What is kept of it in the database is the attempt that decided, and the
// body for those who want to look into it.
//
// Known      a page that ended the process is known by its URL before the crawl meets it again, or for the first time as far
//            as the database knows: what the dead process had found may not have been committed. So it is kept among the
//            run's state, by URL, and set aside when it is about to be asked.
// Thread     main thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "storage/store.h"

namespace spinneret {

struct PoisonPage {
  UrlHandle url;
  std::uint32_t attempt = 1;  // over all runs
  std::int64_t at_ms = 0;
  std::string how;     // "reading it ended a process: signal 11 (Segmentation fault)"
  std::string digest;  // 32 bytes; empty where the body could not be had
  std::int64_t bytes_body = 0;
};

using PoisonByUrl = std::map<std::string, PoisonPage>;

// Stores the body and notes its digest. An empty one is none.
void KeepPoisonBody(Store& store, std::string_view body, PoisonPage& page);
// The attempt's row. The outcome is the caller's.
void AddPoisonAttempt(Store& store, const PoisonPage& page);

// What earlier runs have found; what is damaged is passed over.
PoisonByUrl LoadPoison(Store& store);
void SavePoison(Store& store, const PoisonByUrl& poison);

}  // namespace spinneret
