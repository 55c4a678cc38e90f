// What a reader has to say about a capture file beside its packets: where it is cut off or damaged,
// and what was left out. A notice is a value; whoever shows the packets shows it too.
#pragma once

#include <cstdint>
#include <string>

namespace framescope {

enum class NoticeCode {
    CutOff,             ///< The file ends inside a record or block. Reading ended there.
    Damaged,            ///< A record or block header cannot be right. Reading ended there.
    CompressedCutOff,   ///< Compressed data ends early. Reading ended with the last whole packet.
    CompressedDamaged,  ///< Compressed data is damaged. Reading ended with the last whole packet.
    /// Compressed data asks for what cannot be given. Reading ended with the last whole packet.
    CompressedRefused,
    /// Compressed data was read, but its checksum is not that of what it holds. Reading ended
    /// there.
    CompressedChecksumWrong,
    ReadFailed,        ///< The disk or the temporary file failed. Reading ended there.
    TooMany,           ///< More packets or sections than can be numbered. Reading ended there.
    UnknownInterface,  ///< A packet names an interface the section lacks; given out without a type.
    MalformedBlock,    ///< The inside of a block is wrong, its length is not; reading goes on.
    TrailingBytes,     ///< Bytes behind compressed data that are none; not read.
    LetGo,             ///< A ring deleted packets before they were read; reading goes on.
    InterfaceLimit,    ///< More interfaces than are kept; packets on the others are skipped.
    CommentLimit,      ///< A packet has more comments than are kept; the others are not shown.
    AnotherFile,       ///< Another file begins within this one, as cat leaves it; reading goes on.
    TextLimit,         ///< More names or remarks than are kept; the others are not shown.
};

struct Notice {
    NoticeCode code = NoticeCode::Damaged;
    /// Where in the file: for the Compressed... and TrailingBytes codes a position in the file on
    /// disk, else in the capture (which differs only when the file is compressed).
    std::uint64_t offset = 0;
    /// One sentence for a person, with the position in it.
    std::string sentence;
};

/// True when nothing behind the place of the notice was read.
inline bool endsReading(NoticeCode code) {
    return code <= NoticeCode::TooMany;
}

}  // namespace framescope
