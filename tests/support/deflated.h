// Bytes compressed with zlib in the forms that HTTP knows.
#pragma once

#include <stdexcept>
#include <string_view>
#include <zlib.h>

#include "dissector/core/bytes.h"

namespace framescope::test {

enum class Wrapping { Gzip, Zlib, None };

inline Bytes deflated(ByteView plain, Wrapping wrapping = Wrapping::Gzip, int level = 9) {
    const int window = wrapping == Wrapping::Gzip ? 31 : wrapping == Wrapping::Zlib ? 15 : -15;
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::runtime_error("deflateInit2");
    }
    Bytes out(deflateBound(&stream, plain.size()) + 64);
    stream.next_in = const_cast<Bytef*>(plain.data());
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (result != Z_STREAM_END) throw std::runtime_error("deflate");
    return out;
}

inline Bytes deflated(std::string_view plain, Wrapping wrapping = Wrapping::Gzip) {
    return deflated(asBytes(plain), wrapping);
}

}  // namespace framescope::test
