// gumbo's known ways to die, shown on gumbo itself in a process of its own, and that they are kept from it here.
#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <gumbo.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parser/gumbo_page_reader.h"
#include "parser/page_reader.h"
#include "tests/support/size.h"

namespace spinneret {
namespace {

std::string Repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

// Small, so that less is needed to overflow it: getting deep costs time as well.
constexpr std::size_t kStackBytes = 256 * 1024;

// The signal by which a process ends that gives `html` to gumbo as it is, on a thread, with so much CPU time; 0 when it
// reads it.
int SignalOfBareGumbo(const std::string& html, rlim_t cpu_seconds) {
  const pid_t child = ::fork();
  REQUIRE_GE(child, 0);
  if (child == 0) {
    const rlimit no_core{0, 0};
    const rlimit cpu{cpu_seconds, cpu_seconds + 1};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::setrlimit(RLIMIT_CPU, &cpu);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStackBytes);
    const auto read = [](void* text) -> void* {
      gumbo_destroy_output(&kGumboDefaultOptions, gumbo_parse(static_cast<const std::string*>(text)->c_str()));
      return nullptr;
    };
    pthread_t thread{};
    pthread_create(&thread, &attributes, read, const_cast<std::string*>(&html));
    pthread_join(thread, nullptr);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE_EQ(::waitpid(child, &status, 0), child);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST_SUITE("parser/bare_gumbo") {
TEST_CASE("bare gumbo: what kills it, by its stack or by work without end, is read here as far as the bounds" *
          doctest::skip(testing::kSanitized)) {
  std::string attributes = "<p";
  for (int i = 0; i < 150'000; ++i) {
    attributes += " a" + std::to_string(i);
  }
  const struct {
    std::string name;
    std::string html;
    rlim_t cpu_seconds;
    int signal;
  } deaths[] = {
      {"a tree that is freed by recursion", Repeated("<span>", 20'000), 60, SIGSEGV},
      {"blocks that each look through all that are open", Repeated("<div>", 200'000), 1, SIGXCPU},
      {"attributes that are each compared with all before", attributes + ">", 1, SIGXCPU},
  };
  const std::unique_ptr<PageReader> reader = MakeGumboPageReader();
  for (const auto& death : deaths) {
    CAPTURE(death.name);
    CHECK(SignalOfBareGumbo(death.html, death.cpu_seconds) == death.signal);
    PageContents contents;
    reader->Read("<title>read</title>" + death.html, contents);
    CHECK(contents.title == "read");
    CHECK_FALSE(contents.cut.empty());
  }
  CHECK(SignalOfBareGumbo("<title>harmless</title>", 60) == 0);
}
}  // TEST_SUITE("parser/bare_gumbo")

}  // namespace
}  // namespace spinneret
