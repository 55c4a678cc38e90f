// Records a capture that comes as a stream of bytes, from a pipe or from another machine: holds
// back until it is known to be a capture, then writes it to its file as it comes.
#pragma once

#include <optional>
#include <string>

#include "capture/live/recording.h"
#include "capture/live/spool.h"
#include "dissector/core/bytes.h"

namespace framescope::live {

class CaptureControl;

class StreamRecorder {
public:
    /// `name` begins sentences about the stream: "Standard input".
    StreamRecorder(CaptureControl& control, Destination destination, SpoolDescription description,
                   std::string name);

    /// Takes bytes that came. An Error when they are no capture or cannot be written.
    std::optional<Error> take(ByteView bytes);
    /// Nothing more comes. An Error when there was no capture at all.
    std::optional<Error> finish();

    /// True once a capture file was begun.
    bool hasBegun() const { return m_recording.has_value(); }
    /// The bytes that came before it was known what they are.
    ByteView start() const { return m_start; }

private:
    std::optional<Error> begin();
    std::optional<Error> write(ByteView bytes);

    CaptureControl& m_control;
    Destination m_destination;
    SpoolDescription m_description;
    std::string m_name;
    Bytes m_start;
    std::optional<Recording> m_recording;
    FileDescriptor m_file;
    std::uint64_t m_written = 0;
};

}  // namespace framescope::live
