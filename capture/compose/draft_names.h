// The words of the JSON form of drafts that stand for values.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "capture/compose/draft.h"

namespace framescope::compose {

template <typename T>
struct Name {
    std::string_view name;
    T value;
};

inline constexpr std::array kOpcodeNames = {
    Name<std::uint8_t>{"continuation", 0x0}, Name<std::uint8_t>{"text", 0x1},
    Name<std::uint8_t>{"binary", 0x2},       Name<std::uint8_t>{"close", 0x8},
    Name<std::uint8_t>{"ping", 0x9},         Name<std::uint8_t>{"pong", 0xa},
};
inline constexpr std::array kMaskingNames = {
    Name<Masking>{"random", Masking::Random},
    Name<Masking>{"zero", Masking::Zero},
    Name<Masking>{"none", Masking::None},
};
inline constexpr std::array kLengthNames = {
    Name<LengthChoice>{"minimal", LengthChoice::Minimal},
    Name<LengthChoice>{"7", LengthChoice::Bits7},
    Name<LengthChoice>{"16", LengthChoice::Bits16},
    Name<LengthChoice>{"64", LengthChoice::Bits64},
};
inline constexpr std::array kCompressingNames = {
    Name<Compressing>{"none", Compressing::None},
    Name<Compressing>{"agreed", Compressing::AsAgreed},
    Name<Compressing>{"context", Compressing::WithContext},
    Name<Compressing>{"no-context", Compressing::NoContext},
};
inline constexpr std::array kEngineNames = {
    Name<engineio::PacketType>{"open", engineio::PacketType::Open},
    Name<engineio::PacketType>{"close", engineio::PacketType::Close},
    Name<engineio::PacketType>{"ping", engineio::PacketType::Ping},
    Name<engineio::PacketType>{"pong", engineio::PacketType::Pong},
    Name<engineio::PacketType>{"message", engineio::PacketType::Message},
    Name<engineio::PacketType>{"upgrade", engineio::PacketType::Upgrade},
    Name<engineio::PacketType>{"noop", engineio::PacketType::Noop},
};
inline constexpr std::array kSocketNames = {
    Name<socketio::PacketType>{"connect", socketio::PacketType::Connect},
    Name<socketio::PacketType>{"disconnect", socketio::PacketType::Disconnect},
    Name<socketio::PacketType>{"event", socketio::PacketType::Event},
    Name<socketio::PacketType>{"ack", socketio::PacketType::Ack},
    Name<socketio::PacketType>{"connect_error", socketio::PacketType::ConnectError},
    Name<socketio::PacketType>{"binary_event", socketio::PacketType::BinaryEvent},
    Name<socketio::PacketType>{"binary_ack", socketio::PacketType::BinaryAck},
};

template <typename T, std::size_t N>
std::optional<T> valueNamed(const std::array<Name<T>, N>& names, std::string_view name) {
    for (const Name<T>& known : names) {
        if (known.name == name) return known.value;
    }
    return std::nullopt;
}

/// Empty where the value has no name.
template <typename T, std::size_t N>
std::string_view nameOf(const std::array<Name<T>, N>& names, T value) {
    for (const Name<T>& known : names) {
        if (known.value == value) return known.name;
    }
    return {};
}

/// Events and acknowledgements: their data is the array of arguments.
inline bool hasArguments(socketio::PacketType type) {
    return type == socketio::PacketType::Event || type == socketio::PacketType::BinaryEvent ||
           type == socketio::PacketType::Ack || type == socketio::PacketType::BinaryAck;
}

/// Bytes as they come: what a payload of this kind is sent as where nothing else is said.
inline bool isBinaryByHabit(Payload::Kind kind) {
    return kind == Payload::Kind::Hex || kind == Payload::Kind::File;
}

}  // namespace framescope::compose
