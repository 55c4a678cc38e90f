#include "dissector/tcp/told_beside.h"

#include <algorithm>

namespace framescope::tcp {

std::vector<ToldBeside::Part> ToldBeside::untold(ConnectionId connection, Direction direction,
                                                 std::int64_t place, ByteView bytes,
                                                 std::uint64_t fileOffset,
                                                 const ReadBack& readBack) {
    if (bytes.empty()) return {};
    const Stream stream{connection, direction};
    std::vector<Piece>& pieces = m_pieces[stream];
    // Places relative to the first byte asked about, so that the parts are found in one pass.
    std::vector<Part> known;
    Bytes before;
    for (const Piece& piece : pieces) {
        const std::int64_t from = std::max(place, piece.place);
        const std::int64_t to = std::min(place + static_cast<std::int64_t>(bytes.size()),
                                         piece.place + static_cast<std::int64_t>(piece.size));
        if (from >= to) continue;
        const Part part{static_cast<std::size_t>(from - place),
                        static_cast<std::size_t>(to - from)};
        before.resize(part.size);
        const std::uint64_t at = piece.fileOffset + static_cast<std::uint64_t>(from - piece.place);
        if (readBack && readBack(at, before) &&
            !std::ranges::equal(before, bytes.subspan(part.offset, part.size))) {
            continue;
        }
        known.push_back(part);
    }
    std::ranges::sort(known, {}, &Part::offset);
    std::vector<Part> untold;
    std::size_t at = 0;
    const auto reach = [&](std::size_t until) {
        if (until > at) untold.push_back({at, until - at});
    };
    for (const Part& part : known) {
        reach(part.offset);
        at = std::max(at, part.offset + part.size);
    }
    reach(bytes.size());
    for (const Part& part : untold) {
        if (pieces.size() == kMaxPieces) {
            pieces.erase(pieces.begin());
            --m_count;
        }
        pieces.push_back(
            {place + static_cast<std::int64_t>(part.offset), part.size, fileOffset + part.offset});
        if (++m_count > kMaxInAll) forgetOldest(stream);
    }
    return untold;
}

void ToldBeside::forgetOldest(const Stream& butNot) {
    auto oldest = m_pieces.begin();
    if (oldest->first == butNot) ++oldest;
    m_count -= oldest->second.size();
    m_pieces.erase(oldest);
}

}  // namespace framescope::tcp
