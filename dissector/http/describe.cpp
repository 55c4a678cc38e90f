// The tree of a head follows its lines. Headers that filters ask for have fields of their own.
#include "dissector/http/describe.h"

#include <array>

#include "dissector/http/chunked.h"
#include "dissector/payload/utf8.h"
#include "dissector/websocket/handshake.h"

namespace framescope::http {
namespace {

constexpr std::size_t kShownChars = 300;

constexpr std::array kKnownHeaders = {
    FieldId::HttpHost,
    FieldId::HttpConnection,
    FieldId::HttpUpgrade,
    FieldId::HttpUserAgent,
    FieldId::HttpServer,
    FieldId::HttpContentType,
    FieldId::HttpContentLength,
    FieldId::HttpContentEncoding,
    FieldId::HttpTransferEncoding,
    FieldId::HttpCookie,
    FieldId::HttpSetCookie,
    FieldId::HttpAuthorization,
    FieldId::HttpLocation,
    FieldId::HttpOrigin,
    FieldId::HttpReferer,
    FieldId::HttpDate,
    FieldId::HttpAccept,
    FieldId::HttpAcceptEncoding,
    FieldId::HttpAcceptLanguage,
    FieldId::HttpCacheControl,
    FieldId::HttpLastModified,
    FieldId::HttpXForwardedFor,
    FieldId::HttpWwwAuthenticate,
    FieldId::HttpSecWebSocketKey,
    FieldId::HttpSecWebSocketVersion,
    FieldId::HttpSecWebSocketProtocol,
    FieldId::HttpSecWebSocketExtensions,
    FieldId::HttpSecWebSocketAccept,
};

/// The field of a header; the labels of the known ones are their names.
FieldId headerField(std::string_view name) {
    for (const FieldId id : kKnownHeaders) {
        if (equalsIgnoreCase(name, fieldInfo(id).label)) return id;
    }
    return FieldId::HttpHeader;
}

/// Appends text fields of one head.
class Writer {
public:
    Writer(FieldTree& tree, Place place) : m_tree(tree), m_place(place) {}

