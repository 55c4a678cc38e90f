// How the terminal program takes its memory from the system.
#pragma once

namespace framescope::cli {

/// To be called before anything else takes memory, and before there are threads.
void takeMemoryInLargePieces();

}  // namespace framescope::cli
