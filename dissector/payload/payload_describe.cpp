// Each level is a Payload field. The depth is handed down through the hooks, and the number of
// sources opened is counted in the dissection itself.
#include "dissector/payload/payload_describe.h"

#include <algorithm>

#include "dissector/payload/base64.h"
#include "dissector/payload/cbor.h"
#include "dissector/payload/item_text.h"
#include "dissector/payload/json.h"
#include "dissector/payload/msgpack.h"
#include "dissector/payload/payload_guess.h"
#include "dissector/payload/protobuf.h"
#include "dissector/payload/protobuf_schema.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

constexpr std::size_t kShownChars = 200;

class Describer {
public:
    Describer(Dissection& dissection, const PayloadChoice& choice, std::size_t depth)
        : m_dissection(dissection), m_choice(choice), m_depth(depth) {
        if (choice.schema) m_shape = choice.schema->shapeOf(choice.message).value_or(m_shape);
    }

    FieldIndex payload(ByteView bytes, bool isText, Place place) {
        PayloadGuess found{m_choice.format, m_choice.why};
        if (found.format == PayloadFormat::Auto) found = guess(bytes, isText);
        IssueSink issues;
        if (std::string misfit = misfitOf(bytes, found.format); !misfit.empty()) {
            issues.add(IssueCode::PayloadNotOfFormat,
                       static_cast<std::uint16_t>(FieldId::PayloadFormat),
                       std::string(payloadFormatTitle(found.format)) + ": " + misfit);
            found = {PayloadFormat::Raw, "not the " +
                                             std::string(payloadFormatTitle(found.format)) +
                                             " it was chosen to be"};
        }
        const FieldIndex field = tree().open(
            FieldId::Payload, place, bytes.size(),
            std::string(payloadFormatTitle(found.format)) + ", " + byteCountText(bytes.size()));
        tree().addComputed(FieldId::PayloadFormat, std::string(payloadFormatName(found.format)),
                           std::string(payloadFormatTitle(found.format)));
        tree().addComputed(FieldId::PayloadWhy, std::move(found.why));
        // Before the format's tree, in which payloads of their own may follow.
        tree().attach(issues, field);
        content(bytes, found.format, place);
        tree().close();
        return field;
    }

    /// Opens a string that is base64.
    void text(std::string_view text) {
        if (mayDecode() && (isBase64Payload(text) || isBase64OfShape(text))) decode(text);
    }

private:
    FieldTree& tree() { return m_dissection.fields; }

    PayloadGuess guess(ByteView bytes, bool isText) const {
        if (!isText && fitsProtobufShape(bytes, m_shape)) {
            return {PayloadFormat::Protobuf, "it fits the message " + m_shape.message->name};
        }
        PayloadGuess guess = guessPayload(bytes, isText);
        if (guess.format == PayloadFormat::Text && isBase64OfShape(asText(bytes))) {
            return {PayloadFormat::Base64,
                    "letters of base64 that stand for the message " + m_shape.message->name};
        }
        return guess;
    }

    /// A text that may be too short to be told from a word, but that the schema explains.
    bool isBase64OfShape(std::string_view text) const {
        if (m_shape.message == nullptr) return false;
        const auto decoded = decodeBase64(text);
        return decoded && fitsProtobufShape(*decoded, m_shape);
    }

    /// What is wrong with the bytes as `format`; empty if nothing is.
    static std::string misfitOf(ByteView bytes, PayloadFormat format) {
        const auto sentence = [](const auto& error) {
            return error ? "byte " + std::to_string(error->position) + ": " +
                               std::string(error->sentence)
                         : std::string();
        };
        switch (format) {
            case PayloadFormat::Json:
                return sentence(checkJson(asText(bytes)));
            case PayloadFormat::MessagePack:
                return sentence(checkMsgpack(bytes));
            case PayloadFormat::Cbor:
                return sentence(checkCbor(bytes));
            case PayloadFormat::Protobuf:
                return sentence(checkProtobuf(bytes));
            case PayloadFormat::Base64:
                return decodeBase64(base64Part(asText(bytes)))
                           ? ""
                           : "a letter, the length or the padding is wrong";
            case PayloadFormat::Text: {
                const auto at = findInvalidUtf8(asText(bytes));
                return at ? "byte " + std::to_string(*at) + ": not UTF-8" : "";
            }
            default:
                return {};
        }
    }

    void content(ByteView bytes, PayloadFormat format, Place place) {
        const TextHook hook = [this](std::string_view inner) { text(inner); };
        switch (format) {
            case PayloadFormat::Json:
                describeJson(asText(bytes), tree(), place, {}, hook);
                return;
            case PayloadFormat::MessagePack:
                describeMsgpack(bytes, tree(), place, {}, hook);
                return;
            case PayloadFormat::Cbor:
                describeCbor(bytes, tree(), place, {}, hook);
                return;
            case PayloadFormat::Protobuf:
                describeProtobuf(bytes, m_shape, tree(), place, {}, hook);
                return;
            case PayloadFormat::Base64:
                if (mayDecode()) return decode(asText(bytes));
                [[fallthrough]];
            case PayloadFormat::Text:
                tree().add(FieldId::PayloadText, place, bytes.size(), std::string(asText(bytes)),
                           printable(asText(bytes), kShownChars));
                return;
            default:
                tree().add(FieldId::PayloadData, place, bytes.size(),
                           Bytes(bytes.begin(), bytes.end()), binaryText(bytes));
        }
    }

    bool mayDecode() const {
        const auto decoded =
            std::ranges::count(m_dissection.sources, SourceKind::Decoded, &Source::kind);
        return m_depth < kMaxPayloadDepth && static_cast<std::size_t>(decoded) < kMaxDecodedSources;
    }

    /// Adds what a base64 text stands for as a source, and its fields.
    void decode(std::string_view text) {
        auto decoded = decodeBase64(base64Part(text));
        if (!decoded) return;
        const std::size_t size = decoded->size();
        const SourceId source =
            m_dissection.addSource(SourceKind::Decoded, "Base64", std::move(*decoded));
        // Moving a vector leaves its bytes where they are, so this stays valid when sources follow.
        const ByteView bytes = m_dissection.sources[source].bytes;
        tree().open(FieldId::Base64, Place{source, 0}, size, byteCountText(size));
        PayloadChoice inside = m_choice;
        inside.format = PayloadFormat::Auto;
        Describer(m_dissection, inside, m_depth + 1).payload(bytes, false, Place{source, 0});
        tree().close();
    }

    Dissection& m_dissection;
    const PayloadChoice& m_choice;
    std::size_t m_depth;
    ProtobufShape m_shape;
};

}  // namespace

FieldIndex describePayload(ByteView bytes, bool isText, const PayloadChoice& choice,
                           Dissection& dissection, Place place) {
    return Describer(dissection, choice, 0).payload(bytes, isText, place);
}

TextHook base64Hook(Dissection& dissection, const PayloadChoice& choice) {
    return [&dissection, &choice](std::string_view text) {
        Describer(dissection, choice, 0).text(text);
    };
}

}  // namespace framescope
