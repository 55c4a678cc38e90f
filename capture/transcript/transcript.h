// What our own connections send and receive, as a capture: every byte becomes a TCP segment between
// the socket's real addresses and ports, in the order in which it passed, with SYN,
// acknowledgements, FIN or RST as they were. The capture is written to a spool and followed like
// any other live capture, so list, tree, filters and saving need to know nothing of it. TLS is
// written in clear.
//
// A LiveCapture whose source is us. The reactor's thread appends; a thread of its own writes.
#pragma once

#include <cstdint>
#include <memory>

#include "capture/live/capture_options.h"
#include "capture/live/live_capture.h"
#include "dissector/core/bytes.h"
#include "dissector/ip/ip_address.h"
#include "dissector/record/record.h"

namespace framescope::transcript {

/// How one direction of a connection, or all of it, came to its end.
enum class Ended : std::uint8_t { Fin, Reset };

class Transcript : public live::LiveCapture {
public:
    /// One TCP connection in it.
    using Connection = std::uint64_t;

    /// A connection was established: SYN, SYN and ACK, ACK. `decrypted`: what passes had been TLS;
    /// the first packet's comment says so. Thread-safe, as all of these.
    virtual Connection open(const Endpoint& client, const Endpoint& server, bool decrypted) = 0;
    /// Bytes that passed in a direction; more than 32 KiB become several segments.
    virtual void passed(Connection connection, Direction direction, ByteView bytes) = 0;
    virtual void ended(Connection connection, Direction by, Ended how) = 0;
    /// Whoever notes a connection has let go of it: nothing follows, however its directions ended.
    virtual void closed(Connection connection) { static_cast<void>(connection); }
    /// Packets written so far, for tests and for whoever waits until everything is readable.
    virtual std::uint64_t packets() const = 0;
    /// Waits until everything that was appended before this call stands in the file.
    virtual void flush() = 0;
};

/// Begins a transcript; its file is there at once, with no packet in it. `name` is what its source
/// is called: "ws://localhost:3000/".
std::shared_ptr<Transcript> begin(const std::string& name, const live::Destination& destination,
                                  live::Wake wake);

}  // namespace framescope::transcript
