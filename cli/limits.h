// What the process asks of the machine before a crawl.
#pragma once

namespace spinneret::cli {

// Raises the number of open files to what the machine allows: thousands of hosts mean thousands of sockets. Where it
// cannot, the crawl goes on with what there is.
void RaiseFileLimit();
// A reader that goes away (`spinneret query … | head`) is an error of write(), not the end of the process.
void IgnoreBrokenPipes();

}  // namespace spinneret::cli
