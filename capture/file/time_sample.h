// Whether a file looks as if its packets did not lie in the order of their times, told by a few of
// them, before rows are made: a file of any size costs a millisecond or two.
#pragma once

#include <memory>

namespace framescope {

class CaptureFile;

/// Looks at all packets of the first 4 MiB and, where the file is not compressed, at those in 16
/// stretches of 256 KiB behind. True when times run back somewhere; false says only that nothing
/// was seen.
bool timesSeemToRunBack(const std::shared_ptr<CaptureFile>& file);

}  // namespace framescope
