// The sending side of permessage-deflate for tests, with zlib: what the inflater is held against.
#pragma once

#include <cstddef>
#include <string_view>
#include <zlib.h>

#include "dissector/core/bytes.h"

namespace framescope::test {

/// Compresses the messages of one direction, each as RFC 7692 section 7.2.1 says.
class Deflater {
public:
    explicit Deflater(int windowBits = 15, int level = Z_DEFAULT_COMPRESSION,
                      int strategy = Z_DEFAULT_STRATEGY) {
        deflateInit2(&m_stream, level, Z_DEFLATED, -windowBits, 8, strategy);
    }
    ~Deflater() { deflateEnd(&m_stream); }
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;

    /// The payload of the compressed message.
    Bytes message(ByteView bytes) {
        Bytes out = run(bytes, Z_SYNC_FLUSH);
        out.erase(out.end() - 4, out.end());  // 00 00 ff ff
        return out;
    }
    Bytes message(std::string_view text) { return message(asBytes(text)); }
    /// The same ended by a block with BFINAL=1 (section 7.2.3.4).
    Bytes finalMessage(std::string_view text) {
        Bytes out = run(asBytes(text), Z_FINISH);
        out.push_back(0);
        deflateReset(&m_stream);
        return out;
    }
    /// The next message refers to nothing before it.
    void reset() { deflateReset(&m_stream); }

private:
    Bytes run(ByteView bytes, int flush) {
        Bytes out(deflateBound(&m_stream, bytes.size()) + 64);
        m_stream.next_in = const_cast<Bytef*>(bytes.data());
        m_stream.avail_in = static_cast<uInt>(bytes.size());
        m_stream.next_out = out.data();
        m_stream.avail_out = static_cast<uInt>(out.size());
        deflate(&m_stream, flush);
        out.erase(out.begin() + (m_stream.next_out - out.data()), out.end());
        return out;
    }

    z_stream m_stream{};
};

}  // namespace framescope::test
