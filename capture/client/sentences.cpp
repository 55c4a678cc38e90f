#include "capture/client/sentences.h"

#include "dissector/payload/utf8.h"

namespace framescope::client {
namespace {

/// Characters of a server's own words that are quoted.
constexpr std::size_t kQuoted = 200;

std::string inQuotes(std::string_view text) {
    return "\"" + printable(text, kQuoted) + "\"";
}

}  // namespace

std::string sentenceOf(const std::vector<Issue>& issues) {
    std::string text;
    for (const Issue& issue : issues) {
        const IssueInfo& info = issueInfo(issue.code);
        std::string_view sentence = info.sentence;
        if (sentence.ends_with('.')) sentence.remove_suffix(1);
        if (!text.empty()) text += ' ';
        text += sentence;
        if (!issue.detail.empty()) text += ": " + issue.detail;
        text += " (" + std::string(info.name);
        if (!info.specification.empty()) text += ", " + std::string(info.specification);
        text += ").";
    }
    return text;
}

std::string refusalSentence(const http::Head& response, std::string_view body) {
    if (response.startLineMalformed) {
        return "The server's answer is not HTTP: " + inQuotes(response.startLine) + ".";
    }
    std::string text = "The server answered " + std::to_string(response.status);
    if (!response.phrase.empty()) text += " " + printable(response.phrase, kQuoted);
    text += response.status == 101 ? ", but to another protocol than WebSocket"
                                   : " instead of switching to WebSocket";
    const std::string_view location = response.value("Location");
    if (response.status / 100 == 3 && !location.empty()) {
        return text + "; it points to " + inQuotes(location) + ", and redirects are not followed.";
    }
    if (!body.empty()) text += ": " + inQuotes(body);
    return text + ".";
}

std::string closedSentence(const websocket::CloseBody& body) {
    std::string text = "The server closed the connection";
    if (body.code) {
        text += " with " + std::to_string(*body.code) + " (" +
                std::string(websocket::closeCodeName(*body.code)) + ")";
    } else {
        text += " without a code";
    }
    if (!body.reason.empty()) text += ": " + inQuotes(body.reason);
    return text + ".";
}

}  // namespace framescope::client
