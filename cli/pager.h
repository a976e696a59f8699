// Pager: what goes to a terminal goes through $PAGER (less where it is not set) instead, as git and psql have it.
//
// When    stdout is a terminal and a pager is there; PAGER= or PAGER=cat says that none is wanted. LESS is set to FRX, so
//         that what fits the screen is just printed, unless the user has set it.
// Signals Ctrl-C ends this process after the pager, so that the two never share the keyboard with a shell.
// Thread  main; one at a time.
#pragma once

#include <sys/types.h>

namespace spinneret::cli {

class Pager {
 public:
  Pager() = default;
  ~Pager();  // flushes stdout and waits until the reader has had enough
  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;

  // From here on stdout is the pager, where there is one. What is to be known of the terminal is asked before.
  void Start();

 private:
  pid_t pid_ = -1;
  int terminal_ = -1;  // stdout as it was
};

}  // namespace spinneret::cli
