// A letter that tells it from states of other layers, and two numbers.
#include "dissector/http/body_place.h"

namespace framescope::http {
namespace {

constexpr std::uint8_t kMark = 'B';
constexpr std::size_t kSize = 17;

}  // namespace

Bytes encode(const BodyPlace& place) {
    Bytes state;
    ByteWriter writer(state);
    writer.u8(kMark);
    writer.be64(place.body);
    writer.be64(place.remaining);
    return state;
}

std::optional<BodyPlace> parseBodyPlace(ByteView state) {
    if (state.size() != kSize || state[0] != kMark) return std::nullopt;
    return BodyPlace{readBe64(state.data() + 1), readBe64(state.data() + 9)};
}

}  // namespace framescope::http
