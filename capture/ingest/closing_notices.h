// What is to be said of a capture as a whole once it was read: sentences for people.
#pragma once

#include <string>
#include <vector>

#include "capture/file/capture_reader.h"
#include "capture/ingest/packet_intake.h"
#include "capture/ingest/row_maker.h"

namespace framescope {

/// Appends the sentences; `figures` are those of the last batch.
void tellAtTheEnd(PacketIntake& intake, const RowMaker& rows, const CaptureReader& reader,
                  const Statistics& figures, std::vector<std::string>& notices);

}  // namespace framescope
