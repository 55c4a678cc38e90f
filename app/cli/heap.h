// Where the terminal program's heap, jemalloc's, gets memory from the system.
#pragma once

namespace framescope::cli {

/// Has what the heap of the first threads gets from now on taken from the machine many pages at a
/// time, in front of the first touch of each, as LargeMemory does it. To be called before there are
/// threads. Without jemalloc nothing happens.
void takeHeapInLargeSteps();

}  // namespace framescope::cli
