// Our walk over the wire and libprotobuf's accept the same bytes and find the same fields, in
// messages it wrote, in damaged ones and in noise.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/unknown_field_set.h>

#include <QtTest>

#include "dissector/payload/protobuf_reader.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

namespace {

/// Fields as "2=7 3{1=5} 4:abc", in the order of the wire.
std::string textOf(const UnknownFieldSet& set) {
    std::string text;
    for (int i = 0; i < set.field_count(); ++i) {
        const UnknownField& field = set.field(i);
        text += std::to_string(field.number());
        switch (field.type()) {
            case UnknownField::TYPE_VARINT:
                text += "=" + std::to_string(field.varint());
                break;
            case UnknownField::TYPE_FIXED32:
                text += "f" + std::to_string(field.fixed32());
                break;
            case UnknownField::TYPE_FIXED64:
                text += "d" + std::to_string(field.fixed64());
                break;
            case UnknownField::TYPE_LENGTH_DELIMITED:
                text += ":" + field.length_delimited();
                break;
            case UnknownField::TYPE_GROUP:
                text += "{" + textOf(field.group()) + "}";
                break;
        }
        text += ' ';
    }
    return text;
}

std::optional<std::string> ours(ByteView bytes) {
    std::string text;
    ProtobufReader reader(bytes);
    for (;;) {
        const ProtobufToken token = reader.next();
        const ProtobufWireField& field = reader.field();
        switch (token) {
            case ProtobufToken::Error:
                return std::nullopt;
            case ProtobufToken::End:
                return text;
            case ProtobufToken::GroupBegin:
                text += std::to_string(field.number) + "{";
                continue;
            case ProtobufToken::GroupEnd:
                text += "} ";
                continue;
            case ProtobufToken::Field:
                break;
        }
        text += std::to_string(field.number);
        if (field.type == WireType::Length) {
            text += ":";
            text += asText(bytes.subspan(field.content.begin, field.content.size()));
        } else {
            text += field.type == WireType::Varint    ? "="
                    : field.type == WireType::Fixed32 ? "f"
                                                      : "d";
            text += std::to_string(field.value);
        }
        text += ' ';
    }
}

std::optional<std::string> theirs(ByteView bytes) {
    UnknownFieldSet set;
    if (!set.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
    return textOf(set);
}

/// A tag of more than 32 bits: ours refuses it, libprotobuf drops the bits.
bool hasWideTag(ByteView bytes) {
    for (std::size_t i = 0; i + 4 < bytes.size(); ++i) {
        if (bytes[i] >= 0x80 && bytes[i + 1] >= 0x80 && bytes[i + 2] >= 0x80 &&
            bytes[i + 3] >= 0x80 && bytes[i + 4] >= 0x10) {
            return true;
        }
    }
    return false;
}

void fill(UnknownFieldSet& set, test::Noise& noise, int depth) {
    const std::size_t count = noise.below(6);
    for (std::size_t i = 0; i < count; ++i) {
        const int number = static_cast<int>(1 + noise.below(noise.below(8) == 0 ? 100'000 : 20));
        const std::uint64_t value = std::uint64_t{noise.next()} << noise.below(33);
        switch (noise.below(5)) {
            case 0:
                set.AddVarint(number, value >> noise.below(40));
                break;
            case 1:
                set.AddFixed32(number, static_cast<std::uint32_t>(value));
                break;
            case 2:
                set.AddFixed64(number, value);
                break;
            case 3:
                set.AddLengthDelimited(number, std::string(noise.below(200), 'x'));
                break;
            default:
                if (depth < 5) fill(*set.AddGroup(number), noise, depth + 1);
        }
    }
}

}  // namespace

class TestProtobufAgrees : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void written() {
        test::Noise noise(21);
        for (int round = 0; round < 3000; ++round) {
            UnknownFieldSet set;
            fill(set, noise, 0);
            std::string wire;
            QVERIFY(set.SerializeToString(&wire));
            const auto read = ours(asBytes(wire));
            QVERIFY(read);
            QCOMPARE(*read, textOf(set));
        }
    }

    void damaged() {
        test::Noise noise(22);
        int accepted = 0;
        int refused = 0;
        for (int round = 0; round < 20'000; ++round) {
            UnknownFieldSet set;
            fill(set, noise, 0);
            std::string wire;
            QVERIFY(set.SerializeToString(&wire));
            if (wire.empty()) continue;
            for (std::size_t i = noise.below(4); i > 0; --i) {
                wire[noise.below(wire.size())] = static_cast<char>(noise.byte());
            }
            if (noise.below(4) == 0) wire.resize(noise.below(wire.size()));
            if (hasWideTag(asBytes(wire))) continue;
            const auto read = ours(asBytes(wire));
            const auto expected = theirs(asBytes(wire));
            if (read != expected) qWarning() << QByteArray::fromStdString(wire).toHex(' ');
            QVERIFY(read == expected);
            ++(read ? accepted : refused);
        }
        QVERIFY(accepted > 1000);
        QVERIFY(refused > 1000);
    }

    void noise() {
        test::Noise noise(23);
        for (int round = 0; round < 50'000; ++round) {
            Bytes bytes(noise.below(24));
            for (auto& byte : bytes) byte = noise.byte() & (round % 2 == 0 ? 0x3f : 0xff);
            if (hasWideTag(bytes)) continue;
            const auto read = ours(bytes);
            if (read != theirs(bytes)) {
                qWarning() << QByteArray::fromStdString(std::string(asText(bytes))).toHex(' ');
            }
            QVERIFY(read == theirs(bytes));
        }
    }
};

QTEST_APPLESS_MAIN(TestProtobufAgrees)
#include "test_protobuf_agrees.moc"
