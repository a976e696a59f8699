// For a program that is linked with --wrap=gumbo_parse_with_options: pages that say so end the process in which they are
// read, as a defect of the library would. The program itself knows nothing of it.
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include <gumbo.h>
#include <sys/resource.h>
#include <unistd.h>

extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the linker's names
GumboOutput* __real_gumbo_parse_with_options(const GumboOptions* options, const char* text, std::size_t size);

GumboOutput* __wrap_gumbo_parse_with_options(const GumboOptions* options, const char* text, std::size_t size) {
  const std::string_view page(text, size);
  const auto says = [&page](std::string_view what) { return page.find(what) != std::string_view::npos; };
  if (says("test: crash")) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
  }
  if (says("test: crash by abort")) {
    std::abort();
  }
  if (says("test: crash by fault")) {
    std::raise(SIGSEGV);
  }
  if (says("test: hold a thread")) {
    sleep(60);  // somebody kills the process meanwhile
  }
  if (says("test: take memory")) {
    std::vector<std::unique_ptr<char[]>> taken;
    while (taken.size() < 4096) {
      taken.push_back(std::make_unique<char[]>(1 << 20));
    }
  }
  return __real_gumbo_parse_with_options(options, text, size);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
}
