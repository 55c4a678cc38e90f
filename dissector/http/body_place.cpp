// A letter that tells it from states of other layers, one of two, and two numbers.
#include "dissector/http/body_place.h"

namespace framescope::http {
namespace {

constexpr std::uint8_t kMark = 'B';
constexpr std::uint8_t kMarkOfSearched = 'S';
constexpr std::size_t kSize = 17;

}  // namespace

Bytes encode(const BodyPlace& place) {
    Bytes state;
    ByteWriter writer(state);
    writer.u8(place.searched ? kMarkOfSearched : kMark);
    writer.be64(place.body);
    writer.be64(place.remaining);
    return state;
}

ChunkDecoder decoderAt(const BodyPlace& place) {
    if (place.remaining == kBodyEnds) return ChunkDecoder::ended();
    return ChunkDecoder(place.remaining, place.searched ? ChunkDecoder::Rules::Strict
                                                        : ChunkDecoder::Rules::Lenient);
}

std::optional<BodyPlace> parseBodyPlace(ByteView state) {
    if (state.size() != kSize) return std::nullopt;
    if (state[0] != kMark && state[0] != kMarkOfSearched) return std::nullopt;
    return BodyPlace{readBe64(state.data() + 1), readBe64(state.data() + 9),
                     state[0] == kMarkOfSearched};
}

}  // namespace framescope::http
