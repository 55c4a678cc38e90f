// Compressing the messages of one direction (RFC 7692 section 7.2.1): raw DEFLATE that may refer to
// what the messages before it said. The counterpart of inflater.h. zlib does the work; each message
// ends with a flush whose last four bytes, always the same, are left out.
#pragma once

#include <memory>

#include "dissector/core/bytes.h"

namespace framescope::websocket {

/// A message is a begin(), any number of piece(), and a finish(). A copy goes on by itself.
class Deflater {
public:
    /// `windowBits`: how far back it may refer, 8 to 15 for 256 bytes to 32 KiB; others are taken
    /// for the nearest.
    explicit Deflater(int windowBits = 15);
    ~Deflater();
    Deflater(const Deflater& other);
    Deflater& operator=(const Deflater& other);
    Deflater(Deflater&&) noexcept;
    Deflater& operator=(Deflater&&) noexcept;

    /// A message begins. It refers to what was compressed before only where `keepContext` is set.
    void begin(bool keepContext);
    /// Part of a message, ended on a whole byte; empty for no bytes. The tail stays where it is, so
    /// that the next part can follow.
    Bytes piece(ByteView plain);
    /// The last part of a message, without the tail. Never empty (section 7.2.3.6).
    Bytes finish(ByteView plain);
    /// begin() and finish().
    Bytes message(ByteView plain, bool keepContext = true);

    /// What the next message may refer to: the end of what was compressed, at most 32 KiB.
    Bytes window() const;

private:
    struct Stream;

    Bytes run(ByteView plain);

    int m_windowBits;
    std::unique_ptr<Stream> m_stream;  ///< a quarter of a megabyte; made for the first message
};

}  // namespace framescope::websocket
