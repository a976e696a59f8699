// What the process asks of the machine before a crawl.
#pragma once

#include <cstdint>

namespace spinneret::cli {

// Raises the number of open files to what the machine allows: thousands of hosts mean thousands of sockets. Where it
// cannot, the crawl goes on with what there is. Returns how many may be open now.
std::uint64_t RaiseFileLimit();
// How many connections fit among so many open files, beside what the process and its workers need themselves, and the
// idle connections that are kept for hosts that will be asked again; at least 1.
std::uint32_t ConnectionsWithin(std::uint64_t files, std::uint32_t workers);
// A reader that goes away (`spinneret query … | head`), and a file that reaches the limit on its size (ulimit -f), are
// errors of write(), not the end of the process.
void TakeWriteErrors();

}  // namespace spinneret::cli
