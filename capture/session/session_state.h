// What a session keeps; shared by the files that implement it.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "capture/file/capture_file.h"
#include "capture/session/chunked_vector.h"
#include "capture/session/session.h"
#include "capture/session/stream_map.h"

namespace framescope {

struct Session::State {
    std::shared_ptr<const CaptureFile> file;
    CaptureLayout layout;
    ChunkedVector<Record> records;
    ChunkedVector<std::uint64_t> packetOffsets;
    ChunkedVector<ConnectionInfo, 1024> connections;
    ChunkedVector<std::array<StreamMap, 2>, 1024> streams;
    std::vector<std::string> names{""};
    Statistics statistics;
    std::vector<std::string> notices;
    bool complete = false;
    bool damaged = false;

    const StreamMap& stream(const Record& record) const {
        return streams[record.connection][indexOf(record.direction)];
    }
};

}  // namespace framescope
