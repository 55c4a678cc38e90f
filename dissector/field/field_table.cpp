// The one table of fields: name, type, label, meaning, joined from the parts in table/. Names are
// Wireshark's where Wireshark has the field; ours alone begin with capture., engineio., socketio.,
// payload., msgpack., protobuf., base64 and issue.
#include <algorithm>
#include <array>
#include <cassert>
#include <vector>

#include "dissector/field/field_id.h"
#include "dissector/field/table/http_fields.h"
#include "dissector/field/table/link_fields.h"
#include "dissector/field/table/network_fields.h"
#include "dissector/field/table/packet_fields.h"
#include "dissector/field/table/payload_fields.h"
#include "dissector/field/table/socketio_fields.h"
#include "dissector/field/table/subprotocol_fields.h"
#include "dissector/field/table/tcp_fields.h"
#include "dissector/field/table/websocket_fields.h"

namespace framescope {
namespace {

using enum FieldType;

/// One array after the other, as one table.
template <std::size_t... Sizes>
constexpr auto joined(const std::array<FieldInfo, Sizes>&... parts) {
    std::array<FieldInfo, (Sizes + ...)> all{};
    std::size_t at = 0;
    const auto add = [&](const auto& part) {
        for (const FieldInfo& field : part) all[at++] = field;
    };
    (add(parts), ...);
    return all;
}

constexpr std::array kFields =
    joined(fields::kPacketFields, fields::kLinkFields, fields::kNetworkFields, fields::kTcpFields,
           fields::kProxyFields, fields::kHttpFields, fields::kWebsocketFields,
           fields::kSocketioFields, fields::kSubprotocolFields, fields::kPayloadFields);
static_assert(kFields.size() == static_cast<std::size_t>(FieldId::Count) - 1);

constexpr bool inOrder() {
    for (std::size_t i = 0; i < kFields.size(); ++i) {
        if (static_cast<std::size_t>(kFields[i].id) != i + 1) return false;
    }
    return true;
}
static_assert(inOrder(), "the table stands in the order of the enumeration");

/// Positions in the table, sorted by name.
const std::vector<std::size_t>& byName() {
    static const std::vector<std::size_t> order = [] {
        std::vector<std::size_t> positions(kFields.size());
        for (std::size_t i = 0; i < positions.size(); ++i) positions[i] = i;
        std::ranges::sort(positions, {}, [](std::size_t i) { return kFields[i].name; });
        return positions;
    }();
    return order;
}

}  // namespace

const FieldInfo& fieldInfo(FieldId id) {
    assert(id != FieldId::None && id < FieldId::Count);
    return kFields[static_cast<std::size_t>(id) - 1];
}

std::span<const FieldInfo> allFields() {
    return kFields;
}

std::optional<FieldId> findField(std::string_view name) {
    const auto& order = byName();
    const auto found =
        std::ranges::lower_bound(order, name, {}, [](std::size_t i) { return kFields[i].name; });
    if (found == order.end() || kFields[*found].name != name) return std::nullopt;
    return kFields[*found].id;
}

std::string_view fieldTypeName(FieldType type) {
    switch (type) {
        case Protocol:
            return "protocol";
        case Group:
            return "group";
        case Bool:
            return "boolean";
        case Unsigned:
            return "unsigned integer";
        case Hex8:
            return "unsigned integer, 8 bits, hexadecimal";
        case Hex16:
            return "unsigned integer, 16 bits, hexadecimal";
        case Hex24:
            return "unsigned integer, 24 bits, hexadecimal";
        case Hex32:
            return "unsigned integer, 32 bits, hexadecimal";
        case Time:
            return "time in seconds";
        case Text:
            return "text";
        case FieldType::ByteString:
            return "bytes";
        case Ether:
            return "Ethernet address";
        case Ipv4:
            return "IPv4 address";
        case Ipv6:
            return "IPv6 address";
    }
    return "";
}

}  // namespace framescope
