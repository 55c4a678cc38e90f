// The formats a payload can be read as, and the choice of one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace framescope {

class ProtobufSchema;

enum class PayloadFormat : std::uint8_t {
    Auto,  ///< guessed
    Json,
    MessagePack,
    Cbor,
    Protobuf,
    Base64,
    Text,
    Raw,
};

/// "auto", "json", "msgpack", "cbor", "protobuf", "base64", "text", "raw": as options and
/// payload.format have it.
std::string_view payloadFormatName(PayloadFormat format);
/// "JSON", "MessagePack", ...: as people read it.
std::string_view payloadFormatTitle(PayloadFormat format);
/// The format called so, in either case of letters; "messagepack" is known too.
std::optional<PayloadFormat> findPayloadFormat(std::string_view name);

/// How a payload is to be read. As it stands: guess.
struct PayloadChoice {
    PayloadFormat format = PayloadFormat::Auto;
    /// With it, every Protocol Buffers message that fits is read as `message`, also where it is
    /// found inside of base64 or JSON.
    std::shared_ptr<const ProtobufSchema> schema;
    std::string message;
    std::string why = "chosen by hand";  ///< shown where `format` is not Auto
};

}  // namespace framescope
