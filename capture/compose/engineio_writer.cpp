#include "capture/compose/engineio_writer.h"

#include <openssl/evp.h>

namespace framescope::compose {
namespace {

constexpr std::uint8_t kRevisionWithoutTypes = 4;
/// Taken in one go; a multiple of three, so that no padding comes between.
constexpr std::size_t kEncodedPiece = 3U << 20;

std::string toBase64(ByteView bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::string piece;
    while (!bytes.empty()) {
        const ByteView now = bytes.first(std::min(bytes.size(), kEncodedPiece));
        bytes = bytes.subspan(now.size());
        piece.resize((now.size() + 2) / 3 * 4 + 1);  // and a zero
        const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(piece.data()), now.data(),
                                         static_cast<int>(now.size()));
        text.append(piece, 0, static_cast<std::size_t>(size));
    }
    return text;
}

engineio::PacketForm formOf(bool binary, bool typed, const WireState& state) {
    using engineio::PacketForm;
    if (!binary) return PacketForm::Text;
    if (typed) return state.base64 ? PacketForm::TypedBase64 : PacketForm::TypedBinary;
    return state.polling || state.base64 ? PacketForm::Base64 : PacketForm::Binary;
}

}  // namespace

Result<WirePacket> writeEnginePacket(engineio::PacketType type, ByteView data, bool binary,
                                     const WireState& state) {
    const bool typed = state.engineVersion != 0 && state.engineVersion < kRevisionWithoutTypes;
    if (binary && !typed && type != engineio::PacketType::Message) {
        return Error{"From revision 4 of Engine.IO on, binary data is always a message: a " +
                     std::string(engineio::packetTypeName(type)) + " cannot be binary."};
    }
    engineio::Packet packet;
    packet.type = type;
    packet.form = formOf(binary, typed, state);
    const std::string base64 = packet.isBase64() ? toBase64(data) : std::string();
    packet.data = packet.isBase64() ? std::string_view(base64) : asText(data);
    WirePacket written;
    written.binary = binary && !packet.isBase64();
    written.bytes.reserve(packet.data.size() + 2);
    ByteWriter writer(written.bytes);
    engineio::encode(packet, writer);
    return written;
}

}  // namespace framescope::compose
