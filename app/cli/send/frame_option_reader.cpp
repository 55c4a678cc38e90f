// Whatever fits in the bits of a frame is taken, legal or not.
#include "app/cli/send/frame_option_reader.h"

#include <charconv>
#include <limits>

#include "app/cli/option_values.h"

namespace framescope::cli {
namespace {

using compose::Compressing;
using compose::LengthChoice;
using compose::Masking;

constexpr std::size_t kMaxFragments = 1'000'000;

}  // namespace

std::optional<std::string> FrameOptionReader::take(int option, std::string_view value) {
    m_any = true;
    switch (option) {
        case kOpcode:
            return setOpcode(value);
        case kNoFin:
            m_frame.fin = false;
            return std::nullopt;
        case kRsv:
            return setRsv(value);
        case kNoMask:
            m_frame.masking = Masking::None;
            return std::nullopt;
        case kMask:
            return setMask(value);
        case kLength:
            if (value == "7") {
                m_frame.length = LengthChoice::Bits7;
            } else if (value == "16") {
                m_frame.length = LengthChoice::Bits16;
            } else if (value == "64") {
                m_frame.length = LengthChoice::Bits64;
            } else {
                return "--length takes 7, 16 or 64, and not " + quoted(value) + ".";
            }
            return std::nullopt;
        case kAnnounce:
            m_frame.announcedLength =
                numberFrom(value, 0, std::numeric_limits<std::uint64_t>::max());
            if (m_frame.announcedLength) return std::nullopt;
            return "--announce takes a number of bytes, and not " + quoted(value) + ".";
        case kCompress:
            return setCompress(value);
        default:
            return setFragments(value);
    }
}

std::optional<std::string> FrameOptionReader::setOpcode(std::string_view value) {
    using websocket::Opcode;
    constexpr std::pair<std::string_view, Opcode> kNames[] = {
        {"continuation", Opcode::Continuation},
        {"text", Opcode::Text},
        {"binary", Opcode::Binary},
        {"close", Opcode::Close},
        {"ping", Opcode::Ping},
        {"pong", Opcode::Pong}};
    m_hasOpcode = true;
    for (const auto& [name, opcode] : kNames) {
        if (value != name) continue;
        m_frame.opcode = static_cast<std::uint8_t>(opcode);
        return std::nullopt;
    }
    const auto number = numberFrom(value, 0, 15);
    if (!number) {
        return "--opcode takes continuation, text, binary, close, ping, pong or a number up to 15, "
               "and not " +
               quoted(value) + ".";
    }
    m_frame.opcode = static_cast<std::uint8_t>(*number);
    return std::nullopt;
}

std::optional<std::string> FrameOptionReader::setRsv(std::string_view value) {
    bool good = !value.empty();
    for (std::size_t i = 0; good && i < value.size(); i += 2) {
        const std::size_t bit = static_cast<std::size_t>(value[i] - '1');
        good = bit < 3 && (i + 1 == value.size() || (value[i + 1] == ',' && i + 2 < value.size()));
        if (good) m_frame.rsv[bit] = true;
    }
    if (good) return std::nullopt;
    return "--rsv takes the numbers of the bits to be set, such as 1 or 2,3, and not " +
           quoted(value) + ".";
}

std::optional<std::string> FrameOptionReader::setMask(std::string_view value) {
    if (value == "random") {
        m_frame.masking = Masking::Random;
        return std::nullopt;
    }
    if (value == "zero") {
        m_frame.masking = Masking::Zero;
        return std::nullopt;
    }
    std::uint32_t key = 0;
    const char* const end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, key, 16);
    if (value.size() != 8 || error != std::errc() || stop != end) {
        return "--mask takes random, zero or a key of eight hex digits, and not " + quoted(value) +
               ".";
    }
    m_frame.masking = Masking::Fixed;
    for (std::size_t i = 0; i < 4; ++i) {
        m_frame.maskingKey[i] = static_cast<std::uint8_t>(key >> (24 - 8 * i));
    }
    return std::nullopt;
}

std::optional<std::string> FrameOptionReader::setCompress(std::string_view value) {
    if (value.empty() || value == "agreed") {
        m_frame.compressing = Compressing::AsAgreed;
    } else if (value == "context") {
        m_frame.compressing = Compressing::WithContext;
    } else if (value == "no-context") {
        m_frame.compressing = Compressing::NoContext;
    } else {
        return "--compress takes =agreed, =context or =no-context, and not " + quoted(value) + ".";
    }
    return std::nullopt;
}

std::optional<std::string> FrameOptionReader::setFragments(std::string_view value) {
    m_frame.fragments.clear();
    while (m_frame.fragments.size() < kMaxFragments) {
        const std::size_t comma = value.find(',');
        const auto size =
            numberFrom(value.substr(0, comma), 0, std::numeric_limits<std::uint64_t>::max());
        if (!size) break;
        m_frame.fragments.push_back(*size);
        if (comma == std::string_view::npos) return std::nullopt;
        value.remove_prefix(comma + 1);
    }
    return "--fragments takes the sizes of fragments in bytes, such as 10,5; what is left over is "
           "the last one.";
}

}  // namespace framescope::cli
