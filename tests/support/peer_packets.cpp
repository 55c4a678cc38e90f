// Values are compared as JavaScript's are: every number is a double. MessagePack is read token by
// token and written value by value, so the comparison does not lean on our own JSON text of it.
#include "tests/support/peer_packets.h"

#include <cmath>
#include <map>

#include <QJsonArray>
#include <QJsonDocument>

#include "dissector/payload/msgpack_reader.h"
#include "dissector/payload/msgpack_writer.h"
#include "tests/support/peer_rows.h"

namespace framescope::test {
namespace {

const QString kText = QStringLiteral("text");
const QString kBytes = QStringLiteral("bytes");
const QString kBase64 = QStringLiteral("@bytes");
const QString kType = QStringLiteral("type");
const QString kId = QStringLiteral("id");
const QString kData = QStringLiteral("data");
const QString kAttachments = QStringLiteral("attachments");
const QString kPlaceholder = QStringLiteral("_placeholder");
const QString kNumber = QStringLiteral("num");

QByteArray base64Of(const QJsonValue& bytes) {
    return bytes.toObject().value(kBase64).toString().toLatin1();
}

ByteView viewOf(const QByteArray& bytes) {
    return asBytes({bytes.data(), static_cast<std::size_t>(bytes.size())});
}

/// Any JSON value; undefined if the text is none.
QJsonValue parsed(std::string_view json) {
    // QJsonDocument takes arrays and objects only.
    const QByteArray text(json.data(), static_cast<qsizetype>(json.size()));
    const QJsonDocument document = QJsonDocument::fromJson("[" + text + "]");
    return document.array().size() == 1 ? document.array().first() : QJsonValue::Undefined;
}

/// Qt sorts names beyond the first plane differently when it parses and when it inserts, and then
/// does not find them, so objects are looked into through this.
std::map<QString, QJsonValue> membersOf(const QJsonObject& object) {
    std::map<QString, QJsonValue> members;
    for (auto member = object.begin(); member != object.end(); ++member) {
        members.emplace(member.key(), member.value());
    }
    return members;
}

bool sameValue(const QJsonValue& one, const QJsonValue& other) {
    if (one.type() != other.type()) return false;
    if (one.isDouble()) return one.toDouble() == other.toDouble();
    if (one.isArray()) {
        const QJsonArray left = one.toArray();
        const QJsonArray right = other.toArray();
        if (left.size() != right.size()) return false;
        for (qsizetype i = 0; i < left.size(); ++i) {
            if (!sameValue(left[i], right[i])) return false;
        }
        return true;
    }
    if (one.isObject()) {
        const auto left = membersOf(one.toObject());
        const auto right = membersOf(other.toObject());
        if (left.size() != right.size()) return false;
        for (const auto& [name, value] : left) {
            const auto member = right.find(name);
            if (member == right.end() || !sameValue(value, member->second)) return false;
        }
        return true;
    }
    return one == other;
}

/// The value whose first token `reader` gave last. Bytes become placeholders of `attachments`.
QJsonValue valueFrom(MsgpackReader& reader, QJsonArray& attachments) {
    const Item item = reader.item();
    const ByteView content = reader.bytes().subspan(item.content.begin, item.content.size());
    switch (item.token) {
        case ItemToken::Null:
            return QJsonValue::Null;
        case ItemToken::False:
            return false;
        case ItemToken::True:
            return true;
        case ItemToken::Unsigned:
            return static_cast<double>(item.number);
        case ItemToken::Negative:
            return static_cast<double>(-1 - static_cast<std::int64_t>(item.number));
        case ItemToken::Float:
            return item.real;
        case ItemToken::Text:
            return toQt(asText(content));
        case ItemToken::Binary:
            attachments.append(loggedBytes(content));
            return QJsonObject{{kPlaceholder, true}, {kNumber, attachments.size() - 1}};
        case ItemToken::ArrayBegin: {
            QJsonArray array;
            while (reader.next().token != ItemToken::ArrayEnd) {
                if (reader.item().token == ItemToken::Error) return QJsonValue::Undefined;
                array.append(valueFrom(reader, attachments));
            }
            return array;
        }
        case ItemToken::MapBegin: {
            QJsonObject object;
            while (reader.next().token != ItemToken::MapEnd) {
                if (reader.item().token == ItemToken::Error) return QJsonValue::Undefined;
                const QString key = valueFrom(reader, attachments).toString();
                reader.next();
                object.insert(key, valueFrom(reader, attachments));
            }
            return object;
        }
        default:
            return QJsonValue::Undefined;
    }
}

bool isPlaceholder(const QJsonObject& object) {
    return object.value(kPlaceholder).toBool() && object.contains(kNumber);
}

/// A copy in which every placeholder is the size of its attachment.
QJsonValue withSizes(const QJsonValue& value, const QJsonArray& attachments) {
    if (value.isArray()) {
        QJsonArray array;
        for (const QJsonValue& element : value.toArray()) {
            array.append(withSizes(element, attachments));
        }
        return array;
    }
    if (!value.isObject()) return value;
    QJsonObject object = value.toObject();
    if (isPlaceholder(object)) {
        const QJsonValue bytes = attachments.at(object.value(kNumber).toInt());
        return QByteArray::fromBase64(base64Of(bytes)).size();
    }
    for (auto member = object.begin(); member != object.end(); ++member) {
        member.value() = withSizes(member.value(), attachments);
    }
    return object;
}

void write(const QJsonValue& value, const QJsonArray& attachments, Bytes& out) {
    constexpr double kMaxSafeInteger = 9007199254740991;
    MsgpackWriter writer(out);
    if (value.isNull()) return writer.nil();
    if (value.isBool()) return writer.boolean(value.toBool());
    if (value.isString()) return writer.text(value.toString().toStdString());
    if (value.isDouble()) {
        const double number = value.toDouble();
        const bool integral = std::abs(number) <= kMaxSafeInteger && std::floor(number) == number;
        return integral ? writer.integer(static_cast<std::int64_t>(number))
                        : writer.float64(number);
    }
    if (value.isArray()) {
        const QJsonArray array = value.toArray();
        writer.array(static_cast<std::uint32_t>(array.size()));
        for (const QJsonValue& element : array) write(element, attachments, out);
        return;
    }
    const QJsonObject object = value.toObject();
    if (isPlaceholder(object)) {
        const QJsonValue bytes = attachments.at(object.value(kNumber).toInt());
        return writer.binary(viewOf(QByteArray::fromBase64(base64Of(bytes))));
    }
    writer.map(static_cast<std::uint32_t>(object.size()));
    for (auto member = object.begin(); member != object.end(); ++member) {
        writer.text(member.key().toStdString());
        write(member.value(), attachments, out);
    }
}

}  // namespace

Bytes wireBytes(const QJsonObject& wire) {
    const QByteArray bytes = wire.contains(kText) ? wire.value(kText).toString().toUtf8()
                                                  : QByteArray::fromBase64(base64Of(wire));
    const ByteView view = viewOf(bytes);
    return {view.begin(), view.end()};
}

QJsonObject wireOf(ByteView bytes, bool isText) {
    if (isText) return {{kText, toQt(asText(bytes))}};
    return loggedBytes(bytes).toObject();
}

QJsonObject engineLine(const engineio::Packet& packet) {
    const QString type = toQt(engineio::packetTypeName(packet.type));
    if (packet.isText()) return {{kType, type}, {kText, toQt(packet.data)}};
    const auto bytes = engineio::decodedData(packet, true);
    if (!bytes) return {};
    return {{kType, type}, {kBytes, loggedBytes(*bytes)}};
}

std::string encodedEngine(const QJsonObject& decoded, int revision, bool binary) {
    using engineio::PacketForm;
    engineio::Packet packet;
    for (int i = 0; i <= static_cast<int>(engineio::PacketType::Noop); ++i) {
        const auto type = static_cast<engineio::PacketType>(i);
        if (toQt(engineio::packetTypeName(type)) == decoded.value(kType).toString()) {
            packet.type = type;
        }
    }
    std::string data;
    if (decoded.contains(kText)) {
        data = decoded.value(kText).toString().toStdString();
    } else {
        const QByteArray base64 = base64Of(decoded.value(kBytes));
        const bool typed = revision < 4;
        if (binary) {
            packet.form = typed ? PacketForm::TypedBinary : PacketForm::Binary;
            data = QByteArray::fromBase64(base64).toStdString();
        } else {
            packet.form = typed ? PacketForm::TypedBase64 : PacketForm::Base64;
            data = base64.toStdString();
        }
    }
    packet.data = data;
    Bytes bytes;
    ByteWriter writer(bytes);
    encode(packet, writer);
    return std::string(asText(bytes));
}

QString objectDifference(const QJsonObject& decoded, const socketio::ObjectPacket& got) {
    if (static_cast<int>(got.type) != decoded.value(kType).toInt()) return kType;
    if (toQt(got.nsp) != decoded.value(QStringLiteral("nsp")).toString()) {
        return QStringLiteral("namespace");
    }
    if (got.id.has_value() != decoded.contains(kId)) return kId;
    if (got.id && static_cast<qint64>(*got.id) != decoded.value(kId).toInteger()) return kId;
    if (got.data.empty() == decoded.contains(kData)) return QStringLiteral("presence of data");
    if (got.data.empty()) return {};

    QJsonArray attachments;
    QJsonValue data;
    if (got.encoding == socketio::Encoding::Msgpack) {
        MsgpackReader reader(got.data);
        reader.next();
        data = valueFrom(reader, attachments);
        if (reader.next().token != ItemToken::End) return QStringLiteral("end of data");
    } else {
        data = parsed(asText(got.data));
    }
    const QJsonValue expected = parsed(decoded.value(kData).toString().toStdString());
    const QJsonArray expectedAttachments = decoded.value(kAttachments).toArray();
    if (!sameValue(data, expected)) return kData;
    if (attachments != expectedAttachments) return kAttachments;
    if (!got.hasEvent() && !got.isAck()) return {};

    QJsonArray arguments = withSizes(expected, expectedAttachments).toArray();
    if (got.hasEvent() && toQt(eventName(got)) != arguments.takeAt(0).toString()) {
        return QStringLiteral("event");
    }
    if (!sameValue(parsed(argumentsJson(got)), arguments)) return QStringLiteral("arguments");
    return {};
}

Bytes encodedObject(const QJsonObject& decoded, socketio::Encoding encoding) {
    socketio::ObjectPacket packet;
    packet.type = static_cast<socketio::PacketType>(decoded.value(kType).toInt());
    packet.nsp = decoded.value(QStringLiteral("nsp")).toString().toStdString();
    packet.encoding = encoding;
    if (decoded.contains(kId)) {
        packet.id = static_cast<std::uint64_t>(decoded.value(kId).toInteger());
    }
    const std::string json = decoded.value(kData).toString().toStdString();
    Bytes data;
    if (encoding == socketio::Encoding::Json) {
        packet.data = asBytes(json);
    } else if (decoded.contains(kData)) {
        write(parsed(json), decoded.value(kAttachments).toArray(), data);
        packet.data = data;
    }
    Bytes bytes;
    ByteWriter writer(bytes);
    encode(packet, writer);
    return bytes;
}

}  // namespace framescope::test