    FieldIndex add(FieldId id, const std::string& text, ByteRange range) {
        return m_tree.add(id, m_place.at(range.begin), range.size(), text,
                          printable(text, kShownChars));
    }
    FieldIndex open(FieldId id, const std::string& text, ByteRange range) {
        return m_tree.open(id, m_place.at(range.begin), range.size(), printable(text, kShownChars),
                           text);
    }

private:
    FieldTree& m_tree;
    Place m_place;
};

void describeTarget(const Head& head, FieldTree& tree, Writer& writer) {
    writer.open(FieldId::HttpRequestUri, head.target, head.targetRange);
    const std::size_t mark = head.target.find('?');
    const std::uint64_t begin = head.targetRange.begin;
    if (mark != std::string::npos) {
        writer.add(FieldId::HttpRequestUriPath, head.target.substr(0, mark), {begin, begin + mark});
        writer.add(FieldId::HttpRequestUriQuery, head.target.substr(mark + 1),
                   {begin + mark + 1, head.targetRange.end});
    } else {
        writer.add(FieldId::HttpRequestUriPath, head.target, head.targetRange);
    }
    tree.close();
}

void describeRequestLine(const Head& head, FieldTree& tree, Writer& writer) {
    writer.open(FieldId::HttpRequestLine, head.startLine, head.startLineRange);
    // Of a malformed line any part may not be there.
    if (!head.methodRange.empty()) {
        writer.add(FieldId::HttpRequestMethod, head.method, head.methodRange);
    }
    if (!head.targetRange.empty()) describeTarget(head, tree, writer);
    if (!head.versionRange.empty()) {
        writer.add(FieldId::HttpRequestVersion, head.version, head.versionRange);
    }
    tree.close();
}

void describeStatusLine(const Head& head, FieldTree& tree, Place place, Writer& writer) {
    writer.open(FieldId::HttpResponseLine, head.startLine, head.startLineRange);
    writer.add(FieldId::HttpResponseVersion, head.version, head.versionRange);
    if (!head.statusRange.empty()) {
        tree.add(FieldId::HttpResponseCode, place.at(head.statusRange.begin),
                 head.statusRange.size(), std::uint64_t{head.status});
        writer.add(FieldId::HttpResponsePhrase, head.phrase, head.phraseRange);
    }
    tree.close();
}

}  // namespace

FieldIndex describeHead(const Head& head, FieldTree& tree, Place place) {
    const FieldIndex layer = tree.open(FieldId::Http, place.at(head.range.begin), head.range.size(),
                                       summary(head, kShownChars));
    Writer writer(tree, place);
    const bool request = head.kind == HeadKind::Request;
    if (request) {
        describeRequestLine(head, tree, writer);
    } else {
        describeStatusLine(head, tree, place, writer);
    }
    for (const Header& header : head.headers) {
        const FieldId id = header.malformed ? FieldId::HttpHeader : headerField(header.name);
        // The range is the value's; an empty value is found by its line.
        const bool wholeLine = header.valueRange.empty();
        const FieldIndex field =
            writer.open(id, header.value, wholeLine ? header.range : header.valueRange);
        websocket::describeHeaderElements(header, tree, place.at(header.valueRange.begin));
        tree.close();
        if (header.malformed) {
            tree.setLabel(field, "Malformed line");
        } else {
            tree.setLabel(field, printable(header.name, kShownChars));
        }
    }
    if (request) websocket::describeRequest(head, tree);
    tree.addComputed(request ? FieldId::HttpRequest : FieldId::HttpResponse, std::uint64_t{1});
    tree.close();
    return layer;
}

void describeChunks(ByteView body, FieldTree& tree, Place place, std::size_t maxChunks) {
    std::vector<ChunkPart> parts;
    ChunkDecoder decoder;
    decoder.feed(body, &parts);
    describeChunks(body, parts, tree, place, maxChunks);
}

void describeChunks(ByteView body, const std::vector<ChunkPart>& parts, FieldTree& tree,
                    Place place, std::size_t maxChunks) {
    std::size_t chunks = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const ChunkPart& part = parts[i];
        const Place at = place.at(part.range.begin);
        if (part.kind == ChunkPart::Trailer) {
            const std::string text(asText(body.subspan(part.range.begin, part.range.size())));
            const std::size_t size = text.find_last_not_of("\r\n") + 1;
            tree.add(FieldId::HttpChunkedTrailer, at, size, text.substr(0, size),
                     printable(text.substr(0, size), kShownChars));
        }
        if (part.kind != ChunkPart::SizeLine) continue;
        if (chunks++ == maxChunks) {
            const FieldIndex more = tree.open(
                FieldId::HttpChunk, at, body.size() - part.range.begin, "more chunks, not shown");
            tree.setLabel(more, "\u2026");
            tree.close();
            return;
        }
        std::uint64_t end = part.range.end;
        for (std::size_t next = i + 1;
             next < parts.size() && parts[next].kind != ChunkPart::SizeLine &&
             parts[next].kind != ChunkPart::Trailer;
             ++next) {
            end = parts[next].range.end;
        }
        tree.open(FieldId::HttpChunk, at, end - part.range.begin, byteCountText(part.value));
        tree.add(FieldId::HttpChunkSize, place.at(part.digits.begin), part.digits.size(),
                 part.value);
        tree.close();
    }
}

std::string summary(const Head& head, std::size_t maxChars) {
    if (head.kind == HeadKind::Request || head.startLineMalformed) {
        return printable(head.startLine, maxChars);
    }
    std::string line = std::to_string(head.status);
    if (!head.phrase.empty()) line += " " + head.phrase;
    return printable(line, maxChars);
}

}  // namespace framescope::http
