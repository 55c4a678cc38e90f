// One way of compressing a file, as InflatedFile drives it: bytes in, bytes out, frame by frame.
// gzip calls its frames members. A codec is a file of its own (*_decompressor.cpp) and a line in
// decompressor.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "dissector/core/bytes.h"

namespace framescope {

enum class Codec : std::uint8_t { Gzip, Zstd, Lz4 };

/// "gzip", "zstd", "lz4".
const char* codecName(Codec codec);
/// The program that prints what such a file holds: "zcat".
const char* codecTool(Codec codec);

/// Bytes with which every frame can be told apart; of gzip two are enough.
inline constexpr std::size_t codecMagicLength = 4;
/// The codec of a frame that starts like this, told by its magic number.
std::optional<Codec> codecOf(ByteView start);

/// What zstd and lz4 pass over: a frame that holds something for other programs. Told by the same
/// four bytes.
bool startsSkippable(ByteView start);
inline constexpr std::size_t skippableHeadLength = 8;
/// Its length, all in all; `head` has skippableHeadLength bytes of one.
std::uint64_t skippableLength(ByteView head);

class Decompressor {
public:
    enum class State : std::uint8_t {
        GoOn,        ///< Ask again; with more bytes, when nothing was taken and nothing given.
        FrameEnded,  ///< What follows is another frame, or the end.
        Failed,      ///< `what` says why. What was given before is complete.
        Refused,     ///< It asks for what cannot be given; `what` says for what.
        /// All of the frame was given, but its checksum is another one.
        ChecksumWrong,
        NoMemory,
    };

    struct Step {
        std::size_t taken = 0;  ///< Bytes of the input.
        std::size_t given = 0;  ///< Bytes of the output.
        State state = State::GoOn;
        const char* what = "is damaged";  ///< Behind "The zstd compression of the file".
    };

    virtual ~Decompressor() = default;

    /// Takes from `in`, which may be empty, and fills `out`. Behind the end of a frame it begins
    /// with another one. Memory is bounded, whatever the bytes claim.
    virtual Step step(ByteView in, std::span<std::uint8_t> out) = 0;
    /// True when the file may end here without an end of the frame having come.
    virtual bool mayEnd() const { return false; }
};

/// Null when there is no memory for one.
std::unique_ptr<Decompressor> makeDecompressor(Codec codec);

std::unique_ptr<Decompressor> makeGzipDecompressor();
std::unique_ptr<Decompressor> makeZstdDecompressor();
std::unique_ptr<Decompressor> makeLz4Decompressor();

}  // namespace framescope
