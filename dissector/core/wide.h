// Where the machine may or may not have wider registers than every machine of its kind, functions
// that go over many bytes are compiled for both, and the fitting one is taken when the program
// starts. Vectors stay inside of such a function, so that nothing depends on how one is handed
// over.
#pragma once

// The sanitizers are not ready yet when the choice is made.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FRAMESCOPE_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define FRAMESCOPE_WIDE
#endif
