// Clang's thread-safety annotations under their usual names; nothing elsewhere. The `clang` preset checks them.
#pragma once

#if defined(__clang__)
#define SPINNERET_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define SPINNERET_THREAD_ATTRIBUTE(x)
#endif

#define CAPABILITY(x) SPINNERET_THREAD_ATTRIBUTE(capability(x))
#define SCOPED_CAPABILITY SPINNERET_THREAD_ATTRIBUTE(scoped_lockable)
#define GUARDED_BY(x) SPINNERET_THREAD_ATTRIBUTE(guarded_by(x))
#define PT_GUARDED_BY(x) SPINNERET_THREAD_ATTRIBUTE(pt_guarded_by(x))
#define REQUIRES(...) SPINNERET_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define ACQUIRE(...) SPINNERET_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define RELEASE(...) SPINNERET_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
#define EXCLUDES(...) SPINNERET_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS SPINNERET_THREAD_ATTRIBUTE(no_thread_safety_analysis)
