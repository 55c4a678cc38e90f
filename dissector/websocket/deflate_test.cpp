#include "dissector/websocket/deflate_test.h"

#include <algorithm>
#include <array>
#include <zlib.h>

namespace framescope::websocket {
namespace {

constexpr int kRawWindow = -15;  // negative: without a zlib header
constexpr std::size_t kWindow = 32U << 10;
/// What a sender takes off the end of every compressed message (section 7.2.1).
constexpr std::array<std::uint8_t, 4> kTail = {0x00, 0x00, 0xff, 0xff};

}  // namespace

struct DeflateTest::Stream {
    z_stream z{};
    Bytes zeros = Bytes(kWindow, 0);
    Bytes output = Bytes(kWindow, 0);
    bool usable = false;

    Stream() { usable = inflateInit2(&z, kRawWindow) == Z_OK; }
    ~Stream() {
        if (usable) inflateEnd(&z);
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// Reads until all of `bytes` is taken; false where they are no DEFLATE data. A few hundred
    /// bytes inflate to so little that output needs no limit of its own.
    bool feed(ByteView bytes) {
        z.next_in = const_cast<Bytef*>(bytes.data());
        z.avail_in = static_cast<uInt>(bytes.size());
        do {
            z.next_out = output.data();
            z.avail_out = static_cast<uInt>(output.size());
            const int result = inflate(&z, Z_BLOCK);
            if (result == Z_STREAM_END) {
                ended = true;
                // Behind a last block another one may follow (section 7.2.3.4).
                if (z.avail_in != 0) inflateResetKeep(&z);
            } else if (result == Z_BUF_ERROR) {
                break;
            } else if (result != Z_OK) {
                return false;
            } else {
                constexpr int kUnusedBits = 31;
                constexpr int kBehindBlock = 128;
                ended = (z.data_type & kBehindBlock) != 0 && (z.data_type & kUnusedBits) == 0;
            }
        } while (z.avail_in != 0 || z.avail_out == 0);
        return true;
    }
    bool ended = false;  ///< a block ended where the input did
};

DeflateTest::DeflateTest() = default;
DeflateTest::~DeflateTest() = default;

DeflateTest::Verdict DeflateTest::test(ByteView compressed, bool whole) {
    if (m_stream == nullptr) m_stream = std::make_unique<Stream>();
    Stream& stream = *m_stream;
    if (!stream.usable) return Verdict::GoesOn;
    inflateReset(&stream.z);
    inflateSetDictionary(&stream.z, stream.zeros.data(), static_cast<uInt>(stream.zeros.size()));
    stream.ended = false;
    if (compressed.size() > kMostRead) {
        compressed = compressed.first(kMostRead);
        whole = false;
    }
    if (!stream.feed(compressed)) return Verdict::Broken;
    if (!whole) return Verdict::GoesOn;
    if (stream.ended) return Verdict::EndsHere;
    return stream.feed(kTail) && stream.ended ? Verdict::EndsHere : Verdict::Broken;
}

}  // namespace framescope::websocket
