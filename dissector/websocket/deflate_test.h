// Whether bytes could be a compressed message (RFC 7692) of which nobody knows what stood before
// it: they are inflated behind a window of zeros, so that every distance leads somewhere.
#pragma once

#include <cstddef>
#include <memory>

#include "dissector/core/bytes.h"

namespace framescope::websocket {

class DeflateTest {
public:
    /// Bytes of a message that are looked at.
    static constexpr std::size_t kMostRead = 512;

    DeflateTest();
    ~DeflateTest();
    DeflateTest(const DeflateTest&) = delete;
    DeflateTest& operator=(const DeflateTest&) = delete;

    enum class Verdict : unsigned char {
        Broken,    ///< no DEFLATE data
        GoesOn,    ///< DEFLATE data as far as it was read
        EndsHere,  ///< and its last block ends with the last byte
    };
    /// `whole`: the message ends with these bytes, so that a block has to end there as well.
    Verdict test(ByteView compressed, bool whole);

private:
    struct Stream;
    std::unique_ptr<Stream> m_stream;
};

}  // namespace framescope::websocket
