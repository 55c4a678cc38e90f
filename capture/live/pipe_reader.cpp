// See pipe_reader.h.
#include "capture/live/pipe_reader.h"

#include <fcntl.h>

namespace framescope::live {

void widenPipe(int fd) {
    // What /proc/sys/fs/pipe-max-size is unless somebody changed it; a refusal does no harm.
    constexpr int kMostBytes = 1 << 20;
    ::fcntl(fd, F_SETPIPE_SZ, kMostBytes);
}

}  // namespace framescope::live
